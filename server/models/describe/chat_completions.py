"""Requests to /chat/completions: those that may succeed later are tried again, the others end in an error at once."""

from __future__ import annotations

import email.utils
import random
import threading
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.describe.answer.fields import printable

_CONNECT_S = 10.0
# Tries in all, and the pause before the second; each further pause is twice as long, more or less by a quarter so that
# requests that failed together don't come back together.
_TRIES = 5
_PAUSE_S = 1.0
_JITTER = 0.25
# Where a server asks for a longer pause than this, the error is reported at once.
_LONGEST_PAUSE_S = 60.0

_BUSY = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_WHERE = "--describe-url"
# Fields that some services call by another name (their name), or refuse (None).
_ALTERNATIVES = {"max_tokens": "max_completion_tokens", "temperature": None}
_COMPLAINTS = ("support", "deprecated", "recognized", "permitted")


class ChatCompletions:
    """A connection to an endpoint; several threads may ask at the same time.

    Args:
        url: ends in ``/chat/completions``.
        key: sent as a bearer token; empty: none is.
        timeout_s: how long the endpoint may be silent.
    """

    def __init__(self, url: str, *, key: str, timeout_s: float) -> None:
        self._url = url
        self._has_key = bool(key)
        self._timeout_s = timeout_s
        self._stopped = threading.Event()
        # No redirects: the key is for this address alone.
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def stop(self) -> None:
        """End all pauses and tries, in any thread."""
        self._stopped.set()

    def ask(self, request: dict[str, Any]) -> str:
        """Post a request, again where that may help, and return the text that the model writes.

        Raises:
            InputError: the endpoint refuses the key, the model or the request.
            UnavailableError: after all tries nobody answers there, or not in time, or not as the API does.
        """
        request = dict(request)
        for tried in range(1, _TRIES + 1):
            try:
                response = self._client.post(self._url, json=request)
            except httpx.ConnectError as error:
                raise self._unavailable(f"nobody answers there ({printable(str(error))})", "is it running?") from None
            except httpx.TimeoutException:
                problem: SonoramaError = self._unavailable(
                    f"no answer came within {self._timeout_s:g} s", "choose a smaller model, or wait longer"
                )
                asked_s = 0.0
            except httpx.HTTPError as error:
                problem = self._unavailable(f"the connection broke ({printable(str(error))})", "try again")
                asked_s = 0.0
            else:
                if response.status_code == 200:
                    return _text(response, self._place)
                if response.status_code == 400 and _adapt(request, response):
                    continue
                problem = self._refused(response)
                if response.status_code not in _BUSY:
                    raise problem
                asked_s = _retry_after_s(response)
            pause_s = _PAUSE_S * 2 ** (tried - 1) * random.uniform(1 - _JITTER, 1 + _JITTER)
            if tried == _TRIES or asked_s > _LONGEST_PAUSE_S or self._stopped.wait(max(pause_s, asked_s)):
                raise problem
        raise problem

    @property
    def _place(self) -> str:
        """The address without what could be secret in it."""
        parts = urlsplit(self._url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"

    def _unavailable(self, what: str, remedy: str) -> UnavailableError:
        return UnavailableError(f"{self._place}: {what}", where=_WHERE, remedy=remedy)

    def _refused(self, response: httpx.Response) -> SonoramaError:
        """The error of an answer whose status is not 200."""
        message = _message_of(response)
        what = f"{self._place} answers {response.status_code}{f', {message}' if message else ''}"
        match response.status_code:
            case 401 | 403:
                remedy = "check SONORAMA_DESCRIBE_KEY" if self._has_key else "put a key into SONORAMA_DESCRIBE_KEY"
                return InputError(f"the key is refused: {what}" if self._has_key else what, where=_WHERE, remedy=remedy)
            case 404:
                remedy = "check the address, which usually ends in /v1, and the model"
                return InputError(what, where=_WHERE, remedy=remedy)
            case 429:
                return UnavailableError(what, where=_WHERE, remedy="wait a while, or check what your account allows")
            case status if status >= 500 or status in _BUSY:
                return UnavailableError(what, where=_WHERE, remedy="look at the server's log, or try again later")
            case status if 300 <= status < 400:
                moved = printable(response.headers.get("location", "elsewhere"))[:200]
                return InputError(f"{what}: it has moved to {moved}", where=_WHERE, remedy="give that address")
            case _:
                return InputError(what, where=_WHERE, remedy="check the model's name, and that it understands pictures")


def _text(response: httpx.Response, place: str) -> str:
    """What the model wrote; nothing, where it refused."""
    try:
        content = response.json()["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        kind = response.headers.get("content-type", "")
        what = "a web page" if "html" in kind else f"{printable(response.text[:60])!r}"
        raise UnavailableError(
            f"{place} answers with {what}, not as a chat API",
            where=_WHERE,
            remedy="check the address, which usually ends in /v1",
        ) from None
    if isinstance(content, list):  # parts, as of models that also answer with pictures
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _message_of(response: httpx.Response) -> str:
    """What a server says about an error, in one line; nothing of a web page."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        is_page = "html" in response.headers.get("content-type", "")
        return "" if is_page else " ".join(printable(response.text).split())[:200]
    message = body.get("error", body.get("detail", body.get("message"))) if isinstance(body, dict) else body
    if isinstance(message, dict):
        message = message.get("message", message)
    return " ".join(printable(str(message or "")).split())[:200].rstrip(".")


def _adapt(request: dict[str, Any], response: httpx.Response) -> bool:
    """Change a request as the server's complaint asks; False where that is not understood, and nothing changed."""
    message = _message_of(response)
    for name, other in _ALTERNATIVES.items():
        if name in request and name in message and any(word in message for word in _COMPLAINTS):
            value = request.pop(name)
            if other is not None:
                request[other] = value
            return True
    return False


def _retry_after_s(response: httpx.Response) -> float:
    """The pause that a server asks for, given in seconds or as a date (RFC 9110, 10.2.3); 0 where it asks for none."""
    message = response.headers.get("retry-after", "").strip()
    if message.isascii() and message.isdigit():
        return float(message[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(message).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
