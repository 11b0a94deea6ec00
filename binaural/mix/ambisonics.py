"""Ambisonics: sound from all directions in a few channels, which can be turned afterwards and played on any set-up.

Channels are those of AmbiX: ordered by ACN, scaled by SN3D; see :mod:`binaural.mix.harmonics`. The first is the
signal of an omnidirectional microphone: a plane wave's own signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.harmonics import channel_count, harmonics, harmonics_rotation
from binaural.mix.magls import AmbisonicHead
from binaural.mix.positioned_signal import PositionedSignal, Samples, emitter_signals
from binaural.mix.stem import Stem, longest_samples, mixed, stretches, whole
from binaural.mix.still import filtered_stem
from binaural.propagation.path_filters import air_filter, convolved


def encoded(signals: NDArray[np.floating[Any]], directions: ArrayLike, order: int) -> Samples:
    """Plane waves, summed.

    Args:
        signals: shape (S, N).
        directions: where each comes from, unit vectors in scene axes, shape (S, 3).
        order: at least 1.

    Returns:
        Float32, shape (N, (order + 1)²).
    """
    gains = harmonics(directions, order).astype(np.float32)
    return np.asarray(signals, dtype=np.float32).T @ gains


def rotated(sound: Samples, rotation: ArrayLike) -> Samples:
    """The sound field turned in space: sound from a direction d then comes from ``rotation @ d``.

    For a turned head it is the inverse of the head's rotation, as in head tracking:

    >>> from binaural.listener import Listener
    >>> left = encoded(np.ones((1, 4)), [[0.0, 1.0, 0.0]], order=1)
    >>> facing_it = rotated(left, Listener.turned(yaw_deg=90.0).rotation.T)
    >>> bool(np.allclose(facing_it, encoded(np.ones((1, 4)), [[1.0, 0.0, 0.0]], order=1)))
    True

    Args:
        sound: shape (N, (order + 1)²).
        rotation: a rotation matrix in scene axes, shape (3, 3).

    Returns:
        Float32, of the same shape.
    """
    order = order_of(sound.shape[1])
    return sound @ harmonics_rotation(rotation, order).T.astype(np.float32)


def order_of(channels: int) -> int:
    """The ambisonic order with so many channels.

    Raises:
        ValueError: no order has so many.

    >>> order_of(16)
    3
    """
    order = isqrt(channels) - 1
    if order < 0 or channel_count(order) != channels:
        raise ValueError(f"{channels} channels are of no ambisonic order")
    return order


def ambisonic_mix(
    sources: Sequence[PositionedSignal], *, order: int, yaw_deg: float = 0.0, length_samples: int | None = None
) -> Samples:
    """A still scene as ambisonics.

    Args:
        sources: signals at 48 kHz.
        order: at least 1.
        yaw_deg: how far the listener is turned, positive to the left.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        Float32, shape (N, (order + 1)²), on the scale of :func:`binaural.mix.still.binaural_mix`. If every signal loops
        and N is a whole number of each signal's lengths, the mix loops too.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    length_samples = longest_samples(sources) if length_samples is None else length_samples
    stems = ambisonic_stems(sources, order=order, yaw_deg=yaw_deg)
    channels = channel_count(order)
    return whole(mixed(stems, channels=channels, length_samples=length_samples)(), channels)


@dataclass(frozen=True, slots=True, eq=False)
class AmbisonicStem:
    """A source as plane waves, which are encoded only as they are mixed: all channels would take much memory.

    Attributes:
        waves: float32, shape (K, N).
        starts: the sample of the mix at which each of K waves begins; before it, a loop is near its end.
        gains: of each wave in each channel, float32, shape (K, (order + 1)²).
        loop: whether they go on from their end with their beginning.
    """

    waves: Samples = field(repr=False)
    starts: Sequence[int]
    gains: Samples
    loop: bool

    def add_to(self, block: Samples, begin: int) -> None:
        """Add to a block, shape (n, (order + 1)²), of a mix whose sample ``begin`` is the block's first."""
        channels = np.zeros(block.shape[::-1], np.float32)
        for wave, start, gains in zip(self.waves, self.starts, self.gains, strict=True):
            for to, part in stretches(wave, begin - start, len(block), loop=self.loop):
                for channel, gain in zip(channels, gains, strict=True):
                    if gain:
                        channel[to : to + len(part)] += gain * part
        block += channels.T


def ambisonic_stems(sources: Sequence[PositionedSignal], *, order: int, yaw_deg: float = 0.0) -> list[AmbisonicStem]:
    """What each source brings to :func:`ambisonic_mix`.

    Args:
        sources: signals at 48 kHz.
        order: at least 1.
        yaw_deg: how far the listener is turned, positive to the left.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    stems = []
    for source in sources:
        values = harmonics(source.directions(yaw_deg), order)
        gains = (10.0 ** (source.gain_db / 20.0) / len(values) ** 0.5 * values).astype(np.float32)
        starts, waves = emitter_signals(source, len(values), SAMPLE_RATE_HZ)
        stems.append(AmbisonicStem(_air_absorbed(source, waves), starts, gains, source.loop))
    return stems


def decoded_stems(
    sources: Sequence[PositionedSignal], *, head: AmbisonicHead, order: int, yaw_deg: float = 0.0
) -> list[Stem]:
    """What each source of :func:`ambisonic_mix` brings to the ears of a head that decodes it: left and right.

    Args:
        sources: signals at 48 kHz.
        head: decodes the order; its latency stays in.
        order: at least 1.
        yaw_deg: how far the listener is turned, positive to the left.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    stems = []
    for source in sources:
        values = harmonics(source.directions(yaw_deg), order).astype(np.float32)
        ears = np.einsum("kc,cet->ket", values, head.filters)
        filters = convolved(ears, air_filter(source.distance_m, SAMPLE_RATE_HZ))
        stems.append(filtered_stem(source, filters, SAMPLE_RATE_HZ))
    return stems


def _air_absorbed(source: PositionedSignal, signals: Samples) -> Samples:
    """Signals (K, N) after their path through the air; a loop stays a loop."""
    air = air_filter(source.distance_m, SAMPLE_RATE_HZ)
    if len(air) == 1:
        return signals
    # All emitters of a loop share its samples.
    apart = signals[:1] if source.loop else signals
    length = signals.shape[1] if source.loop else signals.shape[1] + len(air) - 1
    kernel = np.bincount(np.arange(len(air)) % length, air, length).astype(np.float32)
    spectra = scipy.fft.rfft(apart, length) * scipy.fft.rfft(kernel)
    absorbed = scipy.fft.irfft(spectra, length).astype(np.float32, copy=False)
    return np.broadcast_to(absorbed, (len(signals), length))
