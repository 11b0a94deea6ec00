"""Delays in samples and fractions: filters that delay, and delay lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.live.kernels import kernels

Array = NDArray[np.float64]
Block = NDArray[np.float32]

# A windowed sinc of 16 points: flat within 0.1 dB to 18 kHz at 48 kHz (Laakso and others 1996, "Splitting the unit
# delay", IEEE Signal Processing Magazine 13). A line takes the nearest of 256 tabulated fractions: its errors are at
# −50 dB at 20 kHz, and 6 dB lower with each octave down.
POINTS = 16
_FRACTIONS = 256
_KAISER_BETA = 7.0

LEAD_SAMPLES = POINTS // 2 - 1
"""The extra delay of :func:`delaying_filters`: a fraction of a sample needs taps on both sides."""


def sincs(fractions: Array) -> Block:
    """Filters that delay by fractions of a sample and by LEAD_SAMPLES, each with a sum of 1.

    Args:
        fractions: in [0, 1], shape (N,). At 0 and 1 a single tap is 1.

    Returns:
        Float32, shape (N, POINTS).
    """
    x = np.arange(POINTS) - LEAD_SAMPLES - fractions[:, None]
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(1.0 - (2.0 * x / POINTS) ** 2, 0.0)))
    # np.sinc leaves 1e−17 at whole numbers.
    taps = np.where(x == np.round(x), x == 0.0, np.sinc(x) * window)
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), dtype=np.float32)


def delaying_filters(delays_samples: Array) -> Block:
    """Filters that delay by given times, and by LEAD_SAMPLES.

    Args:
        delays_samples: at least 0, shape (N,).

    Returns:
        Float32, shape (N, longest whole delay + POINTS).
    """
    whole = np.floor(delays_samples).astype(np.intp)
    filters = np.zeros((len(whole), int(whole.max()) + POINTS), dtype=np.float32)
    np.put_along_axis(filters, whole[:, None] + np.arange(POINTS), sincs(delays_samples - whole), axis=1)
    return filters


class DelayLines:
    """N signals, each late by a number of samples that changes evenly over each hop.

    Nothing moves so fast that its delay changes by more than half a hop in one hop. Where a delay does, the source has
    jumped, and the signal at the old delay fades into that at the new one.

    Args:
        signals: how many, N.
        longest_samples: no delay is longer.
        hop_samples: of every call.

    Attributes:
        latency_samples: the extra delay of all signals.
    """

    latency_samples = LEAD_SAMPLES + 1

    def __init__(self, signals: int, *, longest_samples: int, hop_samples: int) -> None:
        self._kernels = kernels()
        hops = -(-(longest_samples + POINTS) // hop_samples) + 1
        self._lines = np.zeros((signals, hops * hop_samples), dtype=np.float32)
        self._begin = 0
        self._sincs = sincs(np.arange(_FRACTIONS + 1) / _FRACTIONS)
        self._delayed = np.zeros((signals, hop_samples), dtype=np.float32)
        self._fade_in = np.linspace(0.0, 1.0, hop_samples, dtype=np.float32)

    def process(self, signals: Block, delays_samples: Array) -> Block:
        """A hop of the delayed signals.

        Args:
            signals: shape (N, hop).
            delays_samples: at the beginning and by the end of the hop, shape (2, N), from 0 to the longest.

        Returns:
            Shape (N, hop). The array is overwritten by the next call.
        """
        hop = signals.shape[1]
        self._lines[:, self._begin : self._begin + hop] = signals
        before, after = delays_samples
        self._kernels.delay(self._lines, self._begin, before, after, self._sincs, self._fade_in, self._delayed)
        self._begin = (self._begin + hop) % self._lines.shape[1]
        return self._delayed
