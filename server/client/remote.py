"""What a server has over HTTP: its scenes."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

from protocol.errors import InputError, UnavailableError
from server.client.address import Address

_PATIENCE_S = 30.0
_MAX_LIST_BYTES = 16 * 2**20


class Remote:
    """A server's files.

    Args:
        address: where it is.
        token: what it wants to be told, or None.
    """

    def __init__(self, address: Address, token: str | None) -> None:
        self._address = address
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        # No redirects: what the server says is a path on itself, and the token is for nobody else.
        handlers: list[Any] = [_NoRedirects()]
        if address.is_loopback:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    async def scene_ids(self) -> list[str]:
        """The ids of all scenes, finished or in the making.

        Raises:
            UnavailableError: the server can't be reached, or has no such list.
        """
        answer = await asyncio.to_thread(self._content, "/v1/scenes", _MAX_LIST_BYTES)
        try:
            return [str(scene["scene_id"]) for scene in json.loads(answer)["scenes"]]
        except (ValueError, KeyError, TypeError) as error:
            where = self._address.base_url
            raise UnavailableError("isn't a Sonorama server", where=where, remedy="check the address") from error

    async def the_scene_id(self) -> str:
        """The id of the only scene.

        Raises:
            InputError: there is none, or more than one.
            UnavailableError: the server can't be reached.
        """
        ids = await self.scene_ids()
        if len(ids) != 1:
            known = ", ".join(ids[:8]) + (", …" if len(ids) > 8 else "")
            what = f"has {len(ids)} scenes ({known})" if ids else "has no scene yet"
            remedy = "choose one with --scene" if ids else "make one, or name with --scene one that is being made"
            raise InputError(what, where=self._address.base_url, remedy=remedy)
        return ids[0]

    def _content(self, path: str, most_bytes: int) -> bytes:
        url = f"{self._address.base_url}{path}"
        request = urllib.request.Request(url, headers=self._headers)  # noqa: S310 - an Address is http or https
        try:
            with self._opener.open(request, timeout=_PATIENCE_S) as answer:
                content: bytes = answer.read(most_bytes + 1)
                if answer.length and len(content) <= most_bytes:
                    # Only a read without a bound notices by itself that some is missing.
                    raise OSError("the answer was cut off")
        except urllib.error.HTTPError as error:
            with error:
                pass
            if error.code == 401:
                raise unauthorised(self._address) from error
            raise UnavailableError(f"the server answers {error.code}", where=url, remedy="look at its log") from error
        except (OSError, ValueError) as error:
            raise unreachable(self._address, error) from error
        if len(content) > most_bytes:
            raise UnavailableError(f"has more than {most_bytes} bytes", where=url, remedy="fetch it by other means")
        return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none."""


def unauthorised(address: Address) -> InputError:
    """The server wants another token."""
    return InputError(
        "the token is missing or wrong", where=address.base_url, remedy="give the server's with --token-file"
    )


def unreachable(address: Address, error: Exception) -> UnavailableError:
    """Nobody answers there."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    said = (getattr(reason, "strerror", None) or str(reason) or type(reason).__name__).lower()
    return UnavailableError(
        f"can't be reached ({said})", where=address.base_url, remedy="start it with: sonorama serve DIR"
    )
