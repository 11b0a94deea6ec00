"""What changes about a head when a source comes within reach: the near ear gains, most of all in the bass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

HEAD_RADIUS_M = 0.0875
"""Of an average adult, as Duda and Martens (1998) take it."""

FAR_M = 1.0
"""From here on, a head is taken to be as it was measured."""

NEAREST_M = 0.12
"""Nearer sources are filtered as from here: at the surface of the sphere, the series has no end."""

_SPEED_OF_SOUND_M_S = 343.2
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
    at_sphere = _SPEED_OF_SOUND_M_S / (2.0 * np.pi * frequency * head_radius_m)
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


class NearFieldTable:
    """The same gains at fixed frequencies, worked out beforehand: within 0.2 dB of them.

    Args:
        frequencies_hz: shape (F,), up to 24 kHz.
        head_radius_m: of the sphere.

    Attributes:
        frequencies_hz: the same.
        table: float32, shape (D, I, F): by distance, evenly spaced in its logarithm from the nearest to 1 m, and by
            incidence, evenly spaced from 0° to 180°.
    """

    _DISTANCES = 17
    _INCIDENCES = 37

    def __init__(self, frequencies_hz: Array, *, head_radius_m: float = HEAD_RADIUS_M) -> None:
        self.frequencies_hz = np.asarray(frequencies_hz, dtype=np.float64)
        distances_m = np.geomspace(NEAREST_M, FAR_M, self._DISTANCES)[:, None, None]
        incidences_deg = np.linspace(0.0, 180.0, self._INCIDENCES)[:, None]
        gains = near_field_gains(distances_m, incidences_deg, self.frequencies_hz, head_radius_m=head_radius_m)
        self.table: NDArray[np.float32] = gains.astype(np.float32)

    def gains(self, distances_m: Array, incidences_deg: Array) -> NDArray[np.float32]:
        """Mixed from the four entries around.

        Args:
            distances_m: at least 0, of any shape.
            incidences_deg: in [0, 180]. Both broadcast, to shape (...).

        Returns:
            Shape (..., F); 1 from 1 m on.
        """
        clipped_m = np.clip(distances_m, NEAREST_M, FAR_M)
        step = np.log(clipped_m / NEAREST_M) * ((self._DISTANCES - 1) / np.log(FAR_M / NEAREST_M))
        turn = np.asarray(incidences_deg) * ((self._INCIDENCES - 1) / 180.0)
        step, turn = np.broadcast_arrays(step, turn)
        near = np.minimum(step.astype(np.intp), self._DISTANCES - 2)
        first = np.minimum(turn.astype(np.intp), self._INCIDENCES - 2)
        farther = (step - near).astype(np.float32)[..., None]
        further = (turn - first).astype(np.float32)[..., None]
        nearer = (1.0 - further) * self.table[near, first] + further * self.table[near, first + 1]
        beyond = (1.0 - further) * self.table[near + 1, first] + further * self.table[near + 1, first + 1]
        mixed: NDArray[np.float32] = (1.0 - farther) * nearer + farther * beyond
        return mixed
