"""Requests to Google's map services: with a key that nobody gets to see, patience, and every refusal as one line."""

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

from protocol.errors import InputError, SonoramaError, UnavailableError

KEY_VARIABLE = "SONORAMA_GOOGLE_KEY"
"""The environment variable that holds the user's key: the command line would show it to everybody."""

_TILES_URL = "https://tile.googleapis.com"
_MAPS_URL = "https://maps.googleapis.com"

_TRIES = 4
_LONGEST_WAIT_S = 30.0
_MOST_BYTES = 32 * 2**20
_PASSING = {429, 500, 502, 503, 504}
_KEY_REMEDY = f"check {KEY_VARIABLE}, and that its project has Map Tiles API, Street View Static API and billing on"
_QUOTA_REMEDY = "wait, or raise the quota in the Google Cloud console"


class Web:
    """Google's map services over HTTP.

    What may pass (429, 5xx, a connection that is slow or cut off) is tried up to four times, with waits that double,
    or as long as the service asks for; anything else is told at once. Redirects are not followed: the key is for
    Google alone.

    Args:
        key: the user's own key of the Google Maps Platform.
        tiles_url: where the Map Tiles API is.
        maps_url: where the Street View Static API is.
        first_wait_s: about how long to wait before the second try.
        patience_s: how long to wait for an answer to begin or go on.
    """

    def __init__(
        self,
        key: str,
        *,
        tiles_url: str = _TILES_URL,
        maps_url: str = _MAPS_URL,
        first_wait_s: float = 1.0,
        patience_s: float = 30.0,
    ) -> None:
        self.tiles_url = tiles_url
        self.maps_url = maps_url
        self._key = key
        self._secrets = {key}
        self._first_wait_s = first_wait_s
        self._patience_s = patience_s
        self._opener = urllib.request.build_opener(_NoRedirects())

    def json(self, url: str, parameters: Mapping[str, str], *, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The JSON object that an address answers with; arguments and errors as of :meth:`content`."""
        answer = self.content(url, parameters, body=body)
        try:
            values = json.loads(answer)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise UnavailableError("answers with something else than JSON", where=_place(url), remedy="try again later")
        return values

    def content(self, url: str, parameters: Mapping[str, str], *, body: Mapping[str, Any] | None = None) -> bytes:
        """What an address answers with.

        Args:
            url: without a query.
            parameters: its query, but for the key.
            body: what to post as JSON, or None to get.

        Raises:
            InputError: the key is refused.
            UnavailableError: the service is out of reach or of quota, or refuses for another reason.
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
                return self._once(request, _place(url))
            except _MayPassError as passing:
                if tries == _TRIES:
                    raise passing.told from None
                time.sleep(min(max(passing.after_s, wait_s * (1.0 + random.random()) / 2.0), _LONGEST_WAIT_S))
                wait_s *= 2.0

    def _once(self, request: urllib.request.Request, place: str) -> bytes:
        # None of what is raised here has an underlying error: its trace would show the address with the key.
        try:
            with self._opener.open(request, timeout=self._patience_s) as answer:
                content: bytes = answer.read(_MOST_BYTES + 1)
                if answer.length and len(content) <= _MOST_BYTES:
                    # Only a read without a bound notices by itself that some is missing.
                    raise http.client.IncompleteRead(content, answer.length)
        except urllib.error.HTTPError as error:
            with error:
                told = _refusal(error.code, self._said(error), place)
                after = error.headers.get("Retry-After", "")
            if error.code in _PASSING:
                raise _MayPassError(told, after_s=float(after) if re.fullmatch(r"\d{1,6}", after) else 0.0) from None
            raise told from None
        except (TimeoutError, ConnectionResetError, http.client.HTTPException) as error:
            raise _MayPassError(_out_of_reach(error, place)) from None
        except OSError as error:
            told = _out_of_reach(error, place)
            if isinstance(error, urllib.error.URLError) and isinstance(
                error.reason, (TimeoutError, ConnectionResetError)
            ):
                raise _MayPassError(told) from None
            raise told from None
        if len(content) > _MOST_BYTES:
            raise UnavailableError(f"answers with more than {_MOST_BYTES} bytes", where=place, remedy="try again later")
        return content

    def hide(self, secret: str) -> None:
        """Keep something else than the key out of every error text, too."""
        self._secrets.add(secret)

    def told(self, message: object) -> str:
        """The gist of a message of Google's, without a secret in it; nothing if it isn't text."""
        return without_secrets(message, self._secrets) if isinstance(message, str) else ""

    def _said(self, error: urllib.error.HTTPError) -> str:
        try:
            return self.told(json.loads(error.read(65_536))["error"]["message"])
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none."""


class _MayPassError(Exception):
    """Something that another try may not meet."""

    def __init__(self, told: SonoramaError, *, after_s: float = 0.0) -> None:
        super().__init__(told)
        self.told = told
        self.after_s = after_s


def key_refused(said: str, place: str) -> InputError:
    """The key is wrong, or may not do this."""
    return InputError(f"Google refuses the key{said and f' ({said})'}", where=place, remedy=_KEY_REMEDY)


def quota_spent(said: str, place: str) -> UnavailableError:
    """Google has answered enough for now."""
    return UnavailableError(f"the quota is spent{said and f' ({said})'}", where=place, remedy=_QUOTA_REMEDY)


def _refusal(code: int, said: str, place: str) -> SonoramaError:
    if code in (401, 403) or (code == 400 and "api key" in said):
        return key_refused(said, place)
    if code == 429:
        return quota_spent(said, place)
    if code == 404:
        return UnavailableError("there is nothing", where=place, remedy="choose another place, panorama or zoom")
    what = f"answers {code}{said and f' ({said})'}"
    return UnavailableError(what, where=place, remedy="try again later" if code >= 500 else "check the options")


def _out_of_reach(error: Exception, place: str) -> UnavailableError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        what = "takes too long to answer"
    elif isinstance(reason, (http.client.HTTPException, ConnectionResetError)):
        what = "the answer was cut off"
    else:
        what = f"can't be reached ({getattr(reason, 'strerror', None) or type(reason).__name__})".lower()
    return UnavailableError(what, where=place, remedy="check the network, then try again")


def without_secrets(message: str, secrets: Iterable[str]) -> str:
    r"""The first sentence or line of a message, in small letters and with dots in place of secrets.

    >>> without_secrets("Key abc123 is wrong. See the page.\nMore", ["abc123"])
    'key … is wrong'
    """
    for secret in secrets:
        message = message.replace(secret, "…").replace(urllib.parse.quote_plus(secret), "…")
    first = re.split(r"\n|\. |;", message.strip(), maxsplit=1)[0]
    return first.strip(" .").lower()[:120]


def _place(url: str) -> str:
    """An address for people: its host and path."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.netloc}{parts.path}"
