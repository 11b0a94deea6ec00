"""The token that clients must know."""

from __future__ import annotations

import hashlib
import hmac

from starlette.datastructures import Headers


class Token:
    """A secret that clients must know; only its hash is kept, and it is never shown."""

    def __init__(self, secret: str) -> None:
        self._digest = hashlib.sha256(secret.encode()).digest()

    def is_right(self, given: str) -> bool:
        """Whether the given text is the secret; takes the same time for any wrong text."""
        return hmac.compare_digest(hashlib.sha256(given.encode(errors="replace")).digest(), self._digest)

    def __repr__(self) -> str:
        return "Token(…)"


def carried_token(headers: Headers) -> str:
    """The token in a request's Authorization header; empty if there is none."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
