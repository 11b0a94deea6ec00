"""The address of a server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from protocol.errors import InputError

_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's host and port, and whether it speaks TLS (``secure``)."""

    host: str
    port: int
    secure: bool

    @property
    def base_url(self) -> str:
        """The URL that paths on the server are appended to."""
        return f"http{'s' * self.secure}://{self._host_and_port}"

    @property
    def stream_url(self) -> str:
        """The URL of the WebSocket."""
        return f"ws{'s' * self.secure}://{self._host_and_port}/v1/stream"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, which is never reached through a proxy."""
        return self.host in _LOOPBACK

    @property
    def _host_and_port(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def address_from(url: str) -> Address:
    """The address in a URL as a person types it.

    Raises:
        InputError: the text is not the address of a server.

    >>> address_from("http://127.0.0.1:8765").stream_url
    'ws://127.0.0.1:8765/v1/stream'
    >>> address_from("wss://sound.example").base_url
    'https://sound.example:443'
    """
    remedy = "write it like http://127.0.0.1:8765"
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port
    except ValueError as error:
        raise InputError(f"isn't an address ({error})".lower(), where=url, remedy=remedy) from error
    secure = _SECURE.get(parts.scheme)
    if secure is None or not parts.hostname:
        raise InputError("isn't an address of a server", where=url, remedy=remedy)
    if parts.username is not None or parts.query or parts.path.removesuffix("/") not in ("", "/v1/stream"):
        raise InputError("is more than a server's address", where=url, remedy=f"{remedy}, and give a --token-file")
    return Address(host=parts.hostname, port=port or (443 if secure else 80), secure=secure)
