"""A still scene for two ears: positioned mono signals in, one mix out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.diffuse import diffuse_filters
from binaural.extent import decorrelators, emitter_count, spread_directions, spread_signals
from binaural.head import Head
from binaural.levels import Spreading, received_level_db
from binaural.responses import heard_responses
from binaural.ways import convolved, ways_to_ears
from protocol.coordinates import scene_from_polar

Samples = NDArray[np.float32]
Directions = NDArray[np.float64]

# Where 70 dB SPL, an ordinary street, comes out at −23 LUFS. Only differences between sources last: whoever writes a
# file brings the whole to a loudness.
_DB_SPL_AT_0_LUFS = 93.0
# Ambience comes from all around: six directions in the plane of the ears, none of them the front, and four above.
_SURROUND = scene_from_polar([30, 90, 150, -150, -90, -30, 60, 120, -120, -60], [0, 0, 0, 0, 0, 0, 45, 45, 45, 45])
# Multiples of the golden ratio never bunch, so no two copies of a loop come near each other in time.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PositionedSignal:
    """One source: what it sounds like, where it is and how loud.

    Attributes:
        samples: float32, shape (N,), N > 0, at the rate of the mix.
        loudness_lufs: what the samples measure (finite), so that ``level_db_spl_1m`` alone says how loud the source is.
        level_db_spl_1m: sound pressure level at 1 m; for ambience, at the listener.
        kind: how it spreads. A point is one emitter whatever its extent, an area or a line several over it, and
            ambience surrounds the listener and has no direction: two ears hear it as a diffuse field.
        azimuth_deg: of its centre, positive to the left.
        elevation_deg: of its centre.
        distance_m: None for ambience only.
        width_deg: how wide an area or a line appears.
        height_deg: how high.
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
        """What brings the samples to the level at 1 m; of ambience, at the listener."""
        return self.level_db_spl_1m - _DB_SPL_AT_0_LUFS - self.loudness_lufs

    @property
    def gain_db(self) -> float:
        """What brings the samples to the level that reaches the listener.

        Raises:
            InputError: a source that isn't ambience has no distance.
        """
        spread_db = received_level_db(self.level_db_spl_1m, self.distance_m, self.kind) - self.level_db_spl_1m
        return self.gain_at_1m_db + spread_db

    def directions(self, yaw_deg: float) -> Directions:
        """Unit vectors towards its emitters, (K, 3), for a head that is turned left by ``yaw_deg``."""
        if self.kind == "ambient":
            return _SURROUND
        middle = scene_from_polar(self.azimuth_deg - yaw_deg, self.elevation_deg)
        if self.kind == "point":
            return middle[None]
        count = emitter_count(middle, self.width_deg, self.height_deg)
        return spread_directions(middle, self.width_deg, self.height_deg, count)


def binaural_mix(
    sources: Sequence[PositionedSignal], *, head: Head, yaw_deg: float = 0.0, length_samples: int | None = None
) -> Samples:
    """What the ears of a listener hear of the sources.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        yaw_deg: how far the head is turned, positive to the left; a source then appears that much further right.
        length_samples: of the mix; None for that of the longest signal. Echoes beyond the end are cut off.

    Returns:
        float32, shape (N, 2), left and right: on no absolute scale, and it may exceed ±1. If every signal loops and N
        is a whole number of each one's lengths, the mix loops too.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    field = diffuse_filters(head)[None] if any(source.kind == "ambient" for source in sources) else None

    def responses(source: PositionedSignal) -> Samples:
        if source.kind == "ambient" and field is not None:
            return field
        directions = source.directions(yaw_deg)
        ways = ways_to_ears(directions, source.distance_m, head.sample_rate_hz)
        return convolved(heard_responses(head, directions), ways)

    return mixed(sources, responses=responses, rate_hz=head.sample_rate_hz, length_samples=length_samples)


def mixed(
    sources: Sequence[PositionedSignal],
    *,
    responses: Callable[[PositionedSignal], Samples],
    rate_hz: int,
    length_samples: int | None,
) -> Samples:
    """The sum over all sources, each through the two-channel responses of its emitters.

    Args:
        sources: signals at ``rate_hz``.
        responses: from a source to the impulse responses of its K emitters, shape (K, 2, L).
        rate_hz: of signals and responses.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        float32, shape (N, 2).

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    if length_samples is None:
        length_samples = max((len(source.samples) for source in sources), default=0)
    mix = np.zeros((length_samples, 2), np.float32)
    for source in sources:
        emitters = responses(source)
        gain = np.float32(10.0 ** (source.gain_db / 20.0) / len(emitters) ** 0.5)
        heard = _heard(source, gain * emitters, rate_hz)
        if source.loop:
            mix += np.take(heard, np.arange(length_samples), axis=0, mode="wrap")
        else:
            heard = heard[:length_samples]
            mix[: len(heard)] += heard
    return mix


def _heard(source: PositionedSignal, responses: Samples, rate_hz: int) -> Samples:
    """The signal through its responses, each with a copy that is unlike the others: shape (period, 2).

    All responses go into one kernel, so however many there are, one convolution does. That of a loop is circular: its
    end is heard in its beginning.
    """
    starts, spreading = _unlike(source, len(responses), rate_hz)
    heard = convolved(responses, spreading[:, None])
    if not source.loop:
        return convolved(source.samples, heard.sum(axis=0)).T
    period = len(source.samples)
    kernel = np.zeros((2, period), np.float32)
    for start, response in zip(starts, heard, strict=True):
        np.add.at(kernel.T, (start + np.arange(response.shape[1])) % period, response.T)
    spectra = scipy.fft.rfft(source.samples) * scipy.fft.rfft(kernel)
    return scipy.fft.irfft(spectra, period).astype(np.float32, copy=False).T


def emitted(source: PositionedSignal, emitters: int, rate_hz: int) -> Samples:
    """What each of a source's emitters plays, before gains: shape (K, N) of a loop, else (K, at least N).

    Copies of one signal from several directions would blur into one between them; unlike ones are heard as a wide
    source and sum in power (Kendall 1995, Computer Music Journal 19, on decorrelation).
    """
    starts, spreading = _unlike(source, emitters, rate_hz)
    if source.loop:
        return np.stack([np.roll(source.samples, start) for start in starts])
    if emitters == 1:
        return source.samples[None]
    return spread_signals(source.samples, spreading, loop=False) * np.float32(emitters**0.5)


def _unlike(source: PositionedSignal, emitters: int, rate_hz: int) -> tuple[list[int], Samples]:
    """How copies become unlike: by when they start, shape (K,), and by filters, shape (K, taps).

    Those of a loop are heard from other moments of it. What doesn't loop can't start in its middle.
    """
    if source.loop:
        starts = [round(len(source.samples) * ((index * _GOLDEN) % 1.0)) for index in range(emitters)]
        return starts, np.ones((emitters, 1), np.float32)
    return [0] * emitters, decorrelators(emitters, rate_hz) if emitters > 1 else np.ones((1, 1), np.float32)
