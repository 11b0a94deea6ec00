"""What stands between clients and the server: proxies that may speak for others, and the address that they give it.

Whoever connects could say to be somebody else by a header. So only the proxies that were named are believed, about the
nearest address that isn't one of theirs (RFC 7239; X-Forwarded-* is what most of them send).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from protocol.errors import InputError

_FORWARDED_FOR = re.compile(r'for="?\[?([0-9A-Fa-f:.]+)', re.IGNORECASE)
_FORWARDED_PROTO = re.compile(r'proto="?(https?)', re.IGNORECASE)
_FORWARDED_HOST = re.compile(r'host="?([^";,\s]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How clients reach a server.

    Attributes:
        origin: scheme, name and port of the address that browsers use; None for the one of the request itself.
        prefix: a path before all others, such as "/sonorama"; empty for none.
        proxies: addresses and networks of the proxies whose headers are believed.
    """

    origin: str | None = None
    prefix: str = ""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, public_url: str | None, proxies: Sequence[str]) -> Reach:
        """From what a user gives.

        Raises:
            InputError: it is no address of the web, or no network.
        """
        networks = []
        for text in proxies:
            try:
                networks.append(ip_network(text, strict=False))
            except ValueError as error:
                raise InputError(
                    f"{text!r} is no address", where="--proxy", remedy="give 127.0.0.1 or 10.0.0.0/8, for example"
                ) from error
        if public_url is None:
            return cls(proxies=tuple(networks))
        parts = urlsplit(public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InputError(
                f"{public_url!r} is no address", where="--public-url", remedy="give https://sound.example.org/sonorama"
            )
        origin = f"{parts.scheme}://{parts.netloc.lower()}"
        return cls(origin=origin, prefix=parts.path.rstrip("/"), proxies=tuple(networks))

    @property
    def name(self) -> str | None:
        """The host's name in the address that browsers use."""
        return None if self.origin is None else urlsplit(self.origin).hostname

    def is_proxy(self, address: str) -> bool:
        """Whether an address is one of the proxies'."""
        found = _address(address)
        return found is not None and any(found in network for network in self.proxies)

    def client(self, peer: str, headers: Headers) -> str:
        """Who asks: the peer, or whom a proxy says that it speaks for."""
        if not self.is_proxy(peer):
            return peer
        said = _FORWARDED_FOR.findall(headers.get("forwarded", ""))
        said = said or [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]
        for address in reversed(said):
            if _address(address) is None:
                break
            if not self.is_proxy(address):
                return str(address)
        return peer

    def origins(self, peer: str, headers: Headers, *, scheme: str) -> set[str]:
        """The origins of this server's own page.

        Args:
            peer: who connects.
            headers: of the request.
            scheme: by which it came: http or https.
        """
        origins = {f"{scheme}://{headers.get('host', '').lower()}"}
        if self.origin is not None:
            origins.add(self.origin)
        if self.is_proxy(peer):
            forwarded = headers.get("forwarded", "")
            proto = _FORWARDED_PROTO.findall(forwarded) or [headers.get("x-forwarded-proto", scheme).strip().lower()]
            host = _FORWARDED_HOST.findall(forwarded) or [
                headers.get("x-forwarded-host", headers.get("host", "")).strip().lower()
            ]
            origins.add(f"{proto[-1].lower()}://{host[-1].lower()}")
        return origins


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
