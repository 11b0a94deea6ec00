"""What the stages of a run look through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.pipeline.boxes.seen import seen_part
from server.pipeline.stage_cache import key_of
from server.pipeline.stages import Proposal, Sees
from server.pipeline.views import Picture, View


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

    def unseen_in(self, view: View) -> NDArray[np.bool_] | None:
        """Which pixels of the window that a view is of were not photographed, (H, W); None: all were."""
        windows = [window for window in (self.picture, *self.views) if window.view.name == view.name]
        return windows[0].unseen if windows else None

    def seen_by(self, stage: SeeingStage) -> tuple[Picture, ...]:
        """The windows that a stage looks through."""
        return self.views if stage.sees == "views" else (self.picture,)


def seen_proposals(proposals: Iterable[Proposal], windows: Windows) -> list[Proposal]:
    """Proposals without what their boxes show of the unseen; those that show little else are left out."""
    found = []
    for proposal in proposals:
        if proposal.box is None or proposal.mask is not None:
            found.append(proposal)
        elif (box := seen_part(proposal.box, windows.unseen_in(proposal.box.view))) is not None:
            found.append(replace(proposal, box=box))
    return found
