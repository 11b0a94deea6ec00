"""Requests to a server over HTTP."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

from protocol.errors import InputError, UnavailableError, os_reason
from server.client.address import Address
from server.extras import program

_TIMEOUT_S = 30.0
_MAX_LIST_BYTES = 16 * 2**20


class HttpClient:
    """Asks a server over HTTP.

    Args:
        address: the address of the server.
        token: the server's token, or None.
    """

    def __init__(self, address: Address, token: str | None) -> None:
        self._address = address
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        # No redirects, because no other server may get the token.
        handlers: list[Any] = [_NoRedirects()]
        if address.is_loopback:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    async def fetch_scene_names(self) -> dict[str, str]:
        """Fetch the ids of all scenes, finished or not, each with its name.

        Raises:
            InputError: the token is missing or wrong.
            UnavailableError: the server can't be reached, or isn't a Sonorama server.
        """
        answer = await asyncio.to_thread(self._fetch, "/v1/scenes", _MAX_LIST_BYTES)
        try:
            return {str(scene["scene_id"]): str(scene["name"]) for scene in json.loads(answer)["scenes"]}
        except (ValueError, KeyError, TypeError) as error:
            where = self._address.base_url
            raise UnavailableError("isn't a Sonorama server", where=where, remedy="check the address") from error

    async def fetch_scene_id(self, scene: str | None) -> str:
        """Fetch the id of a scene that is told by its id or its name; the only one's where nothing is told.

        Raises:
            InputError: there is no such scene, or nothing is told and there is not just one; or the token is missing or
                wrong.
            UnavailableError: the server can't be reached.
        """
        names = await self.fetch_scene_names()
        ids = list(names)
        if scene is not None:
            for scene_id, name in names.items():
                if scene in (scene_id, name):
                    return scene_id
            known = ", ".join(ids[:8]) + (", …" if len(ids) > 8 else "")
            raise InputError(
                f"there is no such scene at {self._address.base_url}",
                where=f"--scene {scene}",
                remedy=f"choose one of: {known}" if ids else "make one first",
            )
        if len(ids) != 1:
            known = ", ".join(ids[:8]) + (", …" if len(ids) > 8 else "")
            what = f"has {len(ids)} scenes ({known})" if ids else "has no scene yet"
            remedy = "choose one with --scene" if ids else "make one, or name with --scene one that is being made"
            raise InputError(what, where=self._address.base_url, remedy=remedy)
        return ids[0]

    def _fetch(self, path: str, most_bytes: int) -> bytes:
        """Fetch what is at a path, at most so many bytes."""
        url = f"{self._address.base_url}{path}"
        request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 - an Address is http or https
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                content: bytes = answer.read(most_bytes + 1)
                if answer.length and len(content) <= most_bytes:
                    # Only a read without a bound notices by itself that some is missing.
                    raise OSError("the answer was cut off")
        except urllib.error.HTTPError as error:
            with error:
                pass
            if error.code == 401:
                raise unauthorised_error(self._address) from error
            raise UnavailableError(f"the server answers {error.code}", where=url, remedy="look at its log") from error
        except (OSError, ValueError) as error:
            raise unreachable_error(self._address, error) from error
        if len(content) > most_bytes:
            raise UnavailableError(f"has more than {most_bytes} bytes", where=url, remedy="fetch it by other means")
        return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow no redirect: urllib then raises an HTTPError."""


def unauthorised_error(address: Address) -> InputError:
    """The error of a client whose token is missing or wrong."""
    return InputError(
        "the token is missing or wrong", where=address.base_url, remedy="give the server's with --token-file"
    )


def unreachable_error(address: Address, error: Exception) -> UnavailableError:
    """The error of a client that can't reach the server, with the system's reason."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return UnavailableError(
        f"can't be reached ({os_reason(reason)})",
        where=address.base_url,
        remedy=f"start it with: {program()} serve DIR",
    )
