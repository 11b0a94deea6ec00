"""What a server offers its clients and asks of them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from protocol.wire.base import Codec
from protocol.wire.handshake import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPolicy:
    """The same for every connection of a server."""

    server: str
    """Its name and version."""
    token: str | None = field(default=None, repr=False)
    """None: everybody may come."""
    capabilities: tuple[str, ...] = ("clips.http", "clips.stream", "commands", "poses")
    codecs: tuple[Codec, ...] = ("pcm16", "float32", "wav", "flac")
    limits: Limits = field(default_factory=Limits)
    heartbeat_s: float = 10.0
    hello_deadline_s: float = 5.0

    def admits(self, token: str | None) -> bool:
        """Whether this token opens the server, found out in a time that tells nothing about where it differs."""
        if self.token is None:
            return True
        given, wanted = (hashlib.sha256((secret or "").encode()).digest() for secret in (token, self.token))
        return hmac.compare_digest(given, wanted)

    def shared_codecs(self, names: tuple[str, ...]) -> tuple[Codec, ...]:
        """What the server can send of a client's list, the client's best first."""
        return tuple(codec for name in dict.fromkeys(names) for codec in self.codecs if codec == name)
