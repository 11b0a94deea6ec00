"""Ambience: sound from all around, as unlike at the two ears as a diffuse field is."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from binaural.extent import band_bins, fade_out
from binaural.head import Head
from protocol.coordinates import scene_from_polar

Array = NDArray[np.float64]

_DIRECTIONS = 2048
_AT_ONCE = 256
# Fine enough to be interpolated.
_LEAST_FFT_SIZE = 4096
# Lower, a set's own noise is as loud as its response; for long waves coherence bends like 1 − f² and tends to 1.
_TRUSTED_FROM_HZ = 100.0


def diffuse_coherence(head: Head) -> tuple[Array, Array, Array]:
    """What a field of equal sound from everywhere is like at a head's ears, over directions evenly spread.

    Coherence falls from 1 at 0 Hz through 0 near 550 Hz, and is within 0.2 from there on: like sin(x) / x for two
    points 0.33 m apart, since sound goes round the head (Lindevald and Benade 1986, "Two-ear correlation in the
    statistical sound fields of rooms", JASA 80, 661-664; Borss and Martin 2009, AES 35th Conference).

    Args:
        head: whose ears.

    Returns:
        Frequencies in hertz from 0 to half the rate; the real part of the interaural coherence, in [−1, 1] (of a
        symmetric head the imaginary part is 0); and the mean power of both ears, 1 for a set that is equalised to the
        diffuse field. All of shape (F,).
    """
    index = np.arange(_DIRECTIONS)
    elevation_deg = np.degrees(np.arcsin(1.0 - (2.0 * index + 1.0) / _DIRECTIONS))
    lattice = scene_from_polar(index * 180.0 * (3.0 - np.sqrt(5.0)), elevation_deg)
    length = head.taps + int(np.ceil(head.delays_samples(lattice).max()))
    size = max(_LEAST_FFT_SIZE, 1 << (length - 1).bit_length())
    turn = -2j * np.pi * np.arange(size // 2 + 1) / size
    cross, power = np.zeros(size // 2 + 1), np.zeros((2, size // 2 + 1))
    for begin in range(0, _DIRECTIONS, _AT_ONCE):
        part = lattice[begin : begin + _AT_ONCE]
        ears = scipy.fft.rfft(head.filters(part), size) * np.exp(turn * head.delays_samples(part)[..., None])
        cross += np.sum((ears[:, 0] * ears[:, 1].conj()).real, axis=0)
        power += np.sum(np.abs(ears) ** 2, axis=0)
    frequency_hz: Array = np.fft.rfftfreq(size, 1.0 / head.sample_rate_hz).astype(np.float64)
    coherence = cross / np.sqrt(power[0] * power[1])
    low = frequency_hz < _TRUSTED_FROM_HZ
    bend = 1.0 - float(np.interp(_TRUSTED_FROM_HZ, frequency_hz, coherence))
    coherence[low] = 1.0 - bend * (frequency_hz[low] / _TRUSTED_FROM_HZ) ** 2
    return frequency_hz, coherence, power.mean(axis=0) / _DIRECTIONS


# A field that comes from one clip must be spread in time to be unlike itself; this little is heard as no room.
_LENGTH_S = 0.17
_DECAY_DB = 60.0
_ROUNDS = 60
# The imaginary part is judged over an eighth of the frequency, about a critical band, and 70 Hz at least: narrower ones
# hold too few of the filters' own wiggles.
_BAND_SHARE = 0.12
_LEAST_BAND_HZ = 70.0


def diffuse_filters(head: Head, seed: int = 0) -> NDArray[np.float32]:
    """Two filters that make of one signal what a diffuse field of it is at two ears.

    Two noises that die away are brought, in turns, to what is asked of them (projections after Gerchberg and Saxton
    1972): at every frequency each ear has the power of the diffuse field, and their phases are apart by
    ±arccos of its coherence, the sign now this, now that, so that over a critical band nothing comes from a side. With
    two inputs that are unlike already, this is the mixing of Borss and Martin 2009.

    A field looks the same whichever way the head is turned, so the filters hold for all of them; and being short
    beside any loop, they leave a loop one where it is convolved with them circularly.

    Args:
        head: whose ears.
        seed: of the noises. Fields that are to be unlike each other take one each.

    Returns:
        Shape (2, taps), left and right, of 0.17 s: half of the energy is in the first 15 ms, nine tenths in 50 ms.
    """
    rate_hz = head.sample_rate_hz
    taps = round(_LENGTH_S * rate_hz)
    size = scipy.fft.next_fast_len(4 * taps, real=True)
    frequency_hz: Array = np.fft.rfftfreq(size, 1.0 / rate_hz).astype(np.float64)
    measured_hz, coherence, power = diffuse_coherence(head)
    coherence = np.interp(frequency_hz, measured_hz, coherence)
    magnitude = np.sqrt(np.interp(frequency_hz, measured_hz, power))
    apart = np.arccos(np.clip(coherence, -1.0, 1.0))
    begin, end = band_bins(size, rate_hz, share=_BAND_SHARE, least_hz=_LEAST_BAND_HZ)
    window = fade_out(taps)

    random = np.random.default_rng(seed)
    filters: Array = random.standard_normal((2, taps)) * 10.0 ** (-_DECAY_DB / 20.0 * np.arange(taps) / taps)
    for _ in range(_ROUNDS):
        left, right = np.angle(scipy.fft.rfft(filters, size))
        turn = np.exp(1j * (left - right))
        middle = right + np.angle(turn) / 2.0
        sums = np.concatenate([[0.0], np.cumsum(turn)])
        # Where a band leans to one side, the least decided of its frequencies change sides; then all go half the way
        # to where they are to be.
        wanted = np.angle(turn + coherence - (sums[end] - sums[begin]) / (end - begin))
        wanted += 0.5 * (np.where(wanted >= 0.0, apart, -apart) - wanted)
        ears = magnitude * np.exp(1j * np.stack([middle + wanted / 2.0, middle - wanted / 2.0]))
        filters = scipy.fft.irfft(ears, size)[:, :taps] * window
    return filters.astype(np.float32)
