"""``sonorama serve``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from server.api.http.token import Token
    from server.api.streaming.osc.settings import OscSettings


def serve(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="Folder of scenes, which is made; a single scene's; or a place's.", show_default=False
        ),
    ],
    host: Annotated[str, typer.Option(help="Address to listen at. Any but the loopback needs a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token that clients must send, of 16 characters or more.", show_default=False),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Address that browsers use, if a proxy stands before the server: https://sound.example.org/sonorama.",
            show_default=False,
        ),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address or network of a proxy whose Forwarded and X-Forwarded headers are believed; repeatable.",
            show_default=False,
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Certificate chain in PEM format, for HTTPS.", show_default=False)
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="Its private key, unless it is in the same file.", show_default=False)
    ] = None,
    osc: Annotated[
        str | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Send a scene there by ADM-OSC; port 4001 if none is given.", show_default=False
        ),
    ] = None,
    osc_listen: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:]PORT", help="Where OSC is heard: port 4002, of the target alone.", show_default=False
        ),
    ] = None,
    osc_reply_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Port of the target for answers; else the one that asked.", show_default=False
        ),
    ] = None,
    osc_dmax: Annotated[
        float, typer.Option(metavar="M", min=0.1, max=1e6, help="Metres that OSC's normalised distance 1 is.")
    ] = 100.0,
    osc_time_tags: Annotated[
        bool, typer.Option("--osc-time-tags", help="Put the time of sending into bundles; clocks must agree.")
    ] = False,
    osc_scene: Annotated[
        str | None,
        typer.Option(help="Which scene, by its id or name; the only one, if there is one.", show_default=False),
    ] = None,
    memory: Annotated[
        int,
        typer.Option(
            metavar="MB", min=64, help="How much of clips to keep in memory, loaded to be heard or encoded to be sent."
        ),
    ] = 1024,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder of all servers' jobs, uploads and exports; else SONORAMA_STATE_DIR, else one in your home.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Serve a folder of scenes, a single scene, or the viewpoints of a place: make, change, play and export them.

    A scene's address is made from its folder's name: my-street for "My Street".
    Serving writes nothing into DIR; what clients make, change or delete does.

    The log goes to the standard error as lines of JSON; in a terminal, a few lines tell
    who is connected and what plays instead.

    Examples:

      sonorama serve my-scenes

      sonorama serve my-scenes/street

      sonorama serve place

      sonorama serve my-scenes --osc 192.168.1.20 --osc-scene market

      curl -F image=@street.jpg -F top=8 http://127.0.0.1:8765/v1/scenes

      sonorama serve my-scenes --token-file token.txt --public-url https://sound.example.org --proxy 127.0.0.1

      sonorama serve my-scenes --host 0.0.0.0 --token-file token.txt --tls-cert cert.pem --tls-key key.pem
    """
    from server.cli.osc_options import osc_settings
    from server.interrupts import ending_at_interrupt

    osc_told = osc_settings(osc, listen=osc_listen, reply_port=osc_reply_port, dmax_m=osc_dmax, time_tags=osc_time_tags)
    # While it runs, the server has handlers of its own.
    with ending_at_interrupt():
        _serve(
            folder, host=host, port=port, token_file=token_file, tls_cert=tls_cert, tls_key=tls_key, osc=osc_told,
            osc_scene=osc_scene, memory=memory, state_dir=state_dir, public_url=public_url, proxies=proxy or [],
        )  # fmt: skip


def _serve(
    folder: Path,
    *,
    host: str,
    port: int,
    token_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    osc: OscSettings | None,
    osc_scene: str | None,
    memory: int,
    state_dir: Path | None,
    public_url: str | None,
    proxies: Sequence[str],
) -> None:
    """Serve until a signal comes, and end as it asks for."""
    import signal
    import sys

    from rich.console import Console

    from server.api.http.guard import LOOPBACK_NAMES
    from server.api.http.proxies import Reach
    from server.api.http.token import Token
    from server.api.logs import start_logs
    from server.api.serving import create_server, open_listening_socket
    from server.api.settings import ServerSettings
    from server.api.state import state_dir as state_dir_of
    from server.cli.display.status_view import StatusView
    from server.cli.tokens import read_token
    from server.interrupts import INTERRUPTED
    from server.library import is_place
    from server.presets import PRESETS

    token = None if token_file is None else Token(read_token(token_file))
    is_loopback = host.lower() in LOOPBACK_NAMES
    _check(host, is_loopback=is_loopback, token=token, tls_cert=tls_cert, tls_key=tls_key)
    settings = ServerSettings(
        folder=(folder / "viewpoints" if is_place(folder) else folder).resolve(),
        state_dir=state_dir_of(state_dir),
        worker=(sys.executable, "-m", "server.worker"),
        presets=tuple(PRESETS),
        unused_options={name: preset.unused_options for name, preset in PRESETS.items()},
        token=token,
        names=LOOPBACK_NAMES if is_loopback else None,
        memory_bytes=memory * 2**20,
        reach=Reach.of(public_url, proxies),
        osc=osc,
        osc_scene=osc_scene or "",
    )
    server = create_server(settings, tls_cert=tls_cert, tls_key=tls_key)
    console = Console(stderr=True)
    start_logs(sys.stderr, quiet=console.is_terminal)
    with open_listening_socket(host, port) as listening, StatusView(console, server):
        server.run(sockets=[listening])
    if server.stopped_by == signal.SIGINT:
        raise typer.Exit(INTERRUPTED)
    if server.stopped_by is not None:
        signal.raise_signal(server.stopped_by)


def _check(host: str, *, is_loopback: bool, token: Token | None, tls_cert: Path | None, tls_key: Path | None) -> None:
    """Check that the options are safe together, and that the certificate can be used."""
    import ssl

    from protocol.errors import InputError, os_reason

    if not is_loopback and token is None:
        raise InputError(
            f"{host} can be reached by others", where="--host", remedy="give --token-file, or listen at 127.0.0.1"
        )
    if tls_cert is None:
        if tls_key is not None:
            raise InputError("is a key without a certificate", where="--tls-key", remedy="give --tls-cert, too")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls_cert, tls_key)
    except OSError as error:
        # OpenSSL's errors are OSErrors, too.
        raise InputError(
            f"can't be used ({os_reason(error)})",
            where=str(tls_cert),
            remedy="give a certificate chain and its key in PEM format",
        ) from error
