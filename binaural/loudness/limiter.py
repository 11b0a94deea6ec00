"""A gain that brings a sound to a loudness, and limits only the peaks that would exceed the ceiling."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from binaural.loudness.meter import integrated_lufs, true_peak_dbtp

Gain = NDArray[np.float64]
Signal = NDArray[np.floating[Any]]

# The limiter aims a little lower than the ceiling: its own oversampling and the meter's differ by less than this.
_MARGIN_DB = 0.2
_OVERSAMPLING = 4
# Between silence and a first sample, the interpolation rings for about so long.
_RINGING = 64
# Gain falls and recovers within this time on either side of a peak: short enough not to pump, long enough not to
# distort a bass note.
_LOOK_AHEAD_S = 0.012
# BS.1770: what is quieter than this has no loudness.
_GATE_LUFS = -70.0
# Near enough to the target, and rounds of the search for it.
_CLOSE_LU = 0.05
_ROUNDS = 10


def levelling_gain(
    sound: Signal,
    *,
    sample_rate_hz: int,
    target_lufs: float,
    ceiling_dbtp: float = -1.0,
    deepest_db: float = np.inf,
    circular: bool = False,
    peaking: Signal | None = None,
) -> Gain:
    """The gain that brings a sound to its loudness with no true peak above the ceiling.

    Where peaks allow, it is one gain. Otherwise a look-ahead limiter reduces the peaks, in all channels alike so that
    nothing moves, at the gain that makes the loudness right. Where a sound is so peaked that this does not converge (a
    single click), the ceiling wins and the sound stays quieter.

    Args:
        sound: the sound whose loudness counts, shape (N,) or (N, up to 5 channels), N > 0.
        sample_rate_hz: of the sound.
        target_lufs: its loudness after the gain, give or take 0.05 LU.
        ceiling_dbtp: the true peak that no channel exceeds.
        deepest_db: the most that the limiter may take from the highest peak; where that isn't enough, the sound stays
            quieter and keeps its dynamics.
        circular: whether the end joins the beginning, so that the gain goes round too.
        peaking: the channels that stay under the ceiling, if they aren't those of ``sound``: shape (N, channels).

    Returns:
        A factor for every sample, shape (N,); constant where nothing is limited, 1 for silence.
    """
    channels = _channels(sound if peaking is None else peaking)
    peak_dbtp = true_peak_dbtp(channels, sample_rate_hz)
    if not np.isfinite(peak_dbtp):
        return np.ones(len(sound))
    # A sound below the gate has no loudness; the level of the gate stands in for it.
    gain_db = target_lufs - max(integrated_lufs(sound, sample_rate_hz), _GATE_LUFS)
    gain = np.full(len(sound), 10.0 ** (gain_db / 20.0))
    if peak_dbtp + gain_db <= ceiling_dbtp:
        return gain
    peaks = _true_peaks(channels, circular=circular)
    highest_db = ceiling_dbtp - _MARGIN_DB - 20.0 * float(np.log10(peaks.max())) + deepest_db
    gain_db = min(gain_db, highest_db)
    tried: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        gain = limiting_gain(
            peaks, gain_db=gain_db, sample_rate_hz=sample_rate_hz, ceiling_dbtp=ceiling_dbtp, circular=circular
        )
        short_lu = target_lufs - max(integrated_lufs((sound.T * gain).T, sample_rate_hz), _GATE_LUFS)
        if abs(short_lu) < _CLOSE_LU:
            break
        tried.append((gain_db, short_lu))
        # A decibel of gain adds at most one of loudness; where it adds next to nothing, the step is bounded.
        slope = 1.0
        if len(tried) > 1:
            (before_db, before_lu), (now_db, now_lu) = tried[-2:]
            slope = float(np.clip((before_lu - now_lu) / (now_db - before_db), 0.15, 1.0))
        gain_db = min(gain_db + short_lu / slope, highest_db)
        if gain_db == tried[-1][0]:
            break
    # Finally the meter decides: down to the ceiling, or up to it where loudness is missing.
    headroom_db = ceiling_dbtp - true_peak_dbtp((channels.T * gain).T, sample_rate_hz)
    return np.asarray(gain * 10.0 ** (min(headroom_db, max(0.0, short_lu)) / 20.0))


def limiting_gain(
    peaks: NDArray[np.floating[Any]],
    *,
    gain_db: float,
    sample_rate_hz: int,
    ceiling_dbtp: float = -1.0,
    circular: bool = False,
) -> Gain:
    """A gain in decibels, reduced around each peak that would exceed the ceiling.

    The gain that each sample can bear is spread by a minimum over a window, and smoothed by a window that is no longer,
    so each mean is over gains that are all low enough for the sample in the middle.

    Args:
        peaks: the highest absolute value of the signal near each sample, shape (N,).
        gain_db: the gain where no peak is near.
        sample_rate_hz: of the peaks.
        ceiling_dbtp: the true peak that is not exceeded; the limiter aims 0.2 dB below.
        circular: whether the end joins the beginning.

    Returns:
        A factor for every sample, shape (N,).
    """
    gain = 10.0 ** (gain_db / 20.0)
    ceiling = 10.0 ** ((ceiling_dbtp - _MARGIN_DB) / 20.0)
    bearable = np.minimum(gain, ceiling / np.maximum(peaks, 1e-12))
    half = max(1, min(round(_LOOK_AHEAD_S * sample_rate_hz), (peaks.size - 1) // 4)) // 2 * 2 + 1
    mode: Literal["wrap", "nearest"] = "wrap" if circular else "nearest"
    lowest = ndimage.minimum_filter1d(bearable, 2 * half - 1, mode=mode)
    # Two running means make a triangle, at no cost per tap.
    return np.asarray(ndimage.uniform_filter1d(ndimage.uniform_filter1d(lowest, half, mode=mode), half, mode=mode))


def _channels(signal: Signal) -> Signal:
    return signal[:, None] if signal.ndim == 1 else signal


def _true_peaks(channels: Signal, *, circular: bool) -> NDArray[np.floating[Any]]:
    """The highest absolute value of any channel between each sample's neighbours; shape (N,)."""
    count = len(channels)
    size = count if circular else fft.next_fast_len(count + _RINGING, real=True)
    peaks = np.zeros(size)
    for channel in channels.T:
        between = fft.irfft(fft.rfft(channel, size), _OVERSAMPLING * size) * _OVERSAMPLING
        highest = np.max(np.abs(between.reshape(size, _OVERSAMPLING)), axis=1)
        peaks = np.maximum(peaks, np.maximum(highest, np.roll(highest, 1)))
    return peaks[:count]
