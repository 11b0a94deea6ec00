"""Stixels: upright sticks of a picture's columns, each as far away as its foot on the ground.

After the automatic photo pop-up of Hoiem, Efros and Hebert (2005): ground lies, everything else stands where it meets
the ground. Badino, Franke and Pfeiffer (2009) gave the sticks their name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.embedded.distance.runs import AIR, BUILT, CLUTTER, CROWNED, LYING, UNSEEN, Indices, Runs, things

Array = NDArray[np.float64]

# Feet are smoothed over this much to either side, but not across steps of more than this many rows.
_SMOOTHED_DEG = 0.75
_SMOOTHED_ROWS = 2.0
# Land cover draws its borders to about a pixel.
_BORDER_ROWS = 0.7

# A crown reaches this far around its foot: as a share of its top's height, and at most, in camera heights.
_CROWN_SHARE, _WIDEST_CROWN = 0.45, 2.5
# Clutter nearly as high as the camera that yet ends this far below the horizon is rather a stain on the ground.
_STAIN_HEIGHT, _STAIN_DEG = 0.75, 2.0

# Where no foot is seen: what stands behind something is this much farther than it, by a factor that is a guess; what
# floats before the sky is midway, in proportion, between what is below it and as far as anything.
_BEHIND, _BEHIND_SIGMA = 1.5, 0.5
# Where the same thing shows a foot elsewhere, its own depth is the error.
_LENT_SIGMA = 0.2
_FLOATING_SIGMA = 1.0
# A top is this many camera heights above the ground, and this uncertain, in proportion: trees of 8 m and houses of
# 10 m, seen from 2.3 m up.
_TREE, _HOUSE = (3.5, 0.6), (4.5, 0.7)
# What is lower in the picture may be a hedge or a far wood.
_LOWEST_TOP_DEG = 3.0
# The foot of what is cut off by the frame is below it.
_CUT_OFF = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feet:
    """How far, along the ground, everything is that stands; in camera heights.

    Attributes:
        away: (H, W), horizontal distance of the foot; NaN for what does not stand.
        sigma: (H, W), one standard deviation relative to it.
    """

    away: Array = field(repr=False)
    sigma: Array = field(repr=False)


def feet(
    kinds: NDArray[np.uint8], *, top_deg: float, step_deg: float, horizon_sigma_deg: float, farthest: float
) -> Feet:
    """The distance of everything that stands in a levelled map.

    A stick that begins at the ground stands there: at cot(depression) camera heights. One that begins above another
    stick is hidden by it: if the same thing (a connected region of one kind) shows a foot elsewhere, it stands
    as far as in the nearest such column, but no nearer than what hides it; else 1.5 times as far as that. One that
    begins in the air and shows no foot anywhere is midway, in proportion, between what is below it and ``farthest``.
    One cut off by the lower frame stands a little nearer than the ground would be there. No foot is farther than
    ``farthest``, where one at or above the horizon is put.

    Args:
        kinds: uint8 (H, W), rows of equal elevation from above, columns of equal azimuth; UNSEEN, AIR, LYING or any
            larger number. If W · step is 360° the map goes on around the seam.
        top_deg: elevation of the upper edge.
        step_deg: size of a pixel, in azimuth and elevation.
        horizon_sigma_deg: how uncertain the horizon is.
        farthest: in camera heights.
    """
    turn = kinds.shape[1] if abs(kinds.shape[1] * step_deg - 360.0) < step_deg / 2.0 else 0
    upward = np.ascontiguousarray(kinds[::-1])
    runs = Runs.of(upward)
    met = _met(top_deg + step_deg * (runs.first_row - kinds.shape[0]), farthest)
    thing = things(upward, turn > 0)[runs.first_row, runs.column]
    shown = np.flatnonzero((runs.kind > LYING) & (runs.below == LYING))
    sigma_deg = float(np.hypot(horizon_sigma_deg, _BORDER_ROWS * step_deg))

    # Trunks are slimmer than any window, so crowns are gathered before feet are smoothed.
    log_met = np.log(met)
    crowned = shown[runs.kind[shown] == CROWNED]
    high = np.tan(np.radians(top_deg + step_deg * (runs.stop_row[crowned] - kinds.shape[0])))
    log_met[crowned] = _gathered(thing[crowned], runs.column[crowned], log_met[crowned], high, step_deg, turn)
    one_row = np.radians(_SMOOTHED_ROWS * step_deg) * 2.0 * np.cosh(log_met[shown])
    raw = _Footed.of(thing[shown], runs.column[shown], log_met[shown], turn)
    smooth = raw.smoothed(thing[shown], runs.column[shown], one_row, max(1, round(_SMOOTHED_DEG / step_deg)))
    log_away, sigma = np.full(met.size, np.nan), np.full(met.size, np.nan)
    log_away[shown], sigma[shown] = smooth, relative_sigma(np.exp(smooth), sigma_deg)

    seen, has_foot = _Footed.of(thing[shown], runs.column[shown], smooth, turn).nearest(thing, runs.column)
    _place_footless(runs, np.log(met), seen, has_foot, log_away, sigma, np.log(farthest))
    guessed = has_foot & (runs.kind > LYING) & (runs.below != LYING)
    sigma[guessed] = np.hypot(_LENT_SIGMA, relative_sigma(np.exp(log_away[guessed]), sigma_deg))
    for sized, size in ((runs.kind == CROWNED, _TREE), (runs.kind == BUILT, _HOUSE)):
        tops_deg = top_deg + step_deg * (runs.stop_row[sized] - kinds.shape[0])
        log_away[sized], sigma[sized] = _sized(log_away[sized], sigma[sized], tops_deg, size)
    away = np.minimum(np.exp(log_away), farthest)
    return Feet(away=away[runs.number][::-1], sigma=np.minimum(sigma, 1.0)[runs.number][::-1])


def relative_sigma(away: Array, sigma_deg: float) -> Array:
    """Relative sigma of a foot's distance a = cot δ: |da / dδ| / a = 1 / (sin δ cos δ) = a + 1 / a; at most 1."""
    found: Array = np.minimum(np.radians(sigma_deg) * (away + 1.0 / away), 1.0)
    return found


def _met(elevation_deg: Array, farthest: float) -> Array:
    """How far away a ray meets the ground, in camera heights along the ground."""
    slope = np.tan(np.radians(np.clip(-elevation_deg, 0.0, 89.9)))
    met: Array = 1.0 / np.maximum(slope, 1.0 / farthest)
    return met


def settled(kinds: NDArray[np.uint8], *, top_deg: float, step_deg: float) -> NDArray[np.uint8]:
    """The same map with stains of clutter turned into ground.

    Something at D with its top ε below the horizon is 1 − D tan ε camera heights high. Clutter before ground that comes
    out almost as high as the camera, yet well below the horizon, is shadow, leaves or mottled ground.

    Args:
        kinds: as for :func:`feet`.
        top_deg: elevation of the upper edge.
        step_deg: size of a pixel.
    """
    upward = np.ascontiguousarray(kinds[::-1])
    runs = Runs.of(upward)
    foot, top = (
        np.tan(np.radians(np.clip(step_deg * (kinds.shape[0] - row) - top_deg, 0.0, 89.9)))
        for row in (runs.first_row, runs.stop_row)
    )
    above = np.where(np.append(runs.ordinal[1:], 0) == 0, np.uint8(UNSEEN), np.roll(runs.kind, -1))
    is_stain = (runs.kind == CLUTTER) & (above == LYING) & (top > np.tan(np.radians(_STAIN_DEG)))
    is_stain &= top < (1.0 - _STAIN_HEIGHT) * foot
    ground: NDArray[np.uint8] = np.where(is_stain, np.uint8(LYING), runs.kind)[runs.number][::-1]
    return ground


def _gathered(thing: Indices, column: Indices, log_away: Array, high: Array, step_deg: float, turn: int) -> Array:
    """The distances of crowned things, each brought near to the foot that its crown belongs to.

    Beside the trunk, the border of crown and ground is no foot: the ground there is far behind. So every foot brings
    what is within reach of its crown to its own distance, the nearest last. A foot that stands alone in its column is
    a slip of the land cover, and gathers nothing.

    Args:
        thing: number of the region, (N,).
        column: of the stick.
        log_away: as it met the ground.
        high: tangent of its top's elevation.
        step_deg: degrees a column.
        turn: columns all the way round, or 0.
    """
    if not thing.size:
        return log_away
    names, row = np.unique(thing, return_inverse=True)
    width = turn or int(column.max()) + 1
    drawn = np.full((names.size, width), np.inf)
    np.minimum.at(drawn, (row, column), log_away)
    away = np.exp(log_away)
    radius = np.minimum(_CROWN_SHARE * np.maximum(1.0 + away * high, 0.0), _WIDEST_CROWN)
    reach = np.minimum(np.degrees(np.arctan(radius / away)) / step_deg, width / 4).astype(np.intp)
    like = np.log1p(np.radians(_SMOOTHED_ROWS * step_deg) * (away + 1.0 / away))
    left, right = (
        drawn[row, np.clip(column + one, 0, width - 1) if not turn else (column + one) % turn] for one in (-1, 1)
    )
    is_foot = (np.abs(left - log_away) < like) | (np.abs(right - log_away) < like)
    for at in np.flatnonzero(is_foot)[np.argsort(-log_away[is_foot], kind="stable")]:
        beside = np.arange(column[at] - reach[at], column[at] + reach[at] + 1)
        beside = beside % turn if turn else beside[(beside >= 0) & (beside < width)]
        drawn[row[at], beside] = np.minimum(drawn[row[at], beside], log_away[at])
    gathered: Array = np.minimum(log_away, drawn[row, column])
    return gathered


def _place_footless(
    runs: Runs,
    log_met: Array,
    seen: Array,
    has_foot: NDArray[np.bool_],
    log_away: Array,
    sigma: Array,
    log_farthest: float,
) -> None:
    """Fill in what shows no foot, from the bottom of the columns up, so that what hides is known first."""
    behind = log_met.copy()
    for ordinal in range(int(runs.ordinal.max()) + 1):
        at = np.flatnonzero(runs.ordinal == ordinal)
        before = behind[at - 1] if ordinal else np.full(at.size, -np.inf)
        below, stands = runs.below[at], runs.kind[at] > LYING
        hidden = stands & (below > LYING)
        floats = stands & (below == AIR)
        cut_off = stands & (below == UNSEEN)
        lent = np.where(has_foot[at], seen[at], -np.inf)
        # A crown hangs over its own foot, so that what is seen below it may well be behind it.
        nearest = np.where(has_foot[at] & (runs.kind[at] == CROWNED), -np.inf, before)
        log_away[at[hidden]] = np.maximum(np.where(has_foot[at], lent, before + np.log(_BEHIND)), nearest)[hidden]
        midway = (np.maximum(before, 0.0) + log_farthest) / 2.0
        log_away[at[floats]] = np.where(has_foot[at], lent, midway)[floats]
        # A frame that ends above the horizon tells nothing about the foot.
        ends = np.where(log_met[at] < log_farthest, log_met[at] + np.log(_CUT_OFF), log_farthest / 2.0)
        log_away[at[cut_off]] = np.where(has_foot[at], lent, ends)[cut_off]
        sigma[at[cut_off]] = _BEHIND_SIGMA
        sigma[at[hidden]] = np.hypot(_BEHIND_SIGMA, sigma[at - 1])[hidden]
        sigma[at[floats]] = _FLOATING_SIGMA
        behind[at] = np.where(stands, log_away[at], np.where(runs.kind[at] == LYING, log_met[at], before))


def _sized(log_away: Array, sigma: Array, tops_deg: Array, size: tuple[float, float]) -> tuple[Array, Array]:
    """Log-distances and their sigmas, brought together with how far a thing of common size would be.

    After Hoiem, Efros and Hebert (2008), who put objects in perspective: a top (T − 1) camera heights above the eye is
    (T − 1) / tan(elevation) away. Where both disagree, neither is believed: the variance is that of their mixture.
    """
    top, size_sigma = size
    tangent = np.tan(np.radians(np.clip(tops_deg, _LOWEST_TOP_DEG, 80.0)))
    apart = np.where(tops_deg > _LOWEST_TOP_DEG, np.log((top - 1.0) / tangent) - log_away, 0.0)
    share = np.where(tops_deg > _LOWEST_TOP_DEG, sigma**2 / (sigma**2 + size_sigma**2), 0.0)
    spread = (1.0 - share) * sigma**2 + share * (1.0 - share) * apart**2
    return log_away + share * apart, np.sqrt(spread)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Footed:
    """Sticks with a foot, sorted by thing and column, so that those beside each other are neighbours."""

    key: NDArray[np.int64]
    log_away: Array
    pitch: int
    turn: int

    @classmethod
    def of(cls, thing: Indices, column: Indices, log_away: Array, turn: int) -> _Footed:
        """``turn`` is the number of columns all the way round, 0 where the map has ends."""
        pitch = 4 * (int(column.max(initial=0)) + 1 + turn)
        key = thing * pitch + pitch // 4 + column
        if turn:
            key, log_away = np.concatenate([key - turn, key, key + turn]), np.tile(log_away, 3)
        order = np.lexsort((log_away, key))
        return cls(key=key[order], log_away=log_away[order], pitch=pitch, turn=turn)

    def smoothed(self, thing: Indices, column: Indices, tolerance: Array, reach: int) -> Array:
        """The mean of those within ``reach`` columns that lie within ``tolerance`` of their median."""
        key = thing * self.pitch + self.pitch // 4 + column
        start, stop = np.searchsorted(self.key, key - reach), np.searchsorted(self.key, key + reach, side="right")
        place = start[:, None] + np.arange(int(np.max(stop - start, initial=0)))
        beside = place < stop[:, None]
        place = np.clip(place, 0, max(self.key.size - 1, 0))
        value = np.where(beside, self.log_away[place], np.nan)
        if not value.size:
            return np.zeros(0)
        middle = np.nanmedian(value, axis=1, keepdims=True)
        close = beside & (np.abs(value - middle) <= tolerance[:, None])
        # An even number's median may lie between two far apart.
        close |= ~close.any(axis=1, keepdims=True) & beside
        mean: Array = np.sum(np.where(close, self.log_away[place], 0.0), axis=1) / close.sum(axis=1)
        return mean

    def nearest(self, thing: Indices, column: Indices) -> tuple[Array, NDArray[np.bool_]]:
        """The log-distance of the same thing's nearest stick, and whether it has any."""
        if not self.key.size:
            return np.zeros(thing.size), np.zeros(thing.size, np.bool_)
        key = thing * self.pitch + self.pitch // 4 + column
        right = np.searchsorted(self.key, key)
        left, right = np.clip(right - 1, 0, self.key.size - 1), np.clip(right, 0, self.key.size - 1)
        # Of several feet in one column the nearest speaks, on either side.
        left = np.searchsorted(self.key, self.key[left])
        far = 2 * self.pitch
        to_left, to_right = (
            np.where(self.key[at] // self.pitch == thing, np.abs(self.key[at] - key), far) for at in (left, right)
        )
        # Of two as near, the nearer thing: so that a mirrored picture gives the mirrored answer.
        tied = np.minimum(self.log_away[left], self.log_away[right])
        chosen = np.where(to_left < to_right, self.log_away[left], self.log_away[right])
        return np.where(to_left == to_right, tied, chosen), np.minimum(to_left, to_right) < far
