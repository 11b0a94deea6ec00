"""Sticks whose foot is seen, to find those beside a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.runs import Indices

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FootedSticks:
    """Sticks whose foot is seen, sorted by thing and column, so that those beside each other are neighbours.

    Attributes:
        key: (N,), rising: the thing times ``pitch``, plus the column.
        log_away: (N,), ln of the distance of the foot in camera heights.
        pitch: between the keys of two things.
        turn: columns all the way round; 0 where the map has ends.
    """

    key: NDArray[np.int64]
    log_away: Array
    pitch: int
    turn: int

    @classmethod
    def of(cls, thing: Indices, column: Indices, log_away: Array, turn: int) -> FootedSticks:
        """Sticks in any order.

        Args:
            thing: number of the thing, (N,).
            column: (N,).
            log_away: (N,).
            turn: columns all the way round; 0 where the map has ends.
        """
        pitch = 4 * (int(column.max(initial=0)) + 1 + turn)
        key = thing * pitch + pitch // 4 + column
        if turn:
            key, log_away = np.concatenate([key - turn, key, key + turn]), np.tile(log_away, 3)
        ranked = np.lexsort((log_away, key))
        return cls(key=key[ranked], log_away=log_away[ranked], pitch=pitch, turn=turn)

    def smoothed(self, thing: Indices, column: Indices, tolerance: Array, reach: int) -> Array:
        """The mean of the feet near by that agree, at places of shape (M,).

        Args:
            thing: at each place.
            column: of each place.
            tolerance: how far from their median feet may lie, in ln metres.
            reach: how many columns to either side are near by.
        """
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

    def nearest(self, thing: Indices, column: Indices) -> tuple[Array, Array]:
        """At places (M,), the log-distance of the same thing's nearest foot, and columns to it; (M,) each.

        Where a thing has no foot, columns are infinite.
        """
        if not self.key.size:
            return np.zeros(thing.size), np.full(thing.size, np.inf)
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
        away = np.minimum(to_left, to_right)
        return np.where(to_left == to_right, tied, chosen), np.where(away < far, away, np.inf)
