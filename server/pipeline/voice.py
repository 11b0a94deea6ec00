"""What every clip goes through, whoever made it: a loudness, a ceiling, no DC, and a seed of its own."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from binaural.loudness import integrated_lufs, true_peak_dbtp
from protocol.errors import InputError

CLIP_LUFS = -23.0
"""Loudness of every clip: the programme level of EBU R 128, which leaves even footsteps room for their peaks."""

CEILING_DBTP = -1.0
"""Highest true peak of a clip (EBU R 128)."""

# The limiter aims a little lower than the ceiling: its own oversampling and the meter's differ by less than this.
_MARGIN_DB = 0.2
_OVERSAMPLING = 4
# Gain falls and recovers within this time on either side of a peak: short enough not to pump, long enough not to
# distort a bass note.
_LOOK_AHEAD_S = 0.012
# BS.1770: what is quieter than this has no loudness.
_GATE_LUFS = -70.0
# Near enough to the target, and rounds of the search for it.
_CLOSE_LU = 0.05
_ROUNDS = 10


def clip_seed(seed: int, source_id: str) -> int:
    """A seed for one source's clip, in [0, 2³²), so that two birds of one scene differ.

    The same for ever: it hashes text, and nothing of Python's own hashing.

    >>> clip_seed(0, "dog-1"), clip_seed(0, "dog-2")
    (3417260942, 207093131)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{source_id}".encode()).digest()[:4], "little")


def finished(
    samples: NDArray[np.floating[Any]], *, sample_rate_hz: int = 48_000, name: str = "a clip"
) -> NDArray[np.float32]:
    """A clip without DC, at ``CLIP_LUFS``, with true peaks below ``CEILING_DBTP``, that still loops.

    One gain does it where peaks allow. Otherwise a look-ahead limiter takes them down, working round the circle of
    the loop, at the gain that makes the loudness right. Where a clip is so peaked that this does not
    converge (a lone click), the ceiling wins and the clip stays quieter.

    Args:
        samples: mono, shape (n,); a clip shorter than a gating block of 400 ms is measured as if it were repeated.
        sample_rate_hz: of the clip.
        name: of the clip, for errors.

    Returns:
        Samples of the same shape.

    Raises:
        InputError: the clip is empty, silent, not mono, or holds values that are not numbers.
    """
    clip = np.asarray(samples, dtype=np.float64)
    remedy = "make it again, or give a recording with --clips"
    if clip.ndim != 1 or clip.size == 0:
        raise InputError(f"is no mono sound (its shape is {clip.shape})", where=name, remedy=remedy)
    if not np.all(np.isfinite(clip)):
        raise InputError("holds samples that are not numbers", where=name, remedy=remedy)
    clip = clip - clip.mean()
    peak = float(np.max(np.abs(clip)))
    if peak < 1e-9:
        raise InputError("is silent", where=name, remedy=remedy)
    return np.asarray(_levelled(clip / peak, sample_rate_hz), dtype=np.float32)


def _levelled(clip: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    """The clip at its loudness, its peaks limited where one gain does not do."""
    # What is all below hearing has no loudness; the gate's floor stands in for it.
    gain_db = CLIP_LUFS - max(integrated_lufs(clip, sample_rate_hz), _GATE_LUFS)
    if true_peak_dbtp(clip, sample_rate_hz) + gain_db > CEILING_DBTP - _MARGIN_DB:
        clip, gain_db = _limited_to_loudness(clip, gain_db, sample_rate_hz), 0.0
    clip = clip * 10.0 ** (gain_db / 20.0)
    # A limiter that meets lopsided peaks leaves a little DC behind.
    clip = clip - clip.mean()
    # The last word is the meter's.
    over_db = true_peak_dbtp(clip, sample_rate_hz) - CEILING_DBTP
    return np.asarray(clip * 10.0 ** (-max(0.0, over_db) / 20.0))


def _limited_to_loudness(clip: NDArray[np.float64], gain_db: float, sample_rate_hz: int) -> NDArray[np.float64]:
    """The clip turned up and limited, by the gain at which it has its loudness (a secant search from below)."""
    peaks = _true_peaks(clip)
    tried: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        limited = clip * _limiting_gain(peaks, gain_db, sample_rate_hz)
        short_lu = CLIP_LUFS - integrated_lufs(limited, sample_rate_hz)
        if abs(short_lu) < _CLOSE_LU:
            break
        tried.append((gain_db, short_lu))
        # Turning up by a decibel gives at most one; where it gives next to nothing, the step is bounded.
        slope = 1.0
        if len(tried) > 1:
            (before_db, before_lu), (now_db, now_lu) = tried[-2:]
            slope = float(np.clip((before_lu - now_lu) / (now_db - before_db), 0.15, 1.0))
        gain_db += short_lu / slope
    return np.asarray(limited)


def _true_peaks(clip: NDArray[np.float64]) -> NDArray[np.float64]:
    """For every sample, the highest that the circular signal rises up to its neighbours."""
    between = fft.irfft(fft.rfft(clip), _OVERSAMPLING * clip.size) * _OVERSAMPLING
    peaks = np.max(np.abs(between.reshape(clip.size, _OVERSAMPLING)), axis=1)
    return np.asarray(np.maximum(peaks, np.roll(peaks, 1)))


def _limiting_gain(peaks: NDArray[np.float64], gain_db: float, sample_rate_hz: int) -> NDArray[np.float64]:
    """A gain in decibels, taken back round each peak that would pass the ceiling; circular, so the loop stays whole.

    The gain that each sample can bear is spread by a minimum over a window and smoothed by a window no longer: an
    average of gains that are all low enough for the sample in their middle.
    """
    gain = 10.0 ** (gain_db / 20.0)
    ceiling = 10.0 ** ((CEILING_DBTP - _MARGIN_DB) / 20.0)
    bearable = np.minimum(gain, ceiling / np.maximum(peaks, 1e-12))
    half = max(1, min(round(_LOOK_AHEAD_S * sample_rate_hz), (peaks.size - 1) // 4)) // 2 * 2 + 1
    lowest = ndimage.minimum_filter1d(bearable, 2 * half - 1, mode="wrap")
    # Two running means make a triangle, at no cost per tap.
    return np.asarray(ndimage.uniform_filter1d(ndimage.uniform_filter1d(lowest, half, mode="wrap"), half, mode="wrap"))
