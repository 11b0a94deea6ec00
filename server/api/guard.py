"""Who may ask: everything that is settled before a request is looked at.

1. Host: a server on the loopback answers to loopback names alone, or else a page anywhere could reach it through a
   name of its own that it points there (DNS rebinding).
2. Origin: a browser says which page sends it, and only the server's own may (CSRF, and WebSockets across sites).
3. Size: an upload may be large, nothing else.
4. Rate: so many requests from one address.
5. Token: in the Authorization header. A WebSocket brings its own in its first message, since browsers set no headers.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.answers import problem_of_status, problem_response
from server.api.limits import Buckets, Limits
from server.api.metrics import Metrics

_LOG = logging.getLogger("sonorama.http")

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_UPLOAD = ("POST", "/v1/scenes")
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Whoever watches over the server needs no token."""
PAGE_PREFIX = "/page/"
"""Nor does the page, which says nothing of any scene: it asks its reader for the token."""


class Token:
    """A secret to compare with; it is kept as a hash, and never shown."""

    def __init__(self, secret: str) -> None:
        self._digest = hashlib.sha256(secret.encode()).digest()

    def is_right(self, given: str) -> bool:
        """Whether it is the secret, in a time that tells nothing of it."""
        return hmac.compare_digest(hashlib.sha256(given.encode(errors="replace")).digest(), self._digest)

    def __repr__(self) -> str:
        return "Token(…)"


def carried_token(headers: Headers) -> str:
    """The token in a request's Authorization header; empty where there is none."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


class Guard:
    """ASGI middleware around everything.

    Args:
        app: what it guards.
        token: what a client must know; None lets everyone in who can reach a loopback address.
        names: the hosts that the server answers to; None for all.
        limits: how much is taken.
        metrics: where refusals and answers are counted.
    """

    def __init__(
        self, app: ASGIApp, *, token: Token | None, names: frozenset[str] | None, limits: Limits, metrics: Metrics
    ) -> None:
        self._app = app
        self._token = token
        self._names = names
        self._metrics = metrics
        self._limits = limits
        self._requests = Buckets(per_s=limits.requests_per_s, at_once=limits.requests_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        status, retry_s = self._refusal(scope)
        if scope["type"] == "websocket":
            if status:
                self._metrics.refused(str(status))
                await send(
                    {"type": "websocket.close", "code": 1008, "reason": problem_of_status(status, where="").what}
                )
            else:
                await self._app(scope, receive, send)
            return
        began_s = time.monotonic()
        answer: dict[str, Any] = {"status": 500, "bytes": 0}

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cache-Control", "no-store")
            elif message["type"] == "http.response.body":
                answer["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            if status:
                self._metrics.refused(str(status))
                headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
                headers |= {"Retry-After": str(int(retry_s) + 1)} if status == 429 else {}
                # What is still coming is not read: this connection ends here.
                headers["Connection"] = "close"
                response = problem_response(status, problem_of_status(status, where=scope["path"][:200]), headers)
                await response(scope, receive, watched_send)
            else:
                await self._app(scope, self._bounded(receive, self._most_bytes(scope)), watched_send)
        finally:
            self._tell(scope, answer, time.monotonic() - began_s)

    def _refusal(self, scope: Scope) -> tuple[int, float]:
        """The status of the refusal, or 0; and how long to wait before trying again."""
        headers = Headers(scope=scope)
        client = scope["client"][0] if scope.get("client") else ""
        host = headers.get("host", "")
        name = _name_of(host)
        if self._names is not None and name not in self._names:
            return 421, 0.0
        origin = headers.get("origin")
        if origin is not None and not _same(origin, scope=scope, host=host):
            return 403, 0.0
        length = headers.get("content-length", "0")
        if scope["type"] == "http" and length.isdigit() and int(length) > self._most_bytes(scope):
            return 413, 0.0
        wait_s = self._requests.take(client)
        if wait_s:
            return 429, wait_s
        path = scope["path"]
        is_open = path in OPEN_PATHS or path == "/" or path.startswith(PAGE_PREFIX)
        if self._token is None or scope["type"] == "websocket" or is_open:
            return 0, 0.0
        return (0 if self._token.is_right(carried_token(headers)) else 401), 0.0

    def _most_bytes(self, scope: Scope) -> int:
        is_upload = (scope["method"], scope["path"]) == _UPLOAD
        return self._limits.upload_bytes if is_upload else self._limits.body_bytes

    def _bounded(self, receive: Receive, most_bytes: int) -> Receive:
        """The same request, as long as it is small enough and arrives in time.

        Who sends a byte a minute is taken for gone.
        """
        until_s = time.monotonic() + self._limits.body_s
        complete = False
        left_bytes = most_bytes

        async def received() -> Message:
            nonlocal complete, left_bytes
            if complete:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, until_s - time.monotonic()))
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            complete = message["type"] != "http.request" or not message.get("more_body", False)
            left_bytes -= len(message.get("body", b""))
            if left_bytes < 0:
                raise HTTPException(413)
            return message

        return received

    def _tell(self, scope: Scope, answer: dict[str, Any], seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        self._metrics.answered(
            method=scope["method"] if route else "", route=route, status=answer["status"], seconds=seconds
        )
        fields = {
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": answer["status"],
            "bytes": answer["bytes"],
            "ms": round(seconds * 1000, 1),
            "client": scope["client"][0] if scope.get("client") else None,
        }
        level = logging.DEBUG if scope["path"] in OPEN_PATHS else logging.INFO
        _LOG.log(level, "answered", extra={"fields": fields})


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _same(origin: str, *, scope: Scope, host: str) -> bool:
    """Whether a page comes from this very server."""
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    return origin.lower() == f"{scheme}://{host.lower()}"
