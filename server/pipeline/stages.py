"""The verbs of the journey as Protocols, and the small values that pass between them.

Every stage has an ``identity`` (name@revision) that feeds provenance and cache keys, and ``sees`` either the whole
picture or its perspective views: the flow hands it those as ``windows``, and the stage yields one answer for each, in
order, so that progress shows however the stage batches its work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from protocol.scene import Evidence, Kind, Surroundings
from server.pipeline.views import Picture, View

Sees = Literal["picture", "views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An axis-aligned box in the continuous pixels of one window.

    In an equirectangular window ``right_px`` may exceed the width: the box goes on across the seam. A box as wide as
    the window goes all the way round. ``cut`` says that what it shows may go on where nothing was photographed.
    """

    view: View
    left_px: float
    top_px: float
    right_px: float
    bottom_px: float
    cut: bool = False

    @property
    def sort_key(self) -> tuple[str, float, float, float, float]:
        """Puts any boxes into one reproducible order: by window and edges."""
        return (self.view.name, self.left_px, self.top_px, self.right_px, self.bottom_px)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something that would sound. It needs a box, from its proposer or from a grounder, unless it is ambience."""

    label: str
    prompt: str
    kind: Kind
    level_db_spl_1m: float
    evidence: Evidence
    confidence: float
    box: Box | None = None
    mask: NDArray[np.bool_] | None = field(default=None, repr=False)
    """Which pixels of the window belong to it, shape (H, W) at any resolution of the window; None: all of the box."""

    @property
    def is_grounded(self) -> bool:
        """Whether it is known where it is; ambience is everywhere."""
        return self.box is not None or self.kind == "ambient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impression:
    """What one window shows: what would sound, and whether it is indoors."""

    proposals: tuple[Proposal, ...]
    surroundings: Surroundings = "unknown"
    surroundings_confidence: float = 0.0
    notes: tuple[str, ...] = ()
    """What a person should know about how it came to be: what was named and left out, say."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DistanceMap:
    """Metres along the ray for every pixel of a window, at any resolution.

    Attributes:
        view: the window in the map's own pixels.
        distance_m: float32 (H, W); infinity for the sky, NaN where nothing is measured: what was not photographed, and
            what carries the camera.
        sigma_m: float32 (H, W), one standard deviation; infinite or NaN where the distance is.
        scale_sigma: what of it all distances share because nothing tells their scale; of ln metres, 0 where that is
            known.
        notes: what a person should know about it.
    """

    view: View
    distance_m: NDArray[np.float32] = field(repr=False)
    sigma_m: NDArray[np.float32] = field(repr=False)
    scale_sigma: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRequest:
    """One clip to make."""

    label: str
    prompt: str
    duration_s: float
    seed: int
    kind: Kind = "point"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """One clip as made: mono float32 at 48 kHz.

    ``note`` tells what a person should know about it; ``credit`` whose work it is and under what licence, if
    somebody's; ``stands_in``, that it was made for want of something that a later run may get.
    """

    samples: NDArray[np.float32] = field(repr=False)
    loop: bool
    note: str = ""
    credit: str = ""
    stands_in: bool = False


class Proposer(Protocol):
    """Names what would sound. A stage that also boxes what it names (a fused one) gives its proposals their boxes."""

    identity: str
    sees: Sees

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window."""
        ...


class Grounder(Protocol):
    """Finds where in the windows the named things are."""

    identity: str
    sees: Sees

    def ground(self, windows: Sequence[Picture], proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
        """For each window, the proposals that it shows, each with a box, its confidence that of the box."""
        ...


class DepthEstimator(Protocol):
    """Tells how far everything is."""

    identity: str
    sees: Sees

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window."""
        ...


class Voicer(Protocol):
    """Makes sounds."""

    identity: str

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        """One sound for each request, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Who does what on the journey. ``ground`` is None where the proposer grounds what it proposes."""

    propose: Proposer
    ground: Grounder | None
    estimate_depth: DepthEstimator
    voice: Voicer

    @property
    def see_views(self) -> bool:
        """Whether any of them looks through perspective views."""
        return any(
            stage is not None and stage.sees == "views" for stage in (self.propose, self.ground, self.estimate_depth)
        )

    @property
    def identities(self) -> dict[str, str]:
        """Who stands behind each verb."""
        ground = self.ground or self.propose
        return {
            "propose": self.propose.identity,
            "ground": ground.identity,
            "distance": self.estimate_depth.identity,
            "voice": self.voice.identity,
        }
