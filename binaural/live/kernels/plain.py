"""The inner loops in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.propagation.lookup import filter_rows, in_head_frame

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Whole = NDArray[np.int16]
Rows = NDArray[np.int32]
Buffers = tuple[Floats, Floats, NDArray[np.complex64], Floats]


def buffers(size: int) -> Buffers:
    """Scratch arrays of :func:`convolve` for frames of a size: (2, 2, bins), (2, 2, 2, bins), (4, bins), (4, size)."""
    bins = size // 2 + 1
    return (
        np.zeros((2, 2, bins), dtype=np.float32),
        np.zeros((2, 2, 2, bins), dtype=np.float32),
        np.zeros((4, bins), dtype=np.complex64),
        np.zeros((4, size), dtype=np.float32),
    )


def find_rows(
    places_m: Doubles,
    gains: Doubles,
    occlusions: Doubles,
    exponents: Doubles,
    pose: Doubles,
    min_distance_m: float,
    nearest: Rows,
    delays: Floats,
    rows: Rows,
    factors: Floats,
) -> None:
    """Find the filters, delays, path filters and gains of sources.

    Args:
        places_m: in scene axes, shape (N, 3).
        gains: at 1 m, shape (N,).
        occlusions: the occluded fraction of each, shape (N,), in [0, 1].
        exponents: amplitudes fall with this power of the distance, shape (N,).
        pose: of the listener, see :func:`binaural.propagation.lookup.in_head_frame`.
        min_distance_m: nearer sources are as loud as from here.
        nearest: see :func:`binaural.propagation.lookup.filter_rows`.
        delays: see there.
        rows: filled with the five rows that it returns, shape (N, 5).
        factors: filled with gains where the listener is, shape (N,).
    """
    x, y, z = places_m.T
    log_distance, *five = filter_rows(*in_head_frame(x, y, z, pose), occlusions, nearest, delays)
    rows[:] = np.stack(five, axis=1)
    factors[:] = gains * np.exp(-exponents * np.maximum(log_distance, np.log(min_distance_m)))


def delay(
    lines: Floats, begin: int, before: Doubles, after: Doubles, sincs: Floats, fade_in: Floats, out: Floats
) -> None:
    """Read signals from their past, at delays that change evenly; where they jump, fade from one to the other.

    Args:
        lines: rings of the past, shape (N, length).
        begin: index in them of the first sample that has no delay.
        before: delays in samples at the beginning, shape (N,), at least 0 and less than length − samples − points.
        after: by the end.
        sincs: filters that delay by fractions, shape (fractions + 1, points).
        fade_in: shape (samples,).
        out: filled, shape (N, samples); later by half of the points than asked for.
    """
    samples = np.arange(out.shape[1])
    glide = before[:, None] + (samples + 1.0) / len(samples) * (after - before)[:, None]
    jumps = np.abs(after - before) > len(samples) / 2.0
    glide[jumps] = after[jumps, None]
    out[:] = _past(lines, begin + samples - glide, sincs)
    if jumps.any():
        old = _past(lines[jumps], begin + samples - before[jumps, None], sincs)
        out[jumps] = old + fade_in * (out[jumps] - old)


def _past(lines: Floats, place: Doubles, sincs: Floats) -> Any:
    points = sincs.shape[1]
    whole = np.floor(place)
    taps = sincs[np.rint((place - whole) * (len(sincs) - 1)).astype(np.intp)]
    at = (whole.astype(np.intp)[:, :, None] + np.arange(1 - points, 1)) % lines.shape[1]
    return np.einsum("nbt,nbt->nb", lines[np.arange(len(lines))[:, None, None], at], taps)


def convolve(
    signals: Floats,
    line: Floats,
    begin: int,
    spectra: NDArray[np.complex64],
    newest: int,
    filters: Whole,
    scales: Floats,
    delays: Whole,
    paths: Floats,
    rows: Rows,
    factors: Floats,
    fade_in: Floats,
    buffers: Buffers,
    out: Floats,
) -> None:
    """Add a hop of both ears: signals through the filters until now, crossfaded into those from now on.

    Args:
        signals: shape (N, hop).
        line: the last samples of each signal, shape (N, …), with room for a frame before ``begin`` + hop.
        begin: where in the line the signals are written.
        spectra: rings of spectra of former frames, shape (P, N, bins).
        newest: index in the rings where the spectra of the new frames are written.
        filters: spectra of the head's filters, shape (P, D, 2, 2, bins): partition, filter, ear, real and imaginary
            part, frequency.
        scales: factors of the filters times those of delays, shape (P, D, 2).
        delays: spectra of delays, shape (T, 2, bins).
        paths: spectra of :func:`binaural.propagation.path_filters.path_filters`, shape (K, 2, bins).
        rows: before and after, shape (2, N, 5): of the filters, twice of the delays and twice of the path filters.
        factors: before and after, shape (2, N).
        fade_in: shape (hop,).
        buffers: see :func:`buffers`.
        out: added to, shape (hop, 2).
    """
    hop, partitions = signals.shape[1], len(filters)
    size = buffers[-1].shape[1]
    line[:, begin : begin + hop] = signals
    spectra[newest] = scipy.fft.rfft(line[:, begin + hop - size : begin + hop], axis=1)
    total = buffers[2].reshape(2, 2, -1)
    total[:] = 0.0
    for moment in (0, 1):
        row, left, right, to_left, to_right = rows[moment].T
        for ear, late, path in ((0, left, to_left), (1, right, to_right)):
            spectrum = _complex(delays[late]) * _complex(paths[path])
            spectrum *= factors[moment][:, None]
            for number in range(partitions):
                head_filters = _complex(filters[number, row, ear]) * scales[number, row, ear, None]
                sources = spectra[(newest + number) % partitions]
                total[moment, ear] += np.einsum("nk,nk->k", sources * spectrum, head_filters)
    after = scipy.fft.irfft(total, size)[..., -hop:]
    out += (after[0] + fade_in * (after[1] - after[0])).T


def _complex(parts: Any) -> NDArray[np.complex64]:
    """From real and imaginary parts (..., 2, bins) to (..., bins)."""
    spectra = np.empty((*parts.shape[:-2], parts.shape[-1]), dtype=np.complex64)
    spectra.real, spectra.imag = parts[..., 0, :], parts[..., 1, :]
    return spectra
