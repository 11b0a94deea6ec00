"""A positioned mono signal: what one source sounds like, where it is and how loud; and what its emitters play."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from binaural.mix.decorrelation import decorrelated_signals, decorrelators
from binaural.mix.extent import emitter_count, spread_directions
from protocol.coordinates import scene_from_polar
from protocol.levels import REFERENCE_DB_SPL, REFERENCE_LUFS, Spreading, received_level_db

Samples = NDArray[np.float32]
Directions = NDArray[np.float64]

# Only differences between sources last, since an export is brought to a loudness as a whole.
_DB_SPL_AT_0_LUFS = REFERENCE_DB_SPL - REFERENCE_LUFS
# Ambience comes from all around: six directions in the plane of the ears, none of them straight ahead, and four above.
_SURROUND = scene_from_polar([30, 90, 150, -150, -90, -30, 60, 120, -120, -60], [0, 0, 0, 0, 0, 0, 45, 45, 45, 45])
# Multiples of the golden ratio, modulo 1, are spread evenly, so no two copies of a loop come near each other in time.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PositionedSignal:
    """One source: what it sounds like, where it is and how loud.

    Attributes:
        samples: float32, shape (N,), N > 0, at the rate of the mix.
        loudness_lufs: of the samples (finite), so that ``level_db_spl_1m`` alone says how loud the source is.
        level_db_spl_1m: sound pressure level at 1 m; for ambience, at the listener.
        kind: how it spreads. A point is one emitter, whatever its extent; an area or a line is several emitters over
            its extent; ambience surrounds the listener and has no direction: two ears hear it as a diffuse field.
        azimuth_deg: of its centre, positive to the left.
        elevation_deg: of its centre.
        distance_m: None for ambience only.
        width_deg: apparent width of an area or a line.
        height_deg: its apparent height.
        loop: whether the end joins the beginning; if so, the signal sounds for as long as the mix lasts.
    """

    samples: Samples = field(repr=False)
    loudness_lufs: float
    level_db_spl_1m: float
    kind: Spreading
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    distance_m: float | None = None
    width_deg: float = 0.0
    height_deg: float = 0.0
    loop: bool = False

    @property
    def gain_at_1m_db(self) -> float:
        """The gain that brings the samples to the level at 1 m; for ambience, at the listener."""
        return self.level_db_spl_1m - _DB_SPL_AT_0_LUFS - self.loudness_lufs

    @property
    def gain_db(self) -> float:
        """The gain that brings the samples to the level that reaches the listener.

        Raises:
            InputError: a source that isn't ambience has no distance.
        """
        spread_db = received_level_db(self.level_db_spl_1m, self.distance_m, self.kind) - self.level_db_spl_1m
        return self.gain_at_1m_db + spread_db

    def directions(self, yaw_deg: float) -> Directions:
        """Unit vectors towards its emitters, shape (K, 3), for a head that is turned left by ``yaw_deg``."""
        if self.kind == "ambient":
            return _SURROUND
        middle = scene_from_polar(self.azimuth_deg - yaw_deg, self.elevation_deg)
        if self.kind == "point":
            return middle[None]
        count = emitter_count(middle, self.width_deg, self.height_deg)
        return spread_directions(middle, self.width_deg, self.height_deg, count)


def emitter_signals(source: PositionedSignal, emitters: int, rate_hz: int) -> tuple[list[int], Samples]:
    """The signals of a source's emitters, before gains, decorrelated.

    Equal signals from several directions would be heard as one between them; decorrelated signals are heard as a wide
    source and sum in power (Kendall 1995, Computer Music Journal 19, 71-87).

    Args:
        source: the source.
        emitters: number of emitters, K.
        rate_hz: of the signals.

    Returns:
        The sample of the mix at which each copy begins, K numbers, and the copies: shape (K, N) for a loop of N
        samples, all of them the same and in the same place of memory; else (K, at least N).
    """
    starts, filters = decorrelation(source, emitters, rate_hz)
    if source.loop or emitters == 1:
        return starts, np.broadcast_to(source.samples, (emitters, len(source.samples)))
    return starts, decorrelated_signals(source.samples, filters, loop=False) * np.float32(emitters**0.5)


def decorrelation(source: PositionedSignal, emitters: int, rate_hz: int) -> tuple[list[int], Samples]:
    """How the copies for a source's emitters are decorrelated.

    The copies of a loop begin at different moments of it. Another signal can't begin in its middle; its copies go
    through :func:`binaural.mix.decorrelation.decorrelators`.

    Args:
        source: the source.
        emitters: number of emitters, K.
        rate_hz: of the signals.

    Returns:
        The first sample of each copy, K numbers, and the filters, shape (K, taps).
    """
    if source.loop:
        starts = [round(len(source.samples) * ((index * _GOLDEN) % 1.0)) for index in range(emitters)]
        return starts, np.ones((emitters, 1), np.float32)
    return [0] * emitters, decorrelators(emitters, rate_hz) if emitters > 1 else np.ones((1, 1), np.float32)
