"""Panoramas of which nobody told where they were taken: placed beside one that sees the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from server.place.alignment.constellation import Seen, step_between
from server.place.viewpoints import Viewpoints

# Neighbours are about this far apart, and look anywhere.
_APART_M = 15.0
# By chance three things often fit; five hardly do.
_LEAST_MATCHES = 5


def with_unplaced(
    viewpoints: Viewpoints, seen: list[Seen], is_placed: NDArray[np.bool_]
) -> tuple[Viewpoints, NDArray[np.bool_]]:
    """Viewpoints with places for those that had none, as far as what they see tells; and which have one now, (V,).

    Where none has a place, the first is in the origin.

    Args:
        viewpoints: with anything as the pose of those that have none.
        seen: what each saw, by the pose that it has here.
        is_placed: whether each has a place, shape (V,).
    """
    placed, position, yaw = is_placed.copy(), viewpoints.position_m.copy(), viewpoints.yaw_rad.copy()
    sigma, turn_sigma = viewpoints.position_sigma_m.copy(), viewpoints.yaw_sigma_rad.copy()
    if len(viewpoints) and not placed.any():
        placed[0] = True
        sigma[0, :2], turn_sigma[0] = 0.05, np.radians(0.5)
    changed = True
    while changed and not placed.all():
        changed = False
        for number in np.flatnonzero(~placed):
            # Files are named in the order in which they were taken: the neighbours in that order come first.
            for other in sorted(np.flatnonzero(placed), key=lambda each: abs(int(each) - int(number)))[:8]:
                step = step_between(
                    _turned(seen[other], yaw[other] - viewpoints.yaw_rad[other]),
                    seen[number],
                    shift_m=np.zeros(2),
                    shift_sigma_m=_APART_M,
                    turn_sigma_rad=float(np.pi),
                )
                if step is not None and step.matches >= _LEAST_MATCHES:
                    position[number, :2] = position[other, :2] + step.shift_m
                    yaw[number] = viewpoints.yaw_rad[number] + step.turn_rad
                    spread = np.sqrt(np.diag(np.linalg.inv(step.information + 1e-6 * np.eye(3))))
                    sigma[number, :2] = np.hypot(sigma[other, :2], spread[:2])
                    turn_sigma[number] = np.hypot(turn_sigma[other], spread[2])
                    placed[number] = changed = True
                    break
    return replace(
        viewpoints, position_m=position, position_sigma_m=sigma, yaw_rad=yaw, yaw_sigma_rad=turn_sigma
    ), placed


def _turned(seen: Seen, turn: float) -> Seen:
    """What was seen, by a heading so much farther to the left."""
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return Seen(
        place_m=seen.place_m @ rotation.T,
        covariance_m2=rotation @ seen.covariance_m2 @ rotation.T,
        label=seen.label,
    )
