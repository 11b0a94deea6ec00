"""The app on a socket, from its start to a stop that loses nothing."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from protocol.codec import MAX_TEXT_BYTES
from protocol.errors import InputError
from server.api.app import create_app
from server.api.jobs import Job
from server.api.services import Services, Serving
from server.api.stage.abortable import AbortableWebSocket
from server.api.stage.stage import Stage

_LOG = logging.getLogger("sonorama.server")

STOP_S = 10
"""How long answers may take to end once the server is told to stop; workers are told after that."""

_BACKLOG = 1024
_HEADER_BYTES = 32 * 1024


class Server(uvicorn.Server):
    """uvicorn, which tells whoever follows anything that it stops, before it waits for their connections to end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._lifespan = app.router.lifespan_context(app)

    @property
    def address(self) -> str | None:
        """Where the server can be found, once it can be."""
        if not self.started:
            return None
        return self._url(self.servers[0].sockets[0])

    def _url(self, listening: Any) -> str:
        host, port = listening.getsockname()[:2]
        scheme = "https" if self.config.is_ssl else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def connections(self) -> int:
        """How many there are."""
        return len(self.server_state.connections)

    @property
    def stage(self) -> Stage:
        """What is heard, and by whom; of a server that has started."""
        services: Services = self._app.state.services
        return services.stage

    def jobs(self) -> tuple[list[Job], int]:
        """The jobs that run, and how many wait; for a server that has started."""
        services: Services = self._app.state.services
        return services.runner.running_jobs(), len(services.store.jobs(states=("queued",)))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where.

        Raises:
            SonoramaError: the folder can't be served.
        """
        # Not by uvicorn, which would make a trace and an exit status of what a person can mend.
        await self._lifespan.__aenter__()
        try:
            await self._app.state.services.start("".join(self._url(one) for one in (sockets or [])[:1]))
        except BaseException:
            await self._lifespan.__aexit__(None, None, None)
            raise
        await super().startup(sockets)
        _LOG.info("serving", extra={"fields": {"address": self.address}})

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: no more connections, the end of every stream, then of the app."""
        await self._app.state.services.stage.say_goodbye()
        self._app.state.hub.close()
        await super().shutdown(sockets)
        await self._lifespan.__aexit__(None, None, None)
        _LOG.info("stopped")


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens for connections.

    Raises:
        InputError: the address is none of this machine's, or the port is taken.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        # asyncio turns Nagle's algorithm off where it sees TCP in so many words, which socket.create_server doesn't
        # say: every other small answer would wait 40 ms.
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


def _unusable(host: str, port: int, error: OSError) -> InputError:
    reason = (error.strerror or str(error)).lower()
    return InputError(
        f"can't be listened at ({reason})", where=f"{host} port {port}", remedy="choose another --host or --port"
    )


def server_of(serving: Serving, *, tls_cert: Path | None = None, tls_key: Path | None = None) -> Server:
    """A server, ready to ``run(sockets=[...])``; its logs go where :func:`server.api.logs.start_logs` sends them.

    Args:
        serving: what is served.
        tls_cert: a certificate chain in PEM format, for HTTPS.
        tls_key: its private key, where that is not in the same file.
    """
    app = create_app(serving)
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws=AbortableWebSocket,
        ws_max_size=MAX_TEXT_BYTES,
        # Places compress badly in time: a client would rather have them at once.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        # Whoever says so in a header is not thereby another client.
        proxy_headers=False,
        limit_concurrency=serving.limits.connections,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    return Server(config, app)
