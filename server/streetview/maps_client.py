"""Requests to Google's map services: the key stays secret, and what fails for a passing reason is tried again."""

from __future__ import annotations

import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

from protocol.errors import InputError, SonoramaError, UnavailableError, os_reason

KEY_VARIABLE = "SONORAMA_GOOGLE_KEY"
"""The environment variable that holds the user's key: a command line can be read by every user of the machine."""

_TILES_URL = "https://tile.googleapis.com"
_MAPS_URL = "https://maps.googleapis.com"

_TRIES = 4
_LONGEST_WAIT_S = 30.0
_MOST_BYTES = 32 * 2**20
_PASSING_STATUSES = {429, 500, 502, 503, 504}
_KEY_REMEDY = f"check {KEY_VARIABLE}, and that its project has Map Tiles API, Street View Static API and billing on"
_QUOTA_REMEDY = "wait, or raise the quota in the Google Cloud console"


class MapsClient:
    """Asks Google's map services over HTTP.

    A request that fails for a passing reason (429, 5xx, a connection that is slow or cut off) is tried up to four
    times. The waits in between double, or are as long as the service asks for. Any other failure is an error at once.
    Redirects are not followed, because no other server may get the key.

    Args:
        key: the user's own key of the Google Maps Platform.
        tiles_url: the address of the Map Tiles API.
        maps_url: the address of the Street View Static API.
        first_wait_s: about how long to wait before the second try.
        timeout_s: how long to wait for an answer to begin or continue.
    """

    def __init__(
        self,
        key: str,
        *,
        tiles_url: str = _TILES_URL,
        maps_url: str = _MAPS_URL,
        first_wait_s: float = 1.0,
        timeout_s: float = 30.0,
    ) -> None:
        self.tiles_url = tiles_url
        self.maps_url = maps_url
        self._key = key
        self._secrets = {key}
        self._first_wait_s = first_wait_s
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_NoRedirects())

    def fetch_json(
        self, url: str, parameters: Mapping[str, str], *, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Fetch a JSON object.

        Args:
            url: the address, without a query.
            parameters: the query, but for the key.
            body: what to post as JSON; None for a GET request.

        Raises:
            InputError: the key is refused.
            UnavailableError: the service can't be reached, refuses for another reason, or answers with something else.
        """
        answer = self.fetch(url, parameters, body=body)
        try:
            values = json.loads(answer)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise UnavailableError("answers with something else than JSON", where=_place(url), remedy="try again later")
        return values

    def fetch(self, url: str, parameters: Mapping[str, str], *, body: Mapping[str, Any] | None = None) -> bytes:
        """Fetch the content of an address.

        Args:
            url: the address, without a query.
            parameters: the query, but for the key.
            body: what to post as JSON; None for a GET request.

        Raises:
            InputError: the key is refused.
            UnavailableError: the service can't be reached, its quota is spent, or it refuses for another reason.
        """
        query = urllib.parse.urlencode({**parameters, "key": self._key})
        request = urllib.request.Request(  # noqa: S310 - the two addresses of the constructor are http or https
            f"{url}?{query}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"User-Agent": "sonorama", **({} if body is None else {"Content-Type": "application/json"})},
        )
        wait_s = self._first_wait_s
        tries = 0
        while True:
            tries += 1
            try:
                return self._fetch_once(request, _place(url))
            except _PassingError as passing:
                if tries == _TRIES:
                    raise passing.error from None
                time.sleep(min(max(passing.after_s, wait_s * (1.0 + random.random()) / 2.0), _LONGEST_WAIT_S))
                wait_s *= 2.0

    def _fetch_once(self, request: urllib.request.Request, place: str) -> bytes:
        # None of what is raised here has an underlying error: its trace would show the address with the key.
        try:
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                content: bytes = answer.read(_MOST_BYTES + 1)
                if answer.length and len(content) <= _MOST_BYTES:
                    # Only a read without a bound notices by itself that some is missing.
                    raise http.client.IncompleteRead(content, answer.length)
        except urllib.error.HTTPError as error:
            with error:
                refusal = _refusal(error.code, self._message(error), place)
                after = error.headers.get("Retry-After", "")
            if error.code in _PASSING_STATUSES:
                raise _PassingError(refusal, after_s=float(after) if re.fullmatch(r"\d{1,6}", after) else 0.0) from None
            raise refusal from None
        except (TimeoutError, ConnectionResetError, http.client.HTTPException) as error:
            raise _PassingError(_unreachable_error(error, place)) from None
        except OSError as error:
            unreachable = _unreachable_error(error, place)
            if isinstance(error, urllib.error.URLError) and isinstance(
                error.reason, (TimeoutError, ConnectionResetError)
            ):
                raise _PassingError(unreachable) from None
            raise unreachable from None
        if len(content) > _MOST_BYTES:
            raise UnavailableError(f"answers with more than {_MOST_BYTES} bytes", where=place, remedy="try again later")
        return content

    def hide(self, secret: str) -> None:
        """Keep another secret than the key out of error texts, too."""
        self._secrets.add(secret)

    def readable(self, message: object) -> str:
        """The first sentence of a message from Google, without secrets; empty if it isn't text."""
        return without_secrets(message, self._secrets) if isinstance(message, str) else ""

    def _message(self, error: urllib.error.HTTPError) -> str:
        try:
            return self.readable(json.loads(error.read(65_536))["error"]["message"])
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow no redirect: urllib then raises an HTTPError."""


class _PassingError(Exception):
    """A failure for a reason that may have passed by the next try."""

    def __init__(self, error: SonoramaError, *, after_s: float = 0.0) -> None:
        super().__init__(error)
        self.error = error
        self.after_s = after_s


def key_refused_error(message: str, place: str) -> InputError:
    """The error for a key that is wrong, or not allowed to do this."""
    return InputError(f"Google refuses the key{message and f' ({message})'}", where=place, remedy=_KEY_REMEDY)


def quota_spent_error(message: str, place: str) -> UnavailableError:
    """The error for a quota that is spent."""
    return UnavailableError(f"the quota is spent{message and f' ({message})'}", where=place, remedy=_QUOTA_REMEDY)


def _refusal(code: int, message: str, place: str) -> SonoramaError:
    if code in (401, 403) or (code == 400 and "api key" in message):
        return key_refused_error(message, place)
    if code == 429:
        return quota_spent_error(message, place)
    if code == 404:
        return UnavailableError("there is nothing", where=place, remedy="choose another place, panorama or zoom")
    what = f"answers {code}{message and f' ({message})'}"
    return UnavailableError(what, where=place, remedy="try again later" if code >= 500 else "check the options")


def _unreachable_error(error: Exception, place: str) -> UnavailableError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        what = "takes too long to answer"
    elif isinstance(reason, (http.client.HTTPException, ConnectionResetError)):
        what = "the answer was cut off"
    else:
        what = f"can't be reached ({os_reason(reason)})"
    return UnavailableError(what, where=place, remedy="check the network, then try again")


def without_secrets(message: str, secrets: Iterable[str]) -> str:
    r"""The first sentence or line of a message, in lower case, with an ellipsis in place of each secret.

    >>> without_secrets("Key abc123 is wrong. See the page.\nMore", ["abc123"])
    'key … is wrong'
    """
    for secret in secrets:
        message = message.replace(secret, "…").replace(urllib.parse.quote_plus(secret), "…")
    first = re.split(r"\n|\. |;", message.strip(), maxsplit=1)[0]
    return first.strip(" .").lower()[:120]


def _place(url: str) -> str:
    """The host and path of an address: the part without secrets."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.netloc}{parts.path}"
