"""Sources that are wide: several emitters over what they cover, each with a copy that is unlike the others.

Copies of one signal from several directions would blur into one between them. Each goes through a filter that leaves
its spectrum and turns its phases at random (Kendall 1995, "The decorrelation of audio signals and its impact on spatial
imagery", Computer Music Journal 19, 71-87), so that they sum in power and are heard side by side.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from protocol.coordinates import polar_from_scene, scene_from_polar

Array = NDArray[np.float64]

# Emitters this far apart, side by side or one above the other, are heard as one wide thing.
_SPACING_DEG = 20.0
_SPACING_UP_DEG = 40.0
# In the bass, where no short filter makes copies unlike, all that is left is to turn some of them over. Only of a
# square number can so many be turned over that the sum has the power of all: 3 − 1 is √4, and 6 − 3 is √9.
_COUNTS = (1, 4, 9)


def emitter_count(direction: Array, width_deg: float, height_deg: float) -> int:
    """How many emitters stand for a source.

    Args:
        direction: towards its middle, unit vector of shape (3,).
        width_deg: its extent in azimuth, in [0, 360].
        height_deg: its extent in elevation, in [0, 180].

    Returns:
        1 for what is up to 20° wide and 40° high, 4 up to 80° of width, 9 beyond.

    >>> [emitter_count(scene_from_polar(0, 0), width_deg, 0) for width_deg in (5, 50, 360)]
    [1, 4, 9]
    """
    across_deg = width_deg * float(np.hypot(direction[0], direction[1]))
    across_deg = max(across_deg, min(width_deg, height_deg))
    wanted = max(1.0, across_deg / _SPACING_DEG) * max(1.0, height_deg / _SPACING_UP_DEG)
    return next((count for count in _COUNTS if wanted <= count), _COUNTS[-1])


def spread_directions(direction: Array, width_deg: float, height_deg: float, count: int) -> Array:
    """Where the emitters of a source are: in rows over an ellipse, evenly in each row and about evenly overall.

    Extents are those of a scene, in azimuth and in elevation: a sea that goes all the way round is a ring. Over a pole
    azimuth says nothing; what covers it is an ellipse about its middle, as wide as it is there, and, unless its width
    is less, at least as wide as high.

    Args:
        direction: towards the middle, unit vector of shape (3,), in scene axes.
        width_deg: extent in azimuth, in [0, 360].
        height_deg: extent in elevation, in [0, 180].
        count: how many, at least 1.

    Returns:
        Unit vectors, shape (count, 3); the middle itself for one. Left and right of the middle are mirrored.
    """
    azimuth_deg, elevation_deg, _ = polar_from_scene(direction)
    half_width, half_height = width_deg / 2.0, height_deg / 2.0
    if abs(elevation_deg) + half_height <= 90.0:
        aside, up = _ellipse(half_width, half_height, count, middle_deg=float(elevation_deg))
        return scene_from_polar(azimuth_deg + aside, elevation_deg + up)
    flattened = half_width * float(np.cos(np.radians(elevation_deg)))
    aside, up = _ellipse(max(flattened, min(half_width, half_height)), half_height, count)
    # At a distance from the middle and a bearing, as a compass would have them.
    away, bearing = np.radians(np.hypot(aside, up))[:, None], np.arctan2(up, aside)[:, None]
    left = scene_from_polar(azimuth_deg + 90.0, 0.0)
    above = scene_from_polar(azimuth_deg, elevation_deg + 90.0)
    middle = scene_from_polar(azimuth_deg, elevation_deg)
    spread: Array = np.cos(away) * middle + np.sin(away) * (np.cos(bearing) * left + np.sin(bearing) * above)
    return spread


def _ellipse(half_width: float, half_height: float, count: int, *, middle_deg: float | None = None) -> tuple[Any, Any]:
    """Steps aside and up from the middle of an ellipse, in degrees; rows shrink as circles of elevation do."""
    row_count = 1
    if half_height > 0.0:
        shrunk = half_width * (1.0 if middle_deg is None else float(np.cos(np.radians(middle_deg))))
        row_count = int(np.clip(round(np.sqrt(count * half_height / max(shrunk, 1e-9))), 1, count))
    height = (np.arange(row_count) + 0.5) / row_count * 2.0 - 1.0
    chord = half_width * np.sqrt(1.0 - height**2)
    up = half_height * height
    length = chord if middle_deg is None else chord * np.cos(np.radians(middle_deg + up))
    # As many in each row as it is long: the largest remainders get what is left, and inner rows first.
    exact = count * (length / length.sum()) if length.sum() > 0.0 else np.full(row_count, count / row_count)
    shares = np.floor(exact + 1e-9).astype(np.intp)
    first = np.lexsort((np.abs(height), -np.round(exact - shares, 9)))
    shares[first[: count - shares.sum()]] += 1
    aside = [width * ((np.arange(share) + 0.5) / share * 2.0 - 1.0) for width, share in zip(chord, shares, strict=True)]
    return np.concatenate(aside), np.repeat(up, shares)


# As long as what follows is still heard as one with it (Blauert 1997, Spatial Hearing, on the echo threshold).
_LENGTH_S = 0.03
# Of random amplitudes to begin with, so that most of the energy is in the first half.
_DECAY_DB = 12.0
_ROUNDS = 40
# At the end, levels settle.
_LAST_ROUNDS = 4
# Of so many filters in all, and three sets at least, the flattest is taken; that takes half a second.
_CANDIDATES = 24
_LEAST_CANDIDATES = 3
# Below, no third of an octave holds two phases of so short a filter.
_JUDGED_FROM_HZ = 50.0
# Where copies are to be unlike each other: a fifth of the frequency, about a third of an octave, and 100 Hz at least.
_BAND_SHARE = 0.2
_LEAST_BAND_HZ = 100.0
_ALIKE_BELOW_HZ = 200.0


@lru_cache(maxsize=32)
def decorrelators(count: int, sample_rate_hz: int, seed: int = 0) -> NDArray[np.float32]:
    """Filters that leave a signal's spectrum and make its copies unlike.

    Noises of 30 ms are brought, in turns, to four things: copies don't cohere within a third of an octave; their sum
    has the magnitude √count at every frequency, so that copies that meet, as they do in the bass, are neither louder
    nor fainter than unlike ones; each has the magnitude 1; and each ends when it is to end. (Projections between such
    sets, after Gerchberg and Saxton 1972.) Velvet noise (Alary, Politis and Välimäki 2017, DAFx-17, and Schlecht and
    others 2018, DAFx-18) costs less where it is convolved in time; here copies are made once, and spectra are flatter.

    What is so short can be unlike only so much: of nine, two copies are on average 0.5 coherent in the third of an
    octave at 400 Hz, 0.35 at 800 Hz and 0.15 and less from 3 kHz on; four are less alike. So at an ear, a third of an
    octave of four or nine emitters is off by 1.5 dB (rms) below 2 kHz and by 0.5 dB above. A steady loop does better
    with copies of itself from other moments.

    Args:
        count: how many, at least 1.
        sample_rate_hz: of the filters.
        seed: of the noises.

    Returns:
        Shape (count, taps), each of energy 1; a single one is a click. The array is kept: it can't be written to.
    """
    taps = round(_LENGTH_S * sample_rate_hz)
    filters = np.eye(count, taps)
    if count > 1:
        random = np.random.default_rng(seed)
        sets = max(_CANDIDATES // count, _LEAST_CANDIDATES)
        candidates = [_unlike_noises(random, count, taps, sample_rate_hz) for _ in range(sets)]
        filters = min(candidates, key=lambda candidate: _unevenness(candidate, sample_rate_hz))
    kept: NDArray[np.float32] = (filters / np.sqrt(np.sum(filters**2, axis=1, keepdims=True))).astype(np.float32)
    kept.flags.writeable = False
    return kept


def _unlike_noises(random: np.random.Generator, count: int, taps: int, sample_rate_hz: int) -> Array:
    """Noises after some rounds of projection."""
    size = scipy.fft.next_fast_len(4 * taps, real=True)
    begin, end = band_bins(size, sample_rate_hz, share=_BAND_SHARE, least_hz=_LEAST_BAND_HZ)
    # Every copy steps away from all others at once; longer steps would carry them past each other. Where a band holds
    # no more than a phase or two, they stay.
    frequency_hz = np.arange(size // 2 + 1) * (sample_rate_hz / size)
    step = 2.0 / count * np.clip((frequency_hz - _ALIKE_BELOW_HZ) / _ALIKE_BELOW_HZ, 0.0, 1.0)
    window = fade_out(taps)
    filters: Array = random.standard_normal((count, taps)) * 10.0 ** (-_DECAY_DB / 20.0 * np.arange(taps) / taps)
    for turn in range(_ROUNDS):
        phases = _phases(scipy.fft.rfft(filters, size))
        if turn < _ROUNDS - _LAST_ROUNDS:
            phases = _phases(phases - step * _shared(phases, begin, end))
        together = phases.sum(axis=0)
        phases = _phases(phases + (np.sqrt(count) * _phases(together) - together) / count)
        filters = scipy.fft.irfft(phases, size)[:, :taps] * window
    return filters


def _shared(phases: NDArray[np.complex128], begin: NDArray[np.intp], end: NDArray[np.intp]) -> NDArray[np.complex128]:
    """What each of K copies has of all others within the bands about F bins: shape (K, F)."""
    count, bins = phases.shape
    sums = np.zeros((count, count, bins + 1), dtype=np.complex128)
    np.cumsum(phases[:, None] * phases.conj(), axis=-1, out=sums[..., 1:])
    coherence = (sums[..., end] - sums[..., begin]) / (end - begin)
    coherence[np.arange(count), np.arange(count)] = 0.0
    shared: NDArray[np.complex128] = np.einsum("klf,lf->kf", coherence, phases)
    return shared


def fade_out(taps: int) -> Array:
    """Ones that fall to 0 over the last quarter, by half a cosine."""
    fading = taps // 4
    window = np.ones(taps)
    window[taps - fading :] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fading) + 0.5) / fading)
    return window


def band_bins(
    size: int, sample_rate_hz: int, *, share: float, least_hz: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The band around each bin of a real transform: its first bin, and the one behind its last.

    Args:
        size: of the transform.
        sample_rate_hz: of what is transformed.
        share: width of a band, as a share of its middle.
        least_hz: width of the narrowest.
    """
    bin_hz = sample_rate_hz / size
    index = np.arange(size // 2 + 1)
    half = (np.maximum(share * index, least_hz / bin_hz) / 2.0).astype(np.intp)
    return np.maximum(index - half, 0), np.minimum(index + half + 1, len(index))


def _phases(spectra: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """The same phases at magnitude 1; 1 for what has none."""
    magnitudes = np.abs(spectra)
    phases: NDArray[np.complex128] = np.where(magnitudes > 1e-12, spectra / np.maximum(magnitudes, 1e-12), 1.0)
    return phases


def _unevenness(filters: Array, sample_rate_hz: int) -> float:
    """How far, in decibels, the power of the sum is from the sum of powers in the worst third of an octave."""
    size = scipy.fft.next_fast_len(16 * filters.shape[1], real=True)
    frequency_hz = np.fft.rfftfreq(size, 1.0 / sample_rate_hz)
    together = np.abs(scipy.fft.rfft(filters, size).sum(axis=0)) ** 2 / len(filters)
    third = np.floor(3.0 * np.log2(np.maximum(frequency_hz, 1.0) / _JUDGED_FROM_HZ)).astype(np.intp)
    within = third >= 0
    power = np.bincount(third[within], together[within]) / np.maximum(np.bincount(third[within]), 1)
    return float(np.abs(10.0 * np.log10(power[power > 0.0])).max())


def spread_signals(samples: NDArray[np.float32], filters: NDArray[np.float32], *, loop: bool) -> NDArray[np.float32]:
    """What each emitter plays; together they have the energy of the signal.

    Args:
        samples: shape (N,), N > 0.
        filters: shape (K, taps), of :func:`decorrelators`.
        loop: whether the end joins the beginning, and does so still.

    Returns:
        Shape (K, N) of a loop, else (K, N + taps − 1).
    """
    count, taps = filters.shape
    length = len(samples) if loop else len(samples) + taps - 1
    size = length if loop else scipy.fft.next_fast_len(length, real=True)
    kernels = np.zeros((count, max(-(-taps // size), 1) * size), dtype=np.float32)
    kernels[:, :taps] = filters / np.float32(np.sqrt(count))
    # A loop that is shorter than a filter hears it several times over.
    kernels = kernels.reshape(count, -1, size).sum(axis=1)
    spectra = scipy.fft.rfft(samples, size) * scipy.fft.rfft(kernels, size)
    signals: NDArray[np.float32] = scipy.fft.irfft(spectra, size)[:, :length]
    return signals
