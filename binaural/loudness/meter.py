"""The loudness and the true peak of a signal (ITU-R BS.1770-5), and its gain to a target."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import soxr
from numpy.typing import NDArray

Signal = NDArray[np.floating[Any]]
SignalT = TypeVar("SignalT", bound=Signal)

# BS.1770-5 Annex 1: gating blocks of 400 ms that overlap by 75 %.
_BLOCK_S = 0.4
_HOP_S = 0.1
# BS.1770-5 Annex 2 asks for at least 192 kHz; it then reads at most 0.7 dB low, at the very edge of the band.
_OVERSAMPLING = 4


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
    block = round(_BLOCK_S * sample_rate_hz)
    if not np.any(signal):
        return -np.inf
    if len(signal) < block:
        repeats = -(-block // len(signal))
        signal = np.concatenate([signal] * repeats)
    # Incomplete blocks at the end don't count, but the library would round them up.
    hop = round(_HOP_S * sample_rate_hz)
    whole = block + (len(signal) - block) // hop * hop

    # Imported late: it brings all of scipy.signal, which takes longer than most measurements.
    from pyloudnorm import Meter

    # Its default weighting only comes near the coefficients of BS.1770; the one called DeMan equals them.
    meter = Meter(sample_rate_hz, filter_class="DeMan")
    return float(meter.integrated_loudness(np.array(signal[:whole], dtype=np.float64)))


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
    channels = np.array(signal, dtype=np.float32, ndmin=2).reshape(len(signal), -1)
    peak = float(np.max(np.abs(channels)))
    for channel in channels.T:
        between = soxr.resample(channel, sample_rate_hz, _OVERSAMPLING * sample_rate_hz, quality="HQ")
        peak = max(peak, float(np.max(np.abs(between))))
    return 20.0 * float(np.log10(peak))


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
