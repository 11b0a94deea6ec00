"""The near field: a source nearer than 1 m is louder at the near ear, most of all in the bass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from binaural.propagation.lookup import FAR_M, NEAREST_M
from binaural.propagation.spherical_head import HEAD_RADIUS_M, sphere_transfer


def near_field_gains(
    distance_m: ArrayLike, incidence_deg: ArrayLike, frequency_hz: ArrayLike, *, head_radius_m: float = HEAD_RADIUS_M
) -> Any:
    """The gain of a near source over a source at 1 m in the same direction.

    It is the transfer function of a rigid sphere from this distance, divided by that from 1 m, as in the difference
    filters of Romblom and Cook 2008 (AES 125th Convention). The fall of level with distance is not in it. It is 1 from
    1 m on, without a step; heads measured from 1 to 2 m have that much of a near field in them already.

    Args:
        distance_m: from the middle of the head, at least 0.
        incidence_deg: between the directions of source and ear, in [0, 180].
        frequency_hz: at least 0. All three broadcast.
        head_radius_m: of the sphere.

    Returns:
        Factors of pressure, of the shape that all three broadcast to.
    """
    distance = np.clip(np.asarray(distance_m, dtype=np.float64), NEAREST_M, FAR_M)
    near = sphere_transfer(distance, incidence_deg, frequency_hz, head_radius_m=head_radius_m)
    far = sphere_transfer(FAR_M, incidence_deg, frequency_hz, head_radius_m=head_radius_m)
    return np.abs(near) / np.abs(far)
