"""What changes about a head when a source comes within reach: the near ear gains, most of all in the bass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from binaural.kernels.lookup import FAR_M, NEAREST_M
from binaural.propagation import SPEED_OF_SOUND_M_S

Array = NDArray[np.float64]

HEAD_RADIUS_M = 0.0875
"""Of an average adult, as Duda and Martens (1998) take it."""

# The series ends where two terms in a row are smaller than this: sound in the shadow is some 1e-2.
_SMALLEST_TERM = 1e-7


def sphere_transfer(
    distance_m: ArrayLike, incidence_deg: ArrayLike, frequency_hz: ArrayLike, *, head_radius_m: float = HEAD_RADIUS_M
) -> Any:
    """The pressure on a rigid sphere by a point source, against that at its middle if the sphere were not there.

    Duda and Martens 1998, "Range dependence of the response of a spherical head model", JASA 104, 3048-3058, equation
    3: −(ρ / μ) exp(−iμρ) Σ (2m + 1) P_m(cos θ) h_m(μρ) / h'_m(μ), with μ = 2π f a / c and ρ = r / a. Spherical Hankel
    functions of high order overflow; ratios of neighbouring orders don't, and follow from one another:
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

    # Both x are told by 1 / x. Of order m: h_{m+1} / h_m at the sphere, h_m / h_{m−1} at the source, and what stands
    # before h_m(μ) / h'_m(μ); it begins with h_0(x) = −i exp(ix) / x.
    next_ratio, source_ratio = at_sphere - 1j, at_source - 1j
    factor: Any = -at_sphere * np.exp(-1j / at_sphere)
    legendre, legendre_before = np.ones_like(cosine), np.zeros_like(cosine)
    total: Any = 0.0
    order, small = 0, 0
    while small < 2:
        term = (2 * order + 1) * factor / (order * at_sphere - next_ratio)
        total = total + term * legendre
        # Asked this way round, what is no number ends it too.
        small = 0 if np.abs(term).max() >= _SMALLEST_TERM else small + 1
        order += 1
        legendre, legendre_before = (
            ((2 * order - 1) * cosine * legendre - (order - 1) * legendre_before) / order,
            legendre,
        )
        factor = factor * (source_ratio / next_ratio)
        source_ratio = (2 * order + 1) * at_source - 1.0 / source_ratio
        next_ratio = (2 * order + 1) * at_sphere - 1.0 / next_ratio
    return total


def near_field_gains(
    distance_m: ArrayLike, incidence_deg: ArrayLike, frequency_hz: ArrayLike, *, head_radius_m: float = HEAD_RADIUS_M
) -> Any:
    """What a near source's filter has more than that of a far one from the same direction.

    The sphere's transfer from here over its transfer from 1 m, as Romblom and Cook 2008 (AES 125th Convention) form
    their difference filters. The level that falls with distance is not in it. It is 1 from 1 m on and gets there
    without a step; sets measured from 1 to 2 m have that much of a near field in them already.

    Args:
        distance_m: from the middle of the head, at least 0.
        incidence_deg: between the directions of source and ear, in [0, 180].
        frequency_hz: at least 0. All three broadcast.
        head_radius_m: of the sphere.

    Returns:
        Factors of pressure, of the shape that they broadcast to.
    """
    distance = np.clip(np.asarray(distance_m, dtype=np.float64), NEAREST_M, FAR_M)
    near = sphere_transfer(distance, incidence_deg, frequency_hz, head_radius_m=head_radius_m)
    far = sphere_transfer(FAR_M, incidence_deg, frequency_hz, head_radius_m=head_radius_m)
    return np.abs(near) / np.abs(far)


def ear_incidence_deg(directions: Array) -> Array:
    """The angles between directions and the axes of the ears, which point straight left and right.

    Args:
        directions: unit vectors in head axes, shape (N, 3).

    Returns:
        Of the left ear and of the right, shape (N, 2).

    >>> ear_incidence_deg(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])).round(9).tolist()
    [[0.0, 180.0], [90.0, 90.0]]
    """
    left = np.degrees(np.arccos(np.clip(directions[:, 1], -1.0, 1.0)))
    return np.stack([left, 180.0 - left], axis=1)
