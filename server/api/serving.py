"""Runs the app on a socket, from its start to an orderly stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from dataclasses import replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from protocol.errors import InputError, os_reason, printable
from protocol.wire.codec import MAX_TEXT_BYTES
from server.api.app import create_app
from server.api.connections.budgets import raise_descriptor_limit
from server.api.connections.http_protocol import GuardedHttp
from server.api.connections.visits import Door
from server.api.jobs.job import Job
from server.api.services import Services
from server.api.settings import ServerSettings
from server.api.streaming.abortable import AbortableWebSocket
from server.api.streaming.live_scenes import LiveScenes

_LOG = logging.getLogger("sonorama.server")

STOP_S = 10
"""How many seconds answers may take to end after the server is told to stop; workers are stopped after that."""

_BACKLOG = 1024
_AT_ONCE = 4
_HEADER_BYTES = 32 * 1024
# uvicorn ticks ten times a second.
_TICKS_BETWEEN_LOOKS = 5


class Server(uvicorn.Server):
    """A uvicorn server that ends all streams before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._door: Door = app.state.door
        self._lifespan = app.router.lifespan_context(app)
        self.address: str | None = None
        """The URL of the server; None while it does not serve."""
        self.scene_names: dict[str, str] = {}
        """The name of each scene at the start, by its id, fit to be shown."""
        self.stopped_by: int | None = None
        """The number of the signal that stopped the server."""

    def _url(self, listening: Any) -> str:
        host, port = listening.getsockname()[:2]
        scheme = "https" if self.config.is_ssl else "http"
        if ip_address(host).is_unspecified:
            host = _own_address(listening.family)
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._door.visits)

    @property
    def live_scenes(self) -> LiveScenes:
        """The live scenes and their subscribers; only after the server has started."""
        services: Services = self._app.state.services
        return services.live_scenes

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Stop in good order; a second Ctrl-C waits for nobody. How the process ends is up to its caller."""
        self.stopped_by = self.stopped_by or sig
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def jobs(self) -> tuple[list[Job], int]:
        """The running jobs, and the number of queued ones; only after the server has started."""
        services: Services = self._app.state.services
        return services.runner.running_jobs(), len(services.store.jobs(states=("queued",)))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app and the server, and log the address.

        Raises:
            SonoramaError: the folder can't be served.
        """
        address = "".join(self._url(listening) for listening in (sockets or [])[:1])
        # uvicorn would turn an error that a person can mend into a traceback.
        await self._lifespan.__aenter__()
        try:
            await self._app.state.services.start(address)
        except BaseException:
            await self._lifespan.__aexit__(None, None, None)
            raise
        # uvicorn would count nobody who is still encrypting, and wait for a minute.
        self.config.http_protocol_class = partial(GuardedHttp, self._door, self.config.ssl)  # type: ignore[assignment]
        self.config.ssl = None
        await super().startup(sockets)
        for listening in sockets or []:
            # The kernel's queue may be long, however few connections asyncio takes from it at a time.
            listening.listen(_BACKLOG)
        if self.started:
            names = self._app.state.services.library.names()
            self.scene_names = {scene_id: printable(name) for scene_id, name in names.items()}
            self.address = address
            _LOG.info("serving", extra={"fields": {"address": address, "scenes": self.scene_names}})

    async def on_tick(self, counter: int) -> bool:
        """Look at the deadlines of all connections, now and then."""
        if counter % _TICKS_BETWEEN_LOOKS == 0:
            for visit in self._door.late(asyncio.get_running_loop().time()):
                visit.cut()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every stream, close all connections, then stop the app."""
        self.address = None
        for stranger in tuple(self._door.strangers):
            if stranger.waiting_since_s is not None:
                stranger.cut()
        await self._app.state.services.live_scenes.say_goodbye()
        self._app.state.hub.close()
        await super().shutdown(sockets)
        await self._lifespan.__aexit__(None, None, None)
        _LOG.info("stopped")


def open_listening_socket(host: str, port: int) -> socket.socket:
    """Open a socket that listens for connections.

    Raises:
        InputError: this machine doesn't have the address, or the port is in use.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # asyncio turns Nagle's algorithm off only for sockets whose protocol is explicitly TCP. Those that
        # socket.create_server makes aren't, and every other small answer would wait 40 ms.
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _unusable(host, port, error) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _unusable(host, port, error) from error
    return listening


def _own_address(family: int) -> str:
    """An address by which other machines reach this one; the loopback's where there is no network."""
    remote, loopback = ("2001:db8::1", "::1") if family == socket.AF_INET6 else ("192.0.2.1", "127.0.0.1")
    with socket.socket(family, socket.SOCK_DGRAM) as towards:
        try:
            # Nothing is sent: the kernel only says from where it would be.
            towards.connect((remote, 9))
            return str(towards.getsockname()[0])
        except OSError:
            return loopback


def _unusable(host: str, port: int, error: OSError) -> InputError:
    return InputError(
        f"can't be listened at ({os_reason(error)})",
        where=f"{host} port {port}",
        remedy="choose another --host or --port",
    )


def create_server(settings: ServerSettings, *, tls_cert: Path | None = None, tls_key: Path | None = None) -> Server:
    """Create a server, ready to ``run(sockets=[...])``; :func:`server.api.logs.start_logs` decides where it logs to.

    Args:
        settings: what is served, and how.
        tls_cert: a certificate chain in PEM format, for HTTPS.
        tls_key: its private key, unless that is in the same file.
    """
    app = create_app(replace(settings, budgets=settings.budgets.within(raise_descriptor_limit())))
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws=AbortableWebSocket,
        ws_max_size=MAX_TEXT_BYTES,
        # Compressing positions takes time and saves little.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        # A header can't make a client another one.
        proxy_headers=False,
        # asyncio takes so many connections in one go, between two turns of everybody else.
        backlog=_AT_ONCE,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    return Server(config, app)
