"""``sonorama listen``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from protocol.errors import printable

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine
    from contextlib import ExitStack
    from typing import Any

    from server.client.address import Address
    from server.client.link import LinkEvent
    from server.client.load import LoadReport
    from server.client.recording import Recording
    from server.client.scene_client import Sink


def listen(
    url: Annotated[str, typer.Argument(help="The server's address.")] = "http://127.0.0.1:8765",
    scene: Annotated[
        str | None,
        typer.Option(help="Which scene, by its id or name; the only one, if there is one.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Keep what is heard in this .wav or .flac file.", show_default=False)
    ] = None,
    play: Annotated[bool, typer.Option("--play", help="Play it on the sound card.")] = False,
    yaw_deg: Annotated[
        float, typer.Option(min=-360, max=360, help="Which way the listener looks, positive to the left.")
    ] = 0.0,
    turn_deg_per_s: Annotated[
        float, typer.Option(min=-3600, max=3600, help="How fast the head goes on turning from there.")
    ] = 0.0,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="How long, from the first sound on; else until interrupted.", show_default=False),
    ] = None,
    clients: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="So many clients at once, to load a server.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the messages themselves, a line each.")] = False,
    token_file: Annotated[Path | None, typer.Option(help="File with the server's token.", show_default=False)] = None,
) -> None:
    """Follow a scene on a server: print what comes, and hear it live, rendered for a head of one's own.

    Examples:

      sonorama listen

      sonorama listen http://192.168.1.20:8765 --token-file token.txt --scene market --play

      sonorama listen --out heard.wav --seconds 20 --turn-deg-per-s 36

      sonorama listen --clients 200 --seconds 30
    """
    import asyncio

    from protocol.errors import InputError
    from server.cli.tokens import read_token
    from server.client.address import address_from
    from server.client.http_client import HttpClient

    if clients is not None and (out is not None or play or json):
        raise InputError(
            "is of many clients who play nothing", where="--clients", remedy="leave out --out, --play, --json"
        )
    address = address_from(url)
    token = None if token_file is None else read_token(token_file)
    scene_id = asyncio.run(HttpClient(address, token).fetch_scene_id(scene))
    if clients is not None:
        _run_load_test(address, scene_id, token, clients=clients, seconds=seconds)
    else:
        _follow(
            address, scene_id, token, out=out, play=play, yaw_deg=yaw_deg, turn_deg_per_s=turn_deg_per_s,
            seconds=seconds, json=json,
        )  # fmt: skip


def _follow(
    address: Address,
    scene_id: str,
    token: str | None,
    *,
    out: Path | None,
    play: bool,
    yaw_deg: float,
    turn_deg_per_s: float,
    seconds: float | None,
    json: bool,
) -> None:
    """Follow a scene with one client, for so many seconds or until interrupted."""
    from contextlib import ExitStack

    from binaural.listener import Listener
    from protocol.wire import SceneSnapshot
    from protocol.wire.frames import Frame
    from server.cli.display.event_lines import EventLines
    from server.client.scene_client import SceneClient

    def print_frame(frame: str | bytes, _now_s: float) -> bool:
        if json and isinstance(frame, str):
            typer.echo(frame)
        return False

    def print_line(line: str) -> None:
        if not json:
            typer.echo(line)

    with ExitStack() as stack:
        sinks: list[Sink] = []
        recording = None if out is None else _open_recording(out, stack)
        if recording is not None:
            sinks.append(recording)
        if play:
            from server.client.speaker import Speaker

            sinks.append(stack.enter_context(Speaker()))
        client = SceneClient(
            address,
            scene_id,
            token=token,
            sinks=sinks,
            head=lambda time_s: Listener.turned(yaw_deg + turn_deg_per_s * time_s),
            intercept=print_frame,
        )
        lines = EventLines(print_line, clock=client.session.clock, now_s=client.now_s)

        async def run(begun: asyncio.Event) -> None:
            def on_event(event: LinkEvent) -> None:
                if isinstance(event, Frame if sinks else SceneSnapshot):
                    begun.set()
                lines.add(event)

            await client.run(on_event)

        _run_for(run, seconds)
        lines.sum_up(client.now_s())
    if recording is not None:
        missing = f", of which {recording.missing_s:.2f} s never came" if recording.missing_s else ""
        typer.echo(f"{printable(str(out))}: {recording.seconds:.2f} s{missing}", err=True)


def _open_recording(out: Path, stack: ExitStack) -> Recording:
    """Open a recording whose file gets its name when the stack closes it."""
    from server.client.recording import Recording, check_name
    from server.files.atomic import replacing

    check_name(out)
    return stack.enter_context(Recording(stack.enter_context(replacing(out))))


def _run_load_test(address: Address, scene_id: str, token: str | None, *, clients: int, seconds: float | None) -> None:
    """Load a server with many clients; counting begins when all of them have the scene."""
    import asyncio

    from protocol.errors import SonoramaError
    from server.client.load import LoadTest, first_error

    test = LoadTest(address, scene_id, clients=clients, token=token)

    async def run(begun: asyncio.Event) -> None:
        listening = asyncio.create_task(test.run())
        try:
            while not listening.done() and test.ready < clients:
                await asyncio.sleep(0.1)
            typer.echo(f"{test.ready} of {clients} clients have the scene", err=True)
            test.begin_counting()
            begun.set()
            while not listening.done():
                await asyncio.wait([listening], timeout=1.0)
                typer.echo(_load_words(test.report()), err=True)
            await listening
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    try:
        _run_for(run, seconds)
    except BaseExceptionGroup as group:
        error: SonoramaError | None = first_error(group)
        if error is None:
            raise
        raise error from None
    typer.echo(_load_words(test.report()))


def _load_words(report: LoadReport) -> str:
    ages = f"places {report.p50_ms:.1f} ms old, 99 % under {report.p99_ms:.1f} ms" if report.moves else "nothing moved"
    return f"{report.clients} clients, {report.messages} messages, {report.moves} moves, {report.lost} lost; {ages}"


def _run_for(work: Callable[[asyncio.Event], Coroutine[Any, Any, None]], seconds: float | None) -> None:
    """Run until the work ends, until so many seconds after it has set its event, or until interrupted."""
    import asyncio
    import signal

    async def run() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(work(begun))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await asyncio.wait([task], timeout=seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()

    asyncio.run(run())
