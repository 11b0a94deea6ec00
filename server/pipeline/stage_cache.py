"""Where the flow keeps what it has made, so that a later run need not make it again."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from protocol.scene import Clip, Image
from server.pipeline.views import Picture

T = TypeVar("T")


class AnswerCache(Protocol):
    """What a run remembers of its stages' answers. A key holds everything that the value depends on."""

    def recalled(self, stage: str, key: str, kind: type[T]) -> T | None:
        """What a stage answered under this key, or None.

        Args:
            stage: the verb.
            key: holds everything that the answer depends on.
            kind: the type of the answer, to read it as.
        """
        ...

    def keep(self, stage: str, key: str, kind: type[T], value: T) -> None:
        """Remember a stage's answer, in place of the one before.

        Args:
            stage: the verb.
            key: holds everything that the answer depends on.
            kind: the type of the answer.
            value: the answer.
        """
        ...


class StageCache(AnswerCache, Protocol):
    """What a run remembers of all that it makes."""

    def recalled_clip(self, name: str, key: str) -> Clip | None:
        """A finished clip, or None; ``name`` makes its file's name readable."""
        ...

    def keep_clip(self, name: str, key: str, samples: NDArray[np.float32], *, loop: bool, credit: str = "") -> Clip:
        """Store a clip.

        Args:
            name: makes its file's name readable.
            key: holds everything that the clip depends on.
            samples: mono at 48 kHz, shape (n,).
            loop: whether its end joins its beginning.
            credit: whose work it is, kept in the clip's file.
        """
        ...

    def keep_picture(self, picture: Picture) -> Image:
        """Store the picture, of any shape, beside what is made of it."""
        ...


def key_of(*parts: Any) -> str:
    """A cache key of JSON-like parts: 32 hexadecimal digits.

    >>> key_of("detector@1", {"b": 1, "a": 2}) == key_of("detector@1", {"a": 2, "b": 1})
    True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
