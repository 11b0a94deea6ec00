"""A still scene for two ears: positioned mono signals in, one mix out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.fft

from binaural.hrtf.head import Head, hrirs
from binaural.mix.diffuse import diffuse_filters
from binaural.mix.positioned_signal import PositionedSignal, Samples, decorrelation
from binaural.mix.stem import Stem, longest_samples, mixed, whole
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
    length_samples = longest_samples(sources) if length_samples is None else length_samples
    stems = list(binaural_stems(sources, head=head, yaw_deg=yaw_deg))
    return whole(mixed(stems, channels=2, length_samples=length_samples)(), 2)


def binaural_stems(sources: Sequence[PositionedSignal], *, head: Head, yaw_deg: float = 0.0) -> Iterator[Stem]:
    """What each source of a still scene brings to the ears of a listener: left and right.

    Args:
        sources: signals at the sample rate of ``head``.
        head: the listener's.
        yaw_deg: how far the head is turned, positive to the left.

    Yields:
        A stem for each source, in order.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    field = diffuse_filters(head)[None] if any(source.kind == "ambient" for source in sources) else None
    for source in sources:
        filters = field
        if source.kind != "ambient" or filters is None:
            directions = source.directions(yaw_deg)
            paths = path_filters_to_ears(directions, source.distance_m, head.sample_rate_hz)
            filters = convolved(hrirs(head, directions), paths)
        yield filtered_stem(source, filters, head.sample_rate_hz)


def filtered_stem(source: PositionedSignal, filters: Samples, rate_hz: int) -> Stem:
    """A source through the filters of its emitters, at the level that reaches the listener.

    Args:
        source: a signal at ``rate_hz``.
        filters: from each of K emitters to both channels, shape (K, 2, taps).
        rate_hz: of signals and filters.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    gain = np.float32(10.0 ** (source.gain_db / 20.0) / len(filters) ** 0.5)
    return Stem(np.ascontiguousarray(_convolved(source, gain * filters, rate_hz)), source.loop)


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
