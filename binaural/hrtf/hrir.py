"""A measured head: its HRIRs (head-related impulse responses) from many directions to two ears."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from binaural.hrtf.minimum_phase import minimum_phase_spectrum
from protocol.coordinates import fibonacci_sphere, scene_from_polar

SAMPLE_RATE_HZ = 48_000
_DEFAULT = Path(__file__).parent / "data" / "mit_kemar_normal_pinna.npz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hrtf:
    """HRIRs of M directions.

    Attributes:
        name: what was measured.
        azimuth_deg: shape (M,), positive to the left.
        elevation_deg: shape (M,), positive up.
        hrirs: float32, shape (M, 2, L): left ear, right ear.
        sample_rate_hz: of the HRIRs.
        source: what was measured, in words; empty where it isn't from a file.
        notices: what was mended as it was read.
    """

    name: str
    azimuth_deg: NDArray[np.float64] = field(repr=False)
    elevation_deg: NDArray[np.float64] = field(repr=False)
    hrirs: NDArray[np.float32] = field(repr=False)
    sample_rate_hz: int
    source: str = ""
    notices: tuple[str, ...] = ()

    def nearest_hrir(self, azimuth_deg: float, elevation_deg: float) -> NDArray[np.float32]:
        """The left and right HRIR of the nearest direction that was measured.

        Args:
            azimuth_deg: any angle, positive to the left of the nose.
            elevation_deg: positive up. Below the lowest measurement, it is the nearest direction of the lowest ring.

        Returns:
            Shape (2, L). With the default set, the direction is at most 6° off, and within 2.5° of azimuth on the
            horizon.
        """
        towards = scene_from_polar(azimuth_deg, elevation_deg)
        measured = scene_from_polar(self.azimuth_deg, self.elevation_deg)
        # Rounded, so that of two equally near directions the first is taken whatever the last bit says.
        nearest = int(np.argmax(np.round(measured @ towards, 9)))
        nearest_hrir: NDArray[np.float32] = self.hrirs[nearest]
        return nearest_hrir


@lru_cache(maxsize=1)
def default_hrtf() -> Hrtf:
    """The KEMAR head of Gardner and Martin (1994) at 48 kHz, equalised to the diffuse field.

    The set was measured at 44.1 kHz and is raw: the loudspeaker's lack of bass is in it, and so is the resonance of the
    ear canal, which a listener's own ears would add again. See :func:`diffuse_field_equalised`;
    data/NOTICE.md has its licence.
    """
    with np.load(_DEFAULT) as file:
        directions_deg, rate_hz = file["directions_deg"], int(file["sample_rate_hz"])
        samples = file["samples"].astype(np.float32) / 2**15
    count, ears, length = samples.shape
    at_48_khz = soxr.resample(samples.reshape(-1, length).T, rate_hz, SAMPLE_RATE_HZ, quality="VHQ").T
    return diffuse_field_equalised(
        Hrtf(
            name="MIT KEMAR, normal pinna",
            azimuth_deg=directions_deg[:, 0],
            elevation_deg=directions_deg[:, 1],
            hrirs=at_48_khz.reshape(count, ears, -1),
            sample_rate_hz=SAMPLE_RATE_HZ,
        )
    )


# Long enough for the equaliser's bass, which rings where the loudspeaker's response falls away.
_TAPS = 1024
_FADE = 128
_FFT_SIZE = 4096
_DIRECTIONS_AT_ONCE = 1024
# Caps what is added where nothing was measured: below 60 Hz, and above the band of a set at 44.1 kHz.
_MOST_BOOST_DB = 24.0


def diffuse_field_equalised(hrtf: Hrtf) -> Hrtf:
    """The same head without its diffuse-field response (Møller 1992, Applied Acoustics 36, section 5).

    The power of both ears, averaged over the sphere, then has a flat response of 0 dB. Headphones that are equalised to
    the diffuse field expect this, and a source keeps its colour and its loudness. The equaliser is one filter of
    minimum phase for all directions and both ears, so differences of time and level between directions and between
    ears stay as they were measured.

    Returns:
        The same directions with HRIRs of 1024 taps.
    """
    weights = _solid_angle_weights(hrtf)
    count = len(hrtf.hrirs)
    parts = [slice(begin, begin + _DIRECTIONS_AT_ONCE) for begin in range(0, count, _DIRECTIONS_AT_ONCE)]
    power = np.zeros(_FFT_SIZE // 2 + 1)
    for part in parts:
        spectra = np.fft.rfft(hrtf.hrirs[part], _FFT_SIZE, axis=-1)
        power += np.einsum("m,mef->f", weights[part], np.abs(spectra) ** 2, dtype=np.float64) / 2.0
    cap = 10.0 ** (-_MOST_BOOST_DB / 10.0)
    equaliser = minimum_phase_spectrum(1.0 / np.sqrt(np.maximum(power, cap))).astype(np.complex64)
    fade = np.ones(_TAPS)
    fade[-_FADE:] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(_FADE) + 0.5) / _FADE)
    equalised = np.empty((count, 2, _TAPS), dtype=np.float32)
    for part in parts:
        spectra = np.fft.rfft(hrtf.hrirs[part], _FFT_SIZE, axis=-1)
        equalised[part] = np.fft.irfft(spectra * equaliser, axis=-1)[..., :_TAPS] * fade
    return replace(hrtf, hrirs=equalised)


def _solid_angle_weights(hrtf: Hrtf) -> NDArray[np.float64]:
    """The fraction of the sphere that is nearest to each direction, counted on a Fibonacci lattice; sums to 1."""
    count = 8192
    lattice = fibonacci_sphere(count)
    nearest = cKDTree(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)).query(lattice)[1]
    return np.bincount(nearest, minlength=len(hrtf.azimuth_deg)) / count
