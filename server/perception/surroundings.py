"""Outdoors, under a roof that lets daylight in, or indoors: judged by what is overhead."""

from __future__ import annotations

import numpy as np

from protocol.scene import Surroundings
from server.perception.land_cover.classes import Cover, LandCover
from server.perception.land_cover.context import openness, shares, shows_overhead
from server.perception.land_cover.inputs import is_blank, lightness_deviation
from server.pipeline.views import Picture

# A photograph must be this open, or this shut, to tell where it was taken.
_OUTDOOR, _INDOOR = 0.75, 0.2
# What shows nothing but a bare wall may be a façade, whatever the head takes it for; in sRGB steps.
_BARE_DEVIATION = 12.0


def surroundings(picture: Picture, cover: LandCover) -> tuple[Surroundings, float]:
    """The surroundings and the confidence in them, in [0, 1]; a blank picture's are unknown.

    A photograph doesn't show what is overhead, nor does a panorama of which that part is unseen. Where it shows little
    that is only outdoors or only indoors, it may be of a façade as well as of a room, and the surroundings are unknown.
    """
    if is_blank(picture):
        return "unknown", 0.0
    odds = (cover.classes == np.arange(len(Cover))[:, None, None]).astype(np.float32)
    share = shares(odds, cover.view, cover.seen)
    overhead = shows_overhead(cover.view, cover.seen)
    open_share = openness(share, overhead=overhead)
    if overhead:
        if open_share > 0.5:
            return "outdoor", min(0.3 + 0.65 * open_share, 0.95)
        return ("covered" if share[Cover.BUILDING] > share[Cover.INTERIOR] else "indoor"), 0.6
    if open_share > _OUTDOOR:
        return "outdoor", min(open_share, 0.9)
    is_bare = lightness_deviation(picture) < _BARE_DEVIATION
    return ("indoor", 0.5) if open_share < _INDOOR and not is_bare else ("unknown", 0.0)
