"""What the stages of a run look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from server.pipeline.stage_cache import key_of
from server.pipeline.stages import Sees
from server.pipeline.views import Picture


class SeeingStage(Protocol):
    """A stage that looks through windows."""

    sees: Sees


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The whole picture, and its perspective views where a stage looks through those."""

    picture: Picture
    views: tuple[Picture, ...] = ()

    @property
    def key(self) -> str:
        """Names them in the cache keys of what stages answer."""
        return key_of(self.picture.sha256, len(self.views))

    def seen_by(self, stage: SeeingStage) -> tuple[Picture, ...]:
        """The windows that a stage looks through."""
        return self.views if stage.sees == "views" else (self.picture,)
