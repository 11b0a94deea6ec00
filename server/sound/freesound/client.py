"""Requests to Freesound's APIv2: its search and its previews (https://freesound.org/docs/api/).

Since November 2025 the search is at ``/apiv2/search/``, of which ``/apiv2/search/text/`` is the old name. A key
authenticates by the header ``Authorization: Token KEY``. Too many requests are answered by 429.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import field
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from protocol.errors import InputError, SonoramaError, UnavailableError, os_reason

KEY_VARIABLE = "SONORAMA_FREESOUND_KEY"
"""The environment variable that holds the user's key: a command line can be read by every user of the machine."""

API_URL = "https://freesound.org/apiv2"
_FIELDS = "id,name,username,license,url,duration,avg_rating,num_ratings,tags,description,previews"
_LICENCES = 'license:("Creative Commons 0" OR "Attribution")'
_PAGE = 30
_PREVIEW = "preview-hq-ogg"
# Two minutes of 192 kbit/s, and room.
_MOST_BYTES = 16 * 2**20
_TRIES = 3
_LONGEST_WAIT_S = 60.0
_PASSING_STATUSES = {429, 500, 502, 503, 504}


@dataclass(frozen=True, kw_only=True, config={"extra": "ignore"})
class FoundSound:
    """A sound as the search answers it. Ratings are 0 to 5, and 0 where there is none."""

    id: Annotated[int, Field(ge=1)]
    name: str
    username: str
    license: str
    url: str
    duration: float
    previews: dict[str, str]
    avg_rating: float = 0.0
    num_ratings: int = 0
    tags: list[str] = field(default_factory=list)
    description: str = ""

    @property
    def licence(self) -> str | None:
        """The licence in words, if it is CC0 or CC BY; None for any other."""
        parts = urllib.parse.urlsplit(self.license)
        if parts.netloc.removeprefix("www.") != "creativecommons.org":
            return None
        if parts.path.startswith("/publicdomain/zero/"):
            return "CC0 1.0"
        attribution = re.fullmatch(r"/licenses/by/(\d\.\d)/?", parts.path)
        return f"CC BY {attribution[1]}" if attribution else None


@dataclass(frozen=True, kw_only=True, config={"extra": "ignore"})
class _Answer:
    results: list[FoundSound]


class FreesoundClient:
    """Asks Freesound over HTTP.

    What fails for a passing reason (429, 5xx, a connection that is slow or cut off) is tried up to three times; the
    waits double, or are as long as the service asks for. Redirects of the API are not followed, because no other
    server may get the key.

    Args:
        key: the user's own key.
        api_url: where the API is, if not where everybody finds it.
        first_wait_s: how long to wait before the second try.
        timeout_s: how long to wait for an answer to begin or continue.
    """

    def __init__(self, key: str, *, api_url: str = "", first_wait_s: float = 2.0, timeout_s: float = 30.0) -> None:
        self._key = key
        self._api_url = api_url or API_URL
        self._first_wait_s = first_wait_s
        self._timeout_s = timeout_s

    def search(self, words: str, *, least_s: float, most_s: float) -> list[FoundSound]:
        """Sounds under CC0 or CC BY that have all of some words, the most relevant first.

        Args:
            words: of their names, tags and descriptions.
            least_s: the shortest that will do.
            most_s: the longest that will do.

        Raises:
            InputError: the key is refused.
            UnavailableError: Freesound can't be reached, asks to wait for long, or answers with something else.
        """
        query = urllib.parse.urlencode(
            {
                "query": " ".join(re.findall(r"[^\W_]+", words)),
                "filter": f"{_LICENCES} duration:[{least_s:g} TO {most_s:g}]",
                "fields": _FIELDS,
                "page_size": _PAGE,
            }
        )
        url = f"{self._api_url}/search/?{query}"
        content = self._fetched(url, opener=urllib.request.build_opener(_NoRedirects()), with_key=True)
        try:
            found = TypeAdapter(_Answer).validate_json(content).results
        except ValidationError as error:
            raise UnavailableError(
                "answers with something else than sounds", where=_place(url), remedy="try again later"
            ) from error
        # The filter asked for the same; the licence is what everything depends on.
        return [sound for sound in found if sound.licence and _PREVIEW in sound.previews]

    def preview(self, sound: FoundSound) -> bytes:
        """The preview of a sound: Ogg Vorbis.

        Raises:
            UnavailableError: it can't be fetched.
        """
        url = sound.previews[_PREVIEW]
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise UnavailableError("isn't an address of the web", where=f"preview of {sound.id}", remedy="leave it out")
        return self._fetched(url, opener=urllib.request.build_opener(), with_key=False)

    def _fetched(self, url: str, *, opener: urllib.request.OpenerDirector, with_key: bool) -> bytes:
        headers = {"User-Agent": "sonorama", **({"Authorization": f"Token {self._key}"} if with_key else {})}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http or https, see above
        wait_s = self._first_wait_s
        for tries in range(1, _TRIES + 1):
            try:
                with opener.open(request, timeout=self._timeout_s) as answer:
                    content: bytes = answer.read(_MOST_BYTES + 1)
                    if answer.length and len(content) <= _MOST_BYTES:
                        raise http.client.IncompleteRead(content, answer.length)
                if len(content) > _MOST_BYTES:
                    raise UnavailableError("answers with too much", where=_place(url), remedy="leave it out")
                return content
            except urllib.error.HTTPError as error:
                with error:
                    refusal = _refusal(error.code, _detail(error), _place(url))
                    asked_s = _seconds(error.headers.get("Retry-After", ""))
                if error.code not in _PASSING_STATUSES or tries == _TRIES or asked_s > _LONGEST_WAIT_S:
                    raise refusal from None
                wait_s = max(wait_s, asked_s)
            except (OSError, http.client.HTTPException) as error:
                if tries == _TRIES:
                    raise _unreachable(error, _place(url)) from None
            time.sleep(wait_s)
            wait_s *= 2.0
        raise AssertionError("the last try returns or raises")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow no redirect: urllib then raises an HTTPError."""


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        detail = json.loads(error.read(65_536))["detail"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return ""
    return str(detail).strip(" .")[:120].lower()


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,6}", text) else 0.0


def _refusal(code: int, detail: str, place: str) -> SonoramaError:
    told = f" ({detail})" if detail else ""
    if code in (401, 403):
        return InputError(
            f"Freesound refuses the key{told}", where=place, remedy=f"check {KEY_VARIABLE}: the API key, not the id"
        )
    if code == 429:
        return UnavailableError(f"asks for fewer requests{told}", where=place, remedy="try again later")
    return UnavailableError(f"answers {code}{told}", where=place, remedy="try again later")


def _unreachable(error: Exception, place: str) -> UnavailableError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        what = "takes too long to answer"
    elif isinstance(reason, OSError) and not isinstance(reason, ConnectionResetError):
        what = f"can't be reached ({os_reason(reason)})"
    else:
        what = "the answer was cut off"
    return UnavailableError(what, where=place, remedy="check the network, then try again")


def _place(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.netloc}{parts.path}"
