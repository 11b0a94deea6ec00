"""Decides who may send requests, before a request is read.

1. Host: a server on the loopback answers to loopback names only. Otherwise a web page could reach the server through a
   name of its own that resolves to the loopback (DNS rebinding).
2. Origin: browsers say which page sends a request, and only the server's own page may (CSRF, cross-site WebSockets).
   Pictures, sounds and styles are asked for without an origin, but with Sec-Fetch-Site.
3. Size: only an upload may be large.
4. Rate: each address may send so many requests a second.
5. Room: strangers, requests and listeners have budgets of their own, and health is always told.
6. Token: in the Authorization header. A WebSocket sends it in its first message, because browsers set no headers there.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.connections.visits import Door, Held, visit_of
from server.api.http.answers import problem_of_status, problem_response
from server.api.http.limits import ClientRates, RequestLimits
from server.api.http.proxies import Reach
from server.api.http.token import Token, carried_token
from server.api.metrics import Metrics

_LOG = logging.getLogger("sonorama.http")

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_FULL_RETRY_S = 4.0
_UPLOAD = ("POST", "/v1/scenes")
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
"""Paths for monitoring, which need no token."""
PAGE_PREFIX = "/page/"
"""Files of the page, which need no token either: they contain no scene, and the page asks its user for the token."""


class Guard:
    """ASGI middleware around the whole app.

    Args:
        app: the app to guard.
        token: the token that clients must send; None admits everyone who can reach a loopback address.
        names: the host names that the server answers to, beside that of its public address; None for all.
        reach: how clients reach the server.
        limits: how much a client may send.
        door: who is connected, and how much of what there may be.
        metrics: where refusals and answers are counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: Token | None,
        names: frozenset[str] | None,
        limits: RequestLimits,
        reach: Reach,
        door: Door,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._token = token
        self._names = names if names is None or reach.name is None else names | {reach.name}
        self._reach = reach
        self._door = door
        self._metrics = metrics
        self._limits = limits
        self._rates = ClientRates(per_s=limits.requests_per_s, at_once=limits.requests_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the app, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._without_prefix(scope)
        kind = _kind(scope)
        status, retry_s = self._admit(scope)
        if not status and kind is not None and not self._door.has_room(kind):
            status, retry_s = 503, _FULL_RETRY_S
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        headers |= {"Retry-After": str(int(retry_s) + 1)} if status in (429, 503) else {}
        visit = visit_of(scope)
        if scope["type"] == "websocket":
            if status:
                self._metrics.count_refusal(str(status))
                response = problem_response(status, problem_of_status(status, where=scope["path"][:200]), headers)
                await response(scope, receive, send)
            else:
                if visit is not None and self._is_trusted(Headers(scope=scope)):
                    visit.let_in()
                with self._door.holding("listeners"):
                    await self._app(scope, receive, send)
            return
        began_s = time.monotonic()
        answer: dict[str, Any] = {"status": 500, "bytes": 0}

        async def watched_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
            elif message["type"] == "http.response.body":
                answer["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            if status:
                self._metrics.count_refusal(str(status))
                # The rest of the request is not read, so the connection can't be used any more.
                headers["Connection"] = "close"
                response = problem_response(status, problem_of_status(status, where=scope["path"][:200]), headers)
                await response(scope, receive, watched_send)
            else:
                if visit is not None and scope["path"] not in OPEN_PATHS:
                    visit.let_in()
                # Whatever can be read can be asked after (RFC 9110, section 9.3.2); uvicorn leaves the body out.
                asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
                with nullcontext() if kind is None else self._door.holding(kind):
                    await self._app(asked, self._bounded(receive, self._most_bytes(scope)), watched_send)
        finally:
            self._record(scope, answer, time.monotonic() - began_s)

    def _admit(self, scope: Scope) -> tuple[int, float]:
        """Count a request, and decide about it.

        Returns the HTTP status to refuse it with, or 0; and how many seconds the client should wait before another try.
        """
        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        name = _host_name(headers.get("host", ""))
        if self._names is not None and name not in self._names:
            return 421, 0.0
        origin = headers.get("origin")
        scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
        if origin is not None and origin.lower() not in self._reach.origins(peer, headers, scheme=scheme):
            return 403, 0.0
        if _is_of_another_page(headers, scope):
            return 403, 0.0
        length = headers.get("content-length", "0")
        if scope["type"] == "http" and length.isdigit() and int(length) > self._most_bytes(scope):
            return 413, 0.0
        wait_s = self._rates.take(self._reach.client(peer, headers), time.monotonic())
        if wait_s:
            return 429, wait_s
        path = scope["path"]
        is_open = path in OPEN_PATHS or path == "/" or path.startswith(PAGE_PREFIX)
        if self._token is None or scope["type"] == "websocket" or is_open:
            return 0, 0.0
        return (0 if self._is_trusted(headers) else 401), 0.0

    def _is_trusted(self, headers: Headers) -> bool:
        return self._token is None or self._token.is_right(carried_token(headers))

    def _without_prefix(self, scope: Scope) -> Scope:
        """The same request without the prefix of the public address, which some proxies take away and some don't."""
        prefix = self._reach.prefix
        if not prefix or not scope["path"].startswith(f"{prefix}/"):
            return scope
        raw = scope.get("raw_path", b"").removeprefix(prefix.encode())
        return {**scope, "path": scope["path"].removeprefix(prefix), "raw_path": raw}

    def _most_bytes(self, scope: Scope) -> int:
        is_upload = (scope["method"], scope["path"]) == _UPLOAD
        return self._limits.upload_bytes if is_upload else self._limits.body_bytes

    def _bounded(self, receive: Receive, most_bytes: int) -> Receive:
        """The same request, which fails if it is too large or does not arrive in time.

        So a client that sends a byte a minute does not keep a connection for ever.
        """
        began_s = time.monotonic()
        complete = False
        left_bytes = most_bytes

        async def bounded_receive() -> Message:
            nonlocal complete, left_bytes
            if complete:
                return await receive()
            try:
                limits, came_bytes = self._limits, most_bytes - left_bytes
                allowed_s = min(limits.body_s, limits.body_grace_s + came_bytes / limits.body_bytes_per_s)
                message = await asyncio.wait_for(receive(), max(0.0, began_s + allowed_s - time.monotonic()))
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            complete = message["type"] != "http.request" or not message.get("more_body", False)
            left_bytes -= len(message.get("body", b""))
            if left_bytes < 0:
                raise HTTPException(413)
            return message

        return bounded_receive

    def _record(self, scope: Scope, answer: dict[str, Any], seconds: float) -> None:
        """Count and log an answer."""
        route = getattr(scope.get("route"), "path", "")
        self._metrics.count_answer(
            method=scope["method"] if route else "", route=route, status=answer["status"], seconds=seconds
        )
        fields = {
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": answer["status"],
            "bytes": answer["bytes"],
            "ms": round(seconds * 1000, 1),
            "client": self._reach.client(scope["client"][0], Headers(scope=scope)) if scope.get("client") else None,
        }
        level = logging.DEBUG if scope["path"] in OPEN_PATHS else logging.INFO
        _LOG.log(level, "answered", extra={"fields": fields})


def _kind(scope: Scope) -> Held | None:
    """Which budget a request counts against; None for those that monitoring sends, which are always answered."""
    if scope["path"] in OPEN_PATHS:
        return None
    if scope["type"] == "websocket" or (scope["method"] == "GET" and scope["path"].endswith("/events")):
        return "listeners"
    return "requests"


def _host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_of_another_page(headers: Headers, scope: Scope) -> bool:
    """Whether a browser says that a page of another origin wants this, for example as a picture (Fetch Metadata).

    To follow a link to the server's own page is no harm.
    """
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return not (is_link and scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/")
