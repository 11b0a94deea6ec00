"""Ambisonics: sound from all directions in a few channels, which can be turned afterwards and played by any set-up.

Channels are those of AmbiX: ordered by ACN, scaled by SN3D; see :mod:`binaural.harmonics`. The first is what an
omnidirectional microphone hears: a plane wave's own signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from binaural.harmonics import channel_count, harmonics, harmonics_rotation
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.mix import PositionedSignal, Samples, emitted
from binaural.ways import air_filter


def encoded(signals: NDArray[np.floating[Any]], directions: ArrayLike, order: int) -> Samples:
    """Plane waves, summed.

    Args:
        signals: shape (S, N).
        directions: where each comes from, unit vectors in scene axes, shape (S, 3).
        order: at least 1.

    Returns:
        float32, shape (N, (order + 1)²).
    """
    gains = harmonics(directions, order).astype(np.float32)
    return np.asarray(signals, dtype=np.float32).T @ gains


def rotated(sound: Samples, rotation: ArrayLike) -> Samples:
    """The sound field turned in space: what came from d comes from ``rotation @ d``.

    For a head that is turned, it is the inverse of the head's rotation.

    Args:
        sound: shape (N, (order + 1)²).
        rotation: a rotation matrix in scene axes, shape (3, 3).

    Returns:
        float32, of the same shape.
    """
    order = order_of(sound.shape[1])
    return sound @ harmonics_rotation(rotation, order).T.astype(np.float32)


def order_of(channels: int) -> int:
    """The order that has so many channels.

    Raises:
        ValueError: none has.

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
        float32, shape (N, (order + 1)²), on the scale of :func:`binaural.mix.binaural_mix`. If every signal loops and N
        is a whole number of each one's lengths, the mix loops too.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    if length_samples is None:
        length_samples = max((len(source.samples) for source in sources), default=0)
    mix = np.zeros((length_samples, channel_count(order)), dtype=np.float32)
    for source in sources:
        values = harmonics(source.directions(yaw_deg), order)
        gain = 10.0 ** (source.gain_db / 20.0) / len(values) ** 0.5
        signals = _aired(source, emitted(source, len(values), SAMPLE_RATE_HZ))
        for signal, channels in zip(signals, (gain * values).astype(np.float32), strict=True):
            lasting = np.resize(signal, length_samples) if source.loop else signal[:length_samples]
            for channel, weight in enumerate(channels):
                if weight:
                    mix[: len(lasting), channel] += weight * lasting
    return mix


def _aired(source: PositionedSignal, signals: Samples) -> Samples:
    """Signals after their way through the air; a loop is still one."""
    air = air_filter(source.distance_m, SAMPLE_RATE_HZ)
    if len(air) == 1:
        return signals
    length = signals.shape[1] if source.loop else signals.shape[1] + len(air) - 1
    kernel = np.bincount(np.arange(len(air)) % length, air, length).astype(np.float32)
    spectra = scipy.fft.rfft(signals, length) * scipy.fft.rfft(kernel)
    return scipy.fft.irfft(spectra, length).astype(np.float32, copy=False)
