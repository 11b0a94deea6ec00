"""What this server offers its clients."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

from protocol.session.policy import ServerPolicy
from server.api.http.token import Token
from server.api.streaming.clips import CODECS

CAPABILITIES = ("clips.http", "clips.stream", "commands", "live", "poses")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPolicy(ServerPolicy):
    """The policy of a server that knows of its token only whether another one is the same."""

    secret: Token | None = field(default=None, repr=False)

    def admits(self, token: str | None) -> bool:
        """Whether this token opens the server."""
        return self.secret is None or self.secret.is_right(token or "")


def stream_policy(secret: Token | None) -> StreamPolicy:
    """The policy of a server with this token."""
    return StreamPolicy(
        server=f"sonorama/{version('sonorama')}", capabilities=CAPABILITIES, codecs=CODECS, secret=secret
    )
