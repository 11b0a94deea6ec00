"""Metres from things whose height is known, where nothing else tells them.

Where no ground is in sight, a model of relative depth knows what is twice as far as what, but not how far. An upright
thing of known height H between the elevations ``low`` and ``high`` is H / (tan high − tan low) away along the ground,
so each such thing tells the scale of all distances. What they say is averaged by iteratively reweighted least squares
with Cauchy's weights (Holland and Welsch 1977), since some are half hidden, and some are children.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.pipeline.boxes.extents import box_extents
from server.pipeline.boxes.footprint import footprint, is_cut
from server.pipeline.distance.known_heights import known_height
from server.pipeline.distance.shown import FAR_M, shown_distance
from server.pipeline.stages import DistanceMap, Proposal

Array = NDArray[np.float64]

# All sizes may be wrong in the same way: a street of children, a country of tall people.
_ALIKE = 0.05
_ROUNDS = 20
# Cauchy's tuning constant for 95 % efficiency (Holland and Welsch 1977, table 1), in standard deviations.
_CAUCHY = 2.385
# Lower is no thing's height, but a few pixels; higher stands so near that it is seen from above.
_LOWEST_DEG, _HIGHEST_DEG = 1.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDistance:
    """A boxed thing that tells metres.

    Attributes:
        proposal: the thing, with its whole box.
        distance_m: along the ray to its middle.
        spread: one standard deviation of ln metres.
    """

    proposal: Proposal
    distance_m: float
    spread: float


def known_distances(proposals: Iterable[Proposal]) -> list[KnownDistance]:
    """Distances to what is boxed whole and of known height."""
    found = []
    for proposal in proposals:
        height, box = known_height(proposal.label), proposal.box
        if height is None or box is None or is_cut(box) or proposal.kind == "ambient":
            continue
        extents = box_extents(box)
        low_deg, high_deg = (extents.elevation_deg + side * extents.height_deg / 2.0 for side in (-1.0, 1.0))
        if extents.height_deg < _LOWEST_DEG or max(-low_deg, high_deg) > _HIGHEST_DEG:
            continue
        along_ground_m = height.metres / (np.tan(np.radians(high_deg)) - np.tan(np.radians(low_deg)))
        distance_m = float(along_ground_m / np.cos(np.radians(extents.elevation_deg)))
        found.append(KnownDistance(proposal=replace(proposal, mask=None), distance_m=distance_m, spread=height.spread))
    return found


def in_metres(maps: Iterable[DistanceMap], known: Sequence[KnownDistance]) -> Iterator[DistanceMap]:
    """Maps that tell metres as far as they can: those that know their scale as they are.

    Args:
        maps: of an estimator; those whose ``scale_sigma`` is 0 pass as they come.
        known: what tells metres; nothing of known height leaves relative maps as they are.

    Yields:
        As many maps, in order.
    """
    relative = []
    for each in maps:
        if each.scale_sigma == 0.0:
            yield each
        else:
            relative.append(each)
    pairs = []
    for distance in known:
        box = distance.proposal.box
        there_m = shown_distance(distance.proposal, footprint(box), relative)[0] if box else FAR_M
        # What lies before nothing but sky in the maps is compared with nothing.
        if there_m < FAR_M:
            pairs.append((distance, there_m))
    yield from _scaled(relative, pairs) if pairs else relative


def _scaled(maps: Sequence[DistanceMap], pairs: Sequence[tuple[KnownDistance, float]]) -> Iterator[DistanceMap]:
    """Relative maps, all multiplied by one factor; the second of each pair is how far the maps say the first is."""
    log_factors = np.log([known.distance_m / mapped_m for known, mapped_m in pairs])
    log_factor, variance = _robust_mean(log_factors, np.array([known.spread for known, _ in pairs]))
    names = ", ".join(sorted({known.proposal.label for known, _ in pairs}))
    note = f"no ground in sight: distances come from the usual height of what was found ({names})"
    for each in maps:
        distance_m = each.distance_m * np.float32(np.exp(log_factor))
        with np.errstate(invalid="ignore"):
            relative = each.sigma_m / each.distance_m
            sigma_m = distance_m * np.sqrt(np.maximum(relative**2 - each.scale_sigma**2, 0.0) + variance)
        yield replace(
            each,
            distance_m=distance_m,
            sigma_m=np.where(np.isinf(distance_m), np.inf, sigma_m).astype(np.float32),
            scale_sigma=0.0,
            notes=(note,),
        )


def _robust_mean(values: Array, spread: Array) -> tuple[float, float]:
    """A mean that outliers hardly move, and its variance."""
    mean, weight = float(np.median(values)), 1.0 / spread**2
    for _ in range(_ROUNDS):
        weight = 1.0 / (spread**2 + ((values - mean) / _CAUCHY) ** 2)
        mean = float(np.average(values, weights=weight))
    return mean, float(1.0 / weight.sum() + _ALIKE**2)
