"""A rigid sphere that stands for a head: the pressure on it, and its interaural time differences."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from binaural.propagation.air import SPEED_OF_SOUND_M_S

HEAD_RADIUS_M = 0.0875
"""Of an average adult (Duda and Martens 1998; Algazi, Avendano and Duda 2001, JAES 49, 472-479)."""

# The series ends where two terms in a row are smaller than this: sound in the shadow is some 1e-2.
_SMALLEST_TERM = 1e-7


def sphere_transfer(
    distance_m: ArrayLike, incidence_deg: ArrayLike, frequency_hz: ArrayLike, *, head_radius_m: float = HEAD_RADIUS_M
) -> Any:
    """The pressure on a rigid sphere by a point source, against that at its middle if the sphere were not there.

    Duda and Martens 1998, "Range dependence of the response of a spherical head model", JASA 104, 3048-3058, equation
    3: −(ρ / μ) exp(−iμρ) Σ (2m + 1) P_m(cos θ) h_m(μρ) / h'_m(μ), with μ = 2π f a / c and ρ = r / a. Spherical Hankel
    functions of high degree overflow; ratios of neighbouring degrees don't, and follow from each other:
    h_{m+1}(x) / h_m(x) = (2m + 1) / x − h_{m−1}(x) / h_m(x).

    Args:
        distance_m: from the middle of the head, more than its radius; infinity for a plane wave.
        incidence_deg: between the directions of the source and of the point on the sphere, in [0, 180].
        frequency_hz: at least 0. All three broadcast.
        head_radius_m: of the sphere.

    Returns:
        Complex, of the shape that they broadcast to. Phase is as in exp(−iωt): positive where sound is late.

    Raises:
        ValueError: a source is within the sphere.
    """
    distance = np.asarray(distance_m, dtype=np.float64)
    if not np.all(distance > head_radius_m):
        raise ValueError(f"a source must be farther than the head's radius of {head_radius_m} m")
    cosine = np.cos(np.radians(np.asarray(incidence_deg, dtype=np.float64)))
    # At 0 Hz factors are 0 and infinite; at a hertz the series is at its limit.
    frequency = np.maximum(np.asarray(frequency_hz, dtype=np.float64), 1.0)
    at_sphere = SPEED_OF_SOUND_M_S / (2.0 * np.pi * frequency * head_radius_m)
    at_source = at_sphere * (head_radius_m / distance)

    # Both arguments x are kept as 1 / x. For degree m: h_{m+1} / h_m at the sphere, h_m / h_{m−1} at the source, and
    # the factor before h_m(μ) / h'_m(μ), which begins with h_0(x) = −i exp(ix) / x.
    next_ratio, source_ratio = at_sphere - 1j, at_source - 1j
    factor: Any = -at_sphere * np.exp(-1j / at_sphere)
    legendre, legendre_before = np.ones_like(cosine), np.zeros_like(cosine)
    total: Any = 0.0
    degree, small = 0, 0
    while small < 2:
        term = (2 * degree + 1) * factor / (degree * at_sphere - next_ratio)
        total = total + term * legendre
        # Written this way round, NaN ends the series too.
        small = 0 if np.abs(term).max() >= _SMALLEST_TERM else small + 1
        degree += 1
        legendre, legendre_before = (
            ((2 * degree - 1) * cosine * legendre - (degree - 1) * legendre_before) / degree,
            legendre,
        )
        factor = factor * (source_ratio / next_ratio)
        source_ratio = (2 * degree + 1) * at_source - 1.0 / source_ratio
        next_ratio = (2 * degree + 1) * at_sphere - 1.0 / next_ratio
    return total


def kuhn_itd_s(azimuth_deg: ArrayLike) -> Any:
    """The interaural time difference of a rigid sphere at low frequencies: 3 a / c · sin θ (Kuhn 1977, JASA 62, 157).

    Seconds for azimuths of any shape, positive to the left.

    >>> round(float(kuhn_itd_s(90.0)) * 1e6)
    765
    """
    return 3.0 * HEAD_RADIUS_M / SPEED_OF_SOUND_M_S * np.sin(np.radians(azimuth_deg))


def woodworth_itd_s(azimuth_deg: ArrayLike) -> Any:
    """The interaural time difference of a rigid sphere at high frequencies: a / c · (θ + sin θ) (Woodworth 1938).

    θ is the angle from the median plane.

    Seconds for azimuths of any shape, positive to the left.

    >>> round(float(woodworth_itd_s(90.0)) * 1e6)
    655
    """
    lateral = np.arcsin(np.sin(np.radians(azimuth_deg)))
    return HEAD_RADIUS_M / SPEED_OF_SOUND_M_S * (lateral + np.sin(lateral))
