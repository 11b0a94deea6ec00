"""A still scene for two ears: positioned mono signals in, one mix out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft

from binaural.hrtf.head import Head, hrirs
from binaural.mix.diffuse import diffuse_filters
from binaural.mix.positioned_signal import PositionedSignal, Samples, decorrelation
from binaural.propagation.path_filters import convolved, path_filters_to_ears


def binaural_mix(
    sources: Sequence[PositionedSignal], *, head: Head, yaw_deg: float = 0.0, length_samples: int | None = None
) -> Samples:
    """A still scene at the ears of a listener.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        yaw_deg: how far the head is turned, positive to the left; a source then appears that much further right.
        length_samples: of the mix; None for that of the longest signal. Echoes beyond the end are cut off.

    Returns:
        Float32, shape (N, 2), left and right. It has no absolute scale and may exceed ±1. If every signal loops and N
        is a whole number of each signal's lengths, the mix loops too.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    mix = silence(sources, length_samples)
    field = diffuse_filters(head)[None] if any(source.kind == "ambient" for source in sources) else None
    for source in sources:
        if source.kind == "ambient" and field is not None:
            add_convolved(mix, source, field, head.sample_rate_hz)
            continue
        directions = source.directions(yaw_deg)
        paths = path_filters_to_ears(directions, source.distance_m, head.sample_rate_hz)
        add_convolved(mix, source, convolved(hrirs(head, directions), paths), head.sample_rate_hz)
    return mix


def silence(sources: Sequence[PositionedSignal], length_samples: int | None) -> Samples:
    """An empty mix of two channels: float32, shape (N, 2), N the given length or that of the longest signal."""
    if length_samples is None:
        length_samples = max((len(source.samples) for source in sources), default=0)
    return np.zeros((length_samples, 2), np.float32)


def add_convolved(mix: Samples, source: PositionedSignal, filters: Samples, rate_hz: int) -> None:
    """Add a source to a mix, through the filters of its emitters and at the level that reaches the listener.

    Args:
        mix: shape (N, 2); a loop lasts as long as it, another signal is cut off at its end.
        source: a signal at ``rate_hz``.
        filters: from each of K emitters to both channels, shape (K, 2, taps).
        rate_hz: of signals and filters.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    gain = np.float32(10.0 ** (source.gain_db / 20.0) / len(filters) ** 0.5)
    channels = _convolved(source, gain * filters, rate_hz)
    if source.loop:
        mix += np.take(channels, np.arange(len(mix)), axis=0, mode="wrap")
    else:
        channels = channels[: len(mix)]
        mix[: len(channels)] += channels


def _convolved(source: PositionedSignal, filters: Samples, rate_hz: int) -> Samples:
    """The signal through its emitters' filters (K, 2, taps), each with a decorrelated copy: shape (period, 2).

    All filters go into one kernel, so one convolution does, however many there are. For a loop it is circular: the end
    is heard in the beginning.
    """
    starts, decorrelators = decorrelation(source, len(filters), rate_hz)
    decorrelated = convolved(filters, decorrelators[:, None])
    if not source.loop:
        return convolved(source.samples, decorrelated.sum(axis=0)).T
    period = len(source.samples)
    kernel = np.zeros((2, period), np.float32)
    for start, response in zip(starts, decorrelated, strict=True):
        np.add.at(kernel.T, (start + np.arange(response.shape[1])) % period, response.T)
    spectra = scipy.fft.rfft(source.samples) * scipy.fft.rfft(kernel)
    return scipy.fft.irfft(spectra, period).astype(np.float32, copy=False).T
