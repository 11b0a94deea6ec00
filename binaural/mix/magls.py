"""Ambisonics for two ears by magnitude least squares (MagLS): phases are fitted at low frequencies only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve
from scipy.spatial import cKDTree

from binaural.hrtf.hrir import Hrtf
from binaural.mix.harmonics import degrees_of_channels, harmonics
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.propagation.spherical_head import HEAD_RADIUS_M
from protocol.coordinates import fibonacci_sphere, scene_from_polar

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# So many directions, spread evenly, each with the nearest HRIR that was measured: the error of direction matters little
# to harmonics whose lobes are 45° and wider, and no part of the sphere stays empty.
_DIRECTIONS = 1024
_FFT_SIZE = 2048
_TAPS = 1280
# The sample of the filters at which the head's middle lies; they ring on both sides of it.
_MIDDLE = 192
_FADE = 64
# The lowest order that needs no care for diffuse fields (Zotter and Frank 2019, "Ambisonics", section 4.11).
_FREE_ORDER = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AmbisonicHead:
    """Filters from ambisonic channels (AmbiX: ACN, SN3D) to the ears of a head.

    Attributes:
        filters: float32, shape ((order + 1)², 2, L): from each channel to left and right ear.
        latency_samples: how much later sound comes out of them than of the head's own HRIRs.
        sample_rate_hz: of the filters.
    """

    filters: NDArray[np.float32] = field(repr=False)
    latency_samples: int
    sample_rate_hz: int

    def decoded(self, sound: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """A sound field at the two ears, as early as with the head's own HRIRs.

        Args:
            sound: shape (N, (order + 1)²), at the sample rate of the head.

        Returns:
            Float32, shape (N, 2): left and right. Echoes beyond the end are cut off.

        Raises:
            ValueError: the sound has more or fewer channels than the head takes.
        """
        if sound.shape[1] != len(self.filters):
            raise ValueError(f"the head takes {len(self.filters)} channels, not {sound.shape[1]}")
        ears = np.zeros((len(sound) + self.filters.shape[-1] - 1, 2), dtype=np.float32)
        for channel, response in zip(sound.T, self.filters, strict=True):
            ears += oaconvolve(channel.astype(np.float32)[:, None], response.T, axes=0)
        return ears[self.latency_samples : self.latency_samples + len(sound)]


def ambisonic_head(hrtf: Hrtf, order: int) -> AmbisonicHead:
    """The decoder of an order for a head, by least squares of magnitudes.

    A few harmonics can't reproduce the phases of a head at high frequencies, and trying loses the treble. Listeners
    don't need them either. Up to the frequency that the order reproduces, the filters fit the HRIRs of all directions;
    above, they fit only the magnitudes, and each frequency takes the phases that resulted at the frequency below
    (Schörkhuber, Zaunschirm and Höldrich 2018, "Binaural rendering of Ambisonic signals via magnitude least squares",
    DAGA). Below the third order this leaves both ears too much alike, so the levels of the ears and the coherence
    between them are made those of the head in a diffuse field (Zaunschirm, Schörkhuber and Höldrich 2018, "Binaural
    rendering of Ambisonic signals by head-related impulse response time alignment and a diffuseness constraint", JASA
    143, 3616-3627). From the third on it would cost single directions more than ambience gains.

    Args:
        hrtf: the head.
        order: 1 or more.
    """
    lattice = fibonacci_sphere(_DIRECTIONS)
    nearest = cKDTree(scene_from_polar(hrtf.azimuth_deg, hrtf.elevation_deg)).query(lattice)[1]
    measured = hrtf.hrirs[nearest].astype(np.float64)
    # Magnitudes with the phases of the frequency below have no delay, so the head's middle is where time begins.
    middle = round(float(np.argmax(np.abs(measured), axis=-1).mean()))
    spectra = np.fft.rfft(np.roll(_padded(measured), -middle, axis=-1), axis=-1)
    # An order reproduces the sound field around a sphere up to where wave number times radius equals the order.
    limit_hz = order * SPEED_OF_SOUND_M_S / (2.0 * np.pi * HEAD_RADIUS_M)
    limit = round(limit_hz * _FFT_SIZE / hrtf.sample_rate_hz)
    filters = _least_squares(spectra, harmonics(lattice, order), limit)
    if order < _FREE_ORDER:
        filters = _diffuse_field_corrected(filters, spectra, order)
    impulses = np.roll(np.fft.irfft(filters, axis=0), _MIDDLE, axis=0)[:_TAPS]
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(_FADE) + 0.5) / _FADE)
    impulses[:_FADE] *= rise[:, None, None]
    impulses[-_FADE:] *= rise[::-1, None, None]
    return AmbisonicHead(
        filters=np.ascontiguousarray(np.moveaxis(impulses, 0, -1), dtype=np.float32),
        latency_samples=_MIDDLE - middle,
        sample_rate_hz=hrtf.sample_rate_hz,
    )


def _padded(hrirs: Array) -> Array:
    """HRIRs (D, 2, L), padded or cut to the length of the transform: shape (D, 2, _FFT_SIZE)."""
    kept = hrirs[..., :_FFT_SIZE]
    return np.pad(kept, [(0, 0), (0, 0), (0, _FFT_SIZE - kept.shape[-1])])


def _least_squares(spectra: Complex, values: Array, limit: int) -> Complex:
    """Filters of channels for ears, shape (F, C, 2), from spectra (D, 2, F) and harmonics (D, C)."""
    fit = np.linalg.pinv(values)
    filters: Complex = np.einsum("cd,def->fce", fit, spectra)
    for frequency in range(limit, len(filters)):
        before = values @ filters[frequency - 1]
        size = np.abs(before)
        phases = np.where(size > 0.0, before / np.where(size > 0.0, size, 1.0), 1.0)
        filters[frequency] = fit @ (np.abs(spectra[:, :, frequency]) * phases)
    return filters


def _diffuse_field_corrected(filters: Complex, spectra: Complex, order: int) -> Complex:
    """Filters whose outputs in a diffuse field have the levels and the coherence of a head's ears, shape (F, C, 2).

    Of all 2 × 2 matrices that do this, it takes the one that changes the filters least.
    """
    target = np.einsum("def,dgf->feg", spectra, spectra.conj()) / len(spectra)
    # In a diffuse field, channels are independent, and SN3D gives those of degree l the power 1 / (2l + 1).
    power = 1.0 / (2.0 * degrees_of_channels(order) + 1.0)
    given = np.einsum("c,fce,fcg->feg", power, filters, filters.conj())
    target_root, given_root = _root(target), _root(given)
    left, _, right = np.linalg.svd(np.conj(np.swapaxes(target_root, 1, 2)) @ given_root)
    correction: Complex = target_root @ left @ right @ np.linalg.inv(given_root)
    corrected: Complex = np.einsum("feg,fcg->fce", correction, filters)
    return corrected


def _root(covariance: Complex) -> Complex:
    """Cholesky's factors of covariances (F, 2, 2); a little is added, since at 0 Hz both ears hear the same."""
    level = np.trace(covariance, axis1=1, axis2=2).real[:, None, None]
    root: Complex = np.linalg.cholesky(covariance + (1e-9 * level + 1e-20) * np.eye(2))
    return root
