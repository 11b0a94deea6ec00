"""A model of a listener who localises sounds, to test renderers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import soxr
from numpy.typing import ArrayLike, NDArray

from binaural.hrtf.hrir import Hrtf
from binaural.hrtf.interaural import itd_s, itds_s
from binaural.propagation.spherical_head import kuhn_itd_s
from protocol.coordinates import wrapped_azimuth_deg

Array = NDArray[np.float64]
Ears = NDArray[np.floating[Any]]

# Where the head casts a shadow, and the pinna tells front from back.
_LOWEST_HZ, _HIGHEST_HZ = 700.0, 14_000.0
# Wide enough for the notch of one pinna to meet that of another, in equivalent rectangular bandwidths.
_BAND_ERB = 3
# About as far as two heads are apart in each cue where a sound has the same direction; errors are counted in these.
_ITD_SPREAD_S = 80e-6
_ILD_SPREAD_DB = 4.0
_COLOUR_SPREAD_DB = 3.0
# A ring of measurements counts as one elevation if it is this flat.
_RING_DEG = 2.0
_LONGEST_PIECE = 4096


class Localiser:
    """Finds the azimuth of broadband sounds by the time and level between ears and by the colour of each.

    The sound at the ears is compared with a measured head: the interaural time difference below 1.5 kHz, and from 0.7
    to 14 kHz, in bands of 3 ERB, the level differences between the ears and the slopes of either ear's spectrum from
    band to band. Slopes, unlike levels, don't depend on loudness, nor on a source whose spectrum falls evenly
    (Baumgartner, Majdak and Laback 2014, JASA 136, 791-802, on listeners).

    Args:
        reference: the head that it knows; best another one than was rendered with.
        elevation_deg: the ring of directions among which it chooses.
    """

    def __init__(self, reference: Hrtf, *, elevation_deg: float = 0.0) -> None:
        off_deg = np.abs(reference.elevation_deg - elevation_deg)
        ring = np.flatnonzero(off_deg <= off_deg.min() + _RING_DEG)
        ring = ring[np.argsort(reference.azimuth_deg[ring], kind="stable")]
        self._azimuth_deg = reference.azimuth_deg[ring]
        self._rate_hz = reference.sample_rate_hz
        self._itd_s = itds_s(reference.hrirs[ring], self._rate_hz)
        self._cues = [_level_cues(ears, self._rate_hz) for ears in reference.hrirs[ring]]

    def azimuth_deg(self, ears: Ears) -> float:
        """The azimuth that a sound comes from.

        Args:
            ears: shape (2, N), left and right: a broadband sound at the rate of the reference.

        Returns:
            Positive to the left, in (−180, 180].
        """
        distance = self._distances(ears)
        best = int(np.argmin(distance))
        before, after = (best - 1) % len(distance), (best + 1) % len(distance)
        # Between neighbours the distance is about a parabola; its lowest point is the answer.
        here_deg = self._azimuth_deg[best]
        back_deg = float(wrapped_azimuth_deg(self._azimuth_deg[before] - here_deg))
        ahead_deg = float(wrapped_azimuth_deg(self._azimuth_deg[after] - here_deg))
        rise_back, rise_ahead = distance[before] - distance[best], distance[after] - distance[best]
        curvature = rise_back * ahead_deg - rise_ahead * back_deg
        offset_deg = 0.5 * (rise_back * ahead_deg**2 - rise_ahead * back_deg**2) / max(curvature, 1e-12)
        return float(wrapped_azimuth_deg(here_deg + np.clip(offset_deg, 0.5 * back_deg, 0.5 * ahead_deg)))

    def _distances(self, ears: Ears) -> Array:
        """The distance of the sound from each of D directions, shape (D,), in squares of what two heads differ by."""
        levels, slopes = _level_cues(ears, self._rate_hz)
        late = (self._itd_s - itd_s(ears, self._rate_hz)) / _ITD_SPREAD_S
        loud = [np.mean(((known - levels) / _ILD_SPREAD_DB) ** 2) for known, _ in self._cues]
        coloured = [np.mean(((known - slopes) / _COLOUR_SPREAD_DB) ** 2) for _, known in self._cues]
        return late**2 + np.array(loud) + np.array(coloured)


def _level_cues(ears: Ears, rate_hz: int) -> tuple[Array, Array]:
    """Differences of level between the ears, shape (B,), and slopes of both ears' spectra, shape (K,), in dB."""
    size = min(_LONGEST_PIECE, 1 << (ears.shape[-1] - 1).bit_length())
    pieces = -(-ears.shape[-1] // size)
    padded = np.zeros((2, pieces * size))
    padded[:, : ears.shape[-1]] = ears
    power = np.mean(np.abs(np.fft.rfft(padded.reshape(2, pieces, size))) ** 2, axis=1)
    erb = _erb_number(np.fft.rfftfreq(size, 1.0 / rate_hz))
    lows = np.arange(_erb_number(_LOWEST_HZ), _erb_number(_HIGHEST_HZ) - _BAND_ERB)
    bands = [(erb >= low) & (erb < low + _BAND_ERB) for low in lows]
    levels_db = 10.0 * np.log10(np.stack([power[:, band].mean(axis=1) for band in bands], axis=1) + 1e-30)
    slopes = levels_db[:, _BAND_ERB:] - levels_db[:, :-_BAND_ERB]
    return levels_db[0] - levels_db[1], (slopes - slopes.mean(axis=1, keepdims=True)).ravel()


def _erb_number(frequency_hz: ArrayLike) -> Any:
    """The scale on which one step is one bandwidth of hearing (Glasberg and Moore 1990, Hearing Research 47, 103)."""
    return 21.4 * np.log10(1.0 + 0.00437 * np.asarray(frequency_hz))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How well directions were localised.

    Attributes:
        median_error_deg: of the angles between true and localised directions.
        worst_error_deg: the largest.
        front_back_rate: fraction of those directions more than 15° off the axis of the ears that were put in front
            instead of behind, or behind instead of in front: mirrored at that axis, they are nearer to the truth
            (Wightman and Kistler 1989, JASA 85, 868-878).
    """

    median_error_deg: float
    worst_error_deg: float
    front_back_rate: float


def accuracy(truth_deg: Sequence[float], found_deg: Sequence[float]) -> Accuracy:
    """How well azimuths were localised."""
    truth, found = np.asarray(truth_deg, dtype=np.float64), np.asarray(found_deg, dtype=np.float64)
    error = np.abs(wrapped_azimuth_deg(found - truth))
    mirrored = np.abs(wrapped_azimuth_deg(180.0 - found - truth))
    tells = np.abs(np.cos(np.radians(truth))) > np.sin(np.radians(15.0))
    return Accuracy(
        median_error_deg=float(np.median(error)),
        worst_error_deg=float(error.max()),
        front_back_rate=float(np.mean((mirrored < error)[tells])),
    )


def lateral_angle_deg(ears: Ears, sample_rate_hz: int) -> float:
    """The angle of a sound to the left of the median plane, by its time difference and the sphere of Kuhn alone.

    It uses no measured head, so it notices a rendering whose ears are swapped.

    Args:
        ears: shape (2, N), left and right: a broadband sound.
        sample_rate_hz: of the ears.

    Returns:
        From −90 (right) to 90 (left); front and back are the same to it.
    """
    most_s = kuhn_itd_s(90.0)
    return float(np.degrees(np.arcsin(np.clip(itd_s(ears, sample_rate_hz) / most_s, -1.0, 1.0))))


def scaled_head(hrtf: Hrtf, factor: float) -> Hrtf:
    """The same head, larger by a factor in all its parts: a different listener.

    Sound takes longer around it, and its spectrum moves down. Scaling removes much of the difference between listeners
    (Middlebrooks 1999, JASA 106, 1480-1492), so it also makes one.
    """
    count, ears, length = hrtf.hrirs.shape
    rate_hz = hrtf.sample_rate_hz
    longer = soxr.resample(hrtf.hrirs.reshape(-1, length).T, rate_hz, rate_hz * factor, quality="VHQ").T
    return replace(
        hrtf,
        name=f"{hrtf.name}, {factor:g} times as large",
        hrirs=np.ascontiguousarray(longer.reshape(count, ears, -1) / np.float32(factor)),
    )
