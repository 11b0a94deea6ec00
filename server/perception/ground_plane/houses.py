"""Houses: how far a façade is, by its foot, and by the usual size of houses where that is doubtful."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.perspective import ASTRAY, HIGHEST_TOP_DEG, CommonSize, Upright, log_distance

Array = NDArray[np.float64]

# Houses of two to five storeys; a hedge or a parked car may hide the foot.
_HOUSE = CommonSize(metres=10.0, spread=0.6, hidden=0.3)
_FOOT_IS_SHOWN = 0.9
# What is lower in the picture may be a hedge or a far town.
_LOWEST_TOP_DEG = 3.0


def with_feet(
    log_away_m: Array, top_deg: Array, *, sigma_deg: float, camera_height_m: float, farthest_m: float
) -> tuple[Array, Array]:
    """Ln metres to façades that seem to meet the ground, and one standard deviation of it, arrays of shape (N,).

    Args:
        log_away_m: ln of the distance at which each seems to meet the ground.
        top_deg: elevation of its top.
        sigma_deg: how uncertain elevations are.
        camera_height_m: above the ground.
        farthest_m: no distance is larger.
    """
    seen = Upright(
        top_deg=top_deg,
        foot_deg=-np.degrees(np.arctan2(camera_height_m, np.exp(log_away_m))),
        sigma_deg=np.full(top_deg.shape, sigma_deg),
        shown=np.full(top_deg.shape, _FOOT_IS_SHOWN),
        astray=ASTRAY,
    )
    return log_distance(seen, _HOUSE, camera_height_m=camera_height_m, farthest_m=farthest_m)


def without_feet(log_away_m: Array, sigma: Array, top_deg: Array, *, camera_height_m: float) -> tuple[Array, Array]:
    """Guessed ln metres and their sigma, brought together with how far a house of common size would be, (N,) each.

    Where both disagree, neither is believed: the variance is that of their mixture.

    Args:
        log_away_m: a guess.
        sigma: one standard deviation of it.
        top_deg: elevation of the top.
        camera_height_m: above the ground.
    """
    tells = (top_deg > _LOWEST_TOP_DEG) & (top_deg < HIGHEST_TOP_DEG) & (camera_height_m < _HOUSE.metres)
    tangent = np.tan(np.radians(np.where(tells, top_deg, 45.0)))
    apart = np.where(tells, np.log(max(_HOUSE.metres - camera_height_m, 1.0) / tangent) - log_away_m, 0.0)
    share = np.where(tells, sigma**2 / (sigma**2 + _HOUSE.spread**2), 0.0)
    spread = (1.0 - share) * sigma**2 + share * (1.0 - share) * apart**2
    return log_away_m + share * apart, np.sqrt(spread)
