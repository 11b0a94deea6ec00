"""The inner loops in machine code, by numba and rocket-fft; :mod:`binaural.live.kernels.plain` documents them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.extending import register_jitable
from rocket_fft.lowlevel import c2r, r2c

from binaural.live.kernels.prefetch import prefetch
from binaural.propagation import lookup

_ALONG_SAMPLES = np.array([1])
# A cache line holds so many numbers of 16 bits.
_PER_LINE = 32
# Sums may be reordered; infinities and NaN keep their meaning.
_FAST = {"contract", "nsz", "reassoc"}


def _compiled(function: Callable[..., Any]) -> Any:
    return numba.njit(cache=True, fastmath=_FAST, nogil=True, error_model="numpy")(function)


for _function in lookup.COMPILED_WITH_NUMBERS:
    register_jitable(_function)

find_rows = _compiled(lookup.find_rows_each)


@_compiled
def _past(line: Any, place: Any, sincs: Any) -> Any:
    fractions, points = len(sincs) - 1, sincs.shape[1]
    whole = np.int64(np.floor(place))
    taps = sincs[np.int64(np.rint((place - whole) * fractions))]
    first = (whole + 1 - points) % len(line)
    total = np.float32(0.0)
    if first + points <= len(line):
        for j in range(points):
            total += line[first + j] * taps[j]
    else:
        for j in range(points):
            total += line[(first + j) % len(line)] * taps[j]
    return total


@_compiled
def delay(lines: Any, begin: Any, before: Any, after: Any, sincs: Any, fade_in: Any, out: Any) -> None:
    """See :func:`binaural.live.kernels.plain.delay`."""
    samples = out.shape[1]
    for n in range(len(lines)):
        line = lines[n]
        change = after[n] - before[n]
        if abs(change) > samples / 2.0:
            for i in range(samples):
                old = _past(line, begin + i - before[n], sincs)
                out[n, i] = old + fade_in[i] * (_past(line, begin + i - after[n], sincs) - old)
        else:
            for i in range(samples):
                out[n, i] = _past(line, begin + i - (before[n] + (i + 1.0) / samples * change), sincs)


@_compiled
def convolve(
    signals: Any,
    line: Any,
    begin: Any,
    spectra: Any,
    newest: Any,
    filters: Any,
    scales: Any,
    delays: Any,
    paths: Any,
    rows: Any,
    factors: Any,
    fade_in: Any,
    buffers: Any,
    out: Any,
) -> None:
    """See :func:`binaural.live.kernels.plain.convolve`."""
    count, hop = signals.shape
    partitions, bins, size = len(filters), spectra.shape[2], buffers[-1].shape[1]
    parts, sums, total, back = buffers
    for n in range(count):
        line[n, begin : begin + hop] = signals[n]
    r2c(line[:, begin + hop - size : begin + hop], spectra[newest], _ALONG_SAMPLES, True, 1.0, 1)
    sums[:] = 0.0
    # Arrays are indexed in full: a view costs as much as the loop that it is made for.
    for number in range(partitions):
        slot = (newest + number) % partitions
        for n in range(count):
            if n + 1 < count:
                # Neighbours in space are far apart in memory, so the next source's new filters are fetched early.
                next_row = (number * filters.shape[1] + rows[1, n + 1, 0]) * 4 * bins
                for k in range(0, 4 * bins, _PER_LINE):
                    prefetch(filters, next_row + k)
            for k in range(bins):
                parts[0, 0, k], parts[0, 1, k] = spectra[slot, n, k].real, spectra[slot, n, k].imag
            for moment in range(2):
                if factors[moment, n] == 0.0:
                    continue
                row = rows[moment, n, 0]
                for ear in range(2):
                    late, path = rows[moment, n, 1 + ear], rows[moment, n, 3 + ear]
                    passed = 0
                    if path > 0:
                        passed = 1
                        for k in range(bins):
                            re, im = parts[0, 0, k], parts[0, 1, k]
                            parts[1, 0, k] = re * paths[path, 0, k] - im * paths[path, 1, k]
                            parts[1, 1, k] = re * paths[path, 1, k] + im * paths[path, 0, k]
                    scale = factors[moment, n] * scales[number, row, ear]
                    for k in range(bins):
                        re, im = parts[passed, 0, k], parts[passed, 1, k]
                        cos, sin = np.float32(delays[late, 0, k]), np.float32(delays[late, 1, k])
                        re, im = re * cos - im * sin, re * sin + im * cos
                        cos, sin = (
                            np.float32(filters[number, row, ear, 0, k]),
                            np.float32(filters[number, row, ear, 1, k]),
                        )
                        sums[moment, ear, 0, k] += scale * (re * cos - im * sin)
                        sums[moment, ear, 1, k] += scale * (re * sin + im * cos)
    for i in range(4):
        for k in range(bins):
            total[i, k] = complex(sums[i // 2, i % 2, 0, k], sums[i // 2, i % 2, 1, k])
    c2r(total, back, _ALONG_SAMPLES, False, 1.0 / size, 1)
    late = size - hop
    for ear in range(2):
        for i in range(hop):
            before, after = back[ear, late + i], back[2 + ear, late + i]
            out[i, ear] += before + fade_in[i] * (after - before)
