"""The loudness and the true peak of a signal (ITU-R BS.1770-5), and its gain to a target."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from binaural.loudness.streaming import BLOCK_S, LoudnessMeter, TruePeakMeter, as_channels, decibels, gated_lufs

Signal = NDArray[np.floating[Any]]
SignalT = TypeVar("SignalT", bound=Signal)

_AT_ONCE = 1 << 16


def integrated_lufs(signal: Signal, sample_rate_hz: int) -> float:
    """The gated programme loudness of a signal, in LUFS.

    BS.1770-5 Annex 1 measures blocks of 400 ms. A shorter signal is measured as if it were repeated without a pause,
    which for a steady sound gives the loudness of a longer piece.

    Args:
        signal: shape (N,) or (N, channels) with up to five channels in the order of BS.1770: left, right, centre, left
            surround, right surround. One channel counts as one loudspeaker: a sine of full scale at 997 Hz is at −3.01.
        sample_rate_hz: of the signal.

    Returns:
        Loudness in LUFS; −infinity for silence and for a signal below the absolute gate of −70 LUFS.
    """
    if not np.any(signal):
        return -np.inf
    channels = as_channels(signal)
    repeats = -(-round(BLOCK_S * sample_rate_hz) // len(channels))
    if repeats > 1:
        channels = np.concatenate([channels] * repeats)
    meter = LoudnessMeter(sample_rate_hz, channels.shape[1])
    for begin in range(0, len(channels), _AT_ONCE):
        meter.add(channels[begin : begin + _AT_ONCE])
    return gated_lufs(meter.energies(), sample_rate_hz)


def true_peak_dbtp(signal: Signal, sample_rate_hz: int) -> float:
    """The highest peak between the samples or on them, in dB of full scale (BS.1770-5 Annex 2).

    Args:
        signal: shape (N,) or (N, channels).
        sample_rate_hz: of the signal.

    Returns:
        The peak over all channels, read from the signal at four times its rate; −infinity for silence.
    """
    if not np.any(signal):
        return -np.inf
    channels = as_channels(signal)
    meter = TruePeakMeter(sample_rate_hz, channels.shape[1])
    for begin in range(0, len(channels), _AT_ONCE):
        meter.add(channels[begin : begin + _AT_ONCE])
    return decibels(meter.peaks().max())


def normalising_gain_db(
    signal: Signal, *, sample_rate_hz: int, target_lufs: float, ceiling_dbtp: float = -1.0
) -> float:
    """The gain that brings a signal to a loudness, or as near as its peaks allow.

    It is one gain for the whole signal. Unlike a limiter it changes no transient and opens no seam in a loop, and parts
    that share it still sum to their mix.

    Args:
        signal: shape (N,) or (N, channels).
        sample_rate_hz: of the signal.
        target_lufs: the loudness wanted.
        ceiling_dbtp: the true peak that the result never exceeds; where it would, the gain is lower.

    Returns:
        A gain in dB; 0 for silence.
    """
    loudness_lufs = integrated_lufs(signal, sample_rate_hz)
    peak_dbtp = true_peak_dbtp(signal, sample_rate_hz)
    if not np.isfinite(peak_dbtp):
        return 0.0
    to_ceiling_db = ceiling_dbtp - peak_dbtp
    return min(target_lufs - loudness_lufs, to_ceiling_db) if np.isfinite(loudness_lufs) else min(0.0, to_ceiling_db)


def normalised(signal: SignalT, *, sample_rate_hz: int, target_lufs: float, ceiling_dbtp: float = -1.0) -> SignalT:
    """The signal at a loudness, or as near as its peaks allow; see :func:`normalising_gain_db`.

    Args:
        signal: shape (N,) or (N, channels).
        sample_rate_hz: of the signal.
        target_lufs: the loudness wanted.
        ceiling_dbtp: the true peak that the result never exceeds.

    Returns:
        The same shape and type; silence stays silent.
    """
    gain_db = normalising_gain_db(
        signal, sample_rate_hz=sample_rate_hz, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp
    )
    scaled: SignalT = (signal * 10.0 ** (gain_db / 20.0)).astype(signal.dtype)
    return scaled
