"""What a detector would box in a drawn world, with the truth: drawn people are no people to a detector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from server.perception.detector.sight import Detection
from server.pipeline.distance.known_heights import known_height
from server.pipeline.locate.location import Located, located
from server.pipeline.stages import Box, DistanceMap, Proposal
from server.synthetic.world import World
from tests.oracle.glimpses import Glimpse

JITTER = 0.03
"""One standard deviation of each edge of a box, as a share of its height."""

# A detector boxes what is seen well enough: so high, and filling so much of its box.
_LEAST_DEG, _LEAST_FILL = 1.5, 0.3


@dataclass(frozen=True, kw_only=True)
class Boxed:
    """A detection, and the median of the true ray lengths of what is seen of the thing."""

    detection: Detection
    distance_m: float

    def placed(self, maps: DistanceMap) -> Located:
        """Where the journey would put it."""
        proposal = Proposal(
            label=self.detection.name,
            prompt="",
            kind="point",
            level_db_spl_1m=60.0,
            evidence="seen",
            confidence=self.detection.confidence,
            box=self.detection.box,
        )
        return located(proposal, [maps])


def boxed(world: World, seen: Glimpse, *, seed: int = 0) -> Iterator[Boxed]:
    """Things of known height in a panorama, each in the jittered box of what is seen of it."""
    random = np.random.default_rng(seed)
    view = seen.picture.view
    for number, thing in enumerate(world.things):
        shown = seen.object_id == number
        if known_height(thing.label) is None or not shown.any():
            continue
        rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
        # The circle of columns opens at its widest gap.
        gaps = np.diff(np.append(columns, columns[0] + view.width_px))
        widest = int(np.argmax(gaps))
        left_px = columns[(widest + 1) % columns.size]
        height_px = rows[-1] + 1 - rows[0]
        wide_px = view.width_px - int(gaps[widest]) + 1
        off_px = random.normal(0.0, JITTER * height_px, 4)
        if height_px / view.height_px * 180.0 < _LEAST_DEG or shown.sum() < _LEAST_FILL * wide_px * height_px:
            continue
        start_px = float(left_px + off_px[0]) % view.width_px
        box = Box(
            view=view,
            left_px=start_px,
            top_px=float(rows[0] + off_px[1]),
            right_px=start_px + wide_px + float(off_px[2] - off_px[0]),
            bottom_px=float(rows[-1] + 1 + off_px[3]),
        )
        detection = Detection(name=thing.label, confidence=0.8, box=box)
        yield Boxed(detection=detection, distance_m=float(np.median(seen.distance_m[shown])))
