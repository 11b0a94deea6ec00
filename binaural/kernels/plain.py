"""The inner loops in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.kernels.lookup import heard_through, seen

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Whole = NDArray[np.int16]
Rows = NDArray[np.int32]
Room = tuple[Floats, Floats, NDArray[np.complex64], Floats]


def room(size: int) -> Room:
    """Where :func:`convolve` may put what it works out on the way, for frames of a size."""
    bins = size // 2 + 1
    return (
        np.zeros((2, 2, bins), dtype=np.float32),
        np.zeros((2, 2, 2, bins), dtype=np.float32),
        np.zeros((4, bins), dtype=np.complex64),
        np.zeros((4, size), dtype=np.float32),
    )


def place(
    places_m: Doubles,
    gains: Doubles,
    hidden: Doubles,
    exponents: Doubles,
    pose: Doubles,
    min_distance_m: float,
    nearest: Rows,
    delays: Floats,
    rows: Rows,
    factors: Floats,
) -> None:
    """Find what sources are heard through.

    Args:
        places_m: in scene axes, shape (N, 3).
        gains: at 1 m, shape (N,).
        hidden: how much of each is, shape (N,), in [0, 1].
        exponents: by which power of the distance amplitudes fall, shape (N,).
        pose: of the listener, see :func:`binaural.kernels.lookup.seen`.
        min_distance_m: nearer sources are as loud as from here.
        nearest: see :func:`binaural.kernels.lookup.heard_through`.
        delays: see there.
        rows: filled with what it says, shape (N, 5).
        factors: filled with gains where the listener is, shape (N,).
    """
    x, y, z = places_m.T
    log_distance, *through = heard_through(*seen(x, y, z, pose), hidden, nearest, delays)
    rows[:] = np.stack(through, axis=1)
    factors[:] = gains * np.exp(-exponents * np.maximum(log_distance, np.log(min_distance_m)))


def delay(
    lines: Floats, begin: int, before: Doubles, after: Doubles, sincs: Floats, fade_in: Floats, out: Floats
) -> None:
    """Read signals from their past, at delays that change evenly; where they jump, fade from one to the other.

    Args:
        lines: rings of the past, shape (N, length).
        begin: index in them of the first sample that has no delay.
        before: delays in samples until now, shape (N,), at least 0 and less than length − samples − points.
        after: by the end.
        sincs: filters that delay by fractions, shape (fractions + 1, points).
        fade_in: shape (samples,).
        out: shape (N, samples); later than asked for by half of the points.
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
    bank: Whole,
    scales: Floats,
    delays: Whole,
    ways: Floats,
    rows: Rows,
    factors: Floats,
    fade_in: Floats,
    room: Room,
    out: Floats,
) -> None:
    """Add a hop of what the ears hear: the past through what sources were heard through, fading into what they are.

    Args:
        signals: shape (N, hop).
        line: the last samples of each signal, shape (N, …); so many that frames come before ``begin``.
        begin: where signals come in the line.
        spectra: rings of spectra of former frames, shape (P, N, bins).
        newest: index in the ring; the spectrum of the frame comes there.
        bank: spectra of filters, shape (P, D, 2, 2, bins): partition, filter, ear, real and imaginary part, frequency.
        scales: factors of the bank times those of delays, shape (P, D, 2).
        delays: spectra of delays, shape (T, 2, bins).
        ways: spectra of :func:`binaural.ways.way_filters`, shape (K, 2, bins).
        rows: before and after, shape (2, N, 5): of the bank, twice of the delays and twice of the ways.
        factors: before and after, shape (2, N).
        fade_in: shape (hop,).
        room: see :func:`room`.
        out: added to, shape (hop, 2).
    """
    hop, partitions = signals.shape[1], len(bank)
    size = room[-1].shape[1]
    line[:, begin : begin + hop] = signals
    spectra[newest] = scipy.fft.rfft(line[:, begin + hop - size : begin + hop], axis=1)
    total = room[2].reshape(2, 2, -1)
    total[:] = 0.0
    for moment in (0, 1):
        row, left, right, to_left, to_right = rows[moment].T
        for ear, late, way in ((0, left, to_left), (1, right, to_right)):
            through = _complex(delays[late]) * _complex(ways[way])
            through *= factors[moment][:, None]
            for number in range(partitions):
                filters = _complex(bank[number, row, ear]) * scales[number, row, ear, None]
                sources = spectra[(newest + number) % partitions]
                total[moment, ear] += np.einsum("nk,nk->k", sources * through, filters)
    after = scipy.fft.irfft(total, size)[..., -hop:]
    out += (after[0] + fade_in * (after[1] - after[0])).T


def _complex(parts: Any) -> NDArray[np.complex64]:
    """From real and imaginary parts (..., 2, bins) to (..., bins)."""
    spectra = np.empty((*parts.shape[:-2], parts.shape[-1]), dtype=np.complex64)
    spectra.real, spectra.imag = parts[..., 0, :], parts[..., 1, :]
    return spectra
