"""How two neighbours stand to each other, told by what both of them see.

Where poses are off by metres and degrees, which sighting of the one is which of the other isn't known yet. Every pair
of sightings with one label votes for a shift, for each of a fan of turns; where votes agree, with each other and with
the poses given, the pair is matched, and the turn and shift are fitted to the matches.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from server.place.sightings import Numbers
from server.place.viewpoints import Floats

_FAN_STEP_RAD = float(np.radians(2.0))
_FAN_SIGMAS = 2.5
_MODES = 4
_ROUNDS = 6
# The 99 % quantile of χ² with two degrees of freedom.
_GATE = 9.21
LEAST_MATCHES = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What one viewpoint saw, on a map around itself, in the directions of the world as its pose has them.

    Attributes:
        place_m: shape (N, 2), east and north of the camera.
        covariance_m2: shape (N, 2, 2).
        label: shape (N,).
    """

    place_m: Floats = field(repr=False)
    covariance_m2: Floats = field(repr=False)
    label: Numbers = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """From one viewpoint to another.

    Attributes:
        shift_m: the second camera's place seen from the first, shape (2,), in the directions of the first.
        turn_rad: how much more the second is turned to the left than its pose says, against the first.
        information: the inverse covariance of shift and turn, shape (3, 3).
        matches: how many sightings both share.
    """

    shift_m: Floats = field(repr=False)
    turn_rad: float
    information: Floats = field(repr=False)
    matches: int


def step_between(
    first: Seen, second: Seen, *, shift_m: Floats, shift_sigma_m: float, turn_sigma_rad: float
) -> Step | None:
    """The step between two viewpoints, where what they see tells it.

    Args:
        first: what the one saw.
        second: what the other saw.
        shift_m: the step by the poses given, shape (2,).
        shift_sigma_m: how well that is known, along each axis.
        turn_sigma_rad: how well their difference of headings is known.

    Returns:
        None where too little fits together.
    """
    one, other = np.nonzero(first.label[:, None] == second.label[None, :])
    if one.size < LEAST_MATCHES:
        return None
    best: tuple[float, Floats, float, NDArray[np.intp], NDArray[np.intp]] | None = None
    prior = np.array([1.0 / shift_sigma_m**2, 1.0 / shift_sigma_m**2, 1.0 / turn_sigma_rad**2])
    for shift, turn in _modes(first, second, one, other, shift_m, shift_sigma_m, turn_sigma_rad):
        for _ in range(_ROUNDS):
            rows, columns, score = _matched(first, second, shift, turn)
            if rows.size < LEAST_MATCHES:
                break
            shift, turn, information = _fitted(first, second, rows, columns, shift, turn, shift_m, prior)
        else:
            away = np.array([*(shift - shift_m), turn])
            value = score - float(prior @ away**2)
            if best is None or value > best[0]:
                best = value, shift, turn, rows, columns
    if best is None:
        return None
    _, shift, turn, rows, columns = best
    _, _, information = _fitted(first, second, rows, columns, shift, turn, shift_m, np.zeros(3))
    return Step(shift_m=shift, turn_rad=turn, information=information, matches=int(rows.size))


def _modes(
    first: Seen,
    second: Seen,
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    shift_m: Floats,
    shift_sigma_m: float,
    turn_sigma_rad: float,
) -> list[tuple[Floats, float]]:
    """Where most votes for a shift agree, the best few over all turns of the fan."""
    width2 = np.trace(first.covariance_m2[one] + second.covariance_m2[other], axis1=1, axis2=2) / 2.0
    rarity = 1.0 / np.sqrt(
        np.bincount(first.label, minlength=int(second.label.max()) + 1)[second.label[other]]
        * np.bincount(second.label, minlength=int(first.label.max()) + 1)[first.label[one]]
    )
    found: list[tuple[float, Floats, float]] = []
    for turn in _fan(turn_sigma_rad):
        votes = first.place_m[one] - second.place_m[other] @ _rotation(turn).T
        apart2 = ((votes[:, None] - votes[None]) ** 2).sum(axis=-1)
        both2 = width2[:, None] + width2[None]
        agreement = (rarity * np.exp(-0.5 * apart2 / both2) / np.sqrt(both2)).sum(axis=1)
        away2 = ((votes - shift_m) ** 2).sum(axis=1) / shift_sigma_m**2 + (turn / turn_sigma_rad) ** 2
        likely = np.log(agreement) - 0.5 * away2 / 4.0
        best = np.argsort(-likely, kind="stable")[:2]
        found.extend((float(likely[index]), votes[index], float(turn)) for index in best)
    found.sort(key=lambda each: -each[0])
    return [(shift, turn) for _, shift, turn in found[:_MODES]] + [(shift_m, 0.0)]


def _fan(turn_sigma_rad: float) -> Floats:
    """Turns to try: as far as they are likely, once around at most."""
    widest = min(_FAN_SIGMAS * turn_sigma_rad, np.pi)
    return np.linspace(-widest, widest, 2 * int(np.ceil(widest / _FAN_STEP_RAD)) + 1)


def _matched(first: Seen, second: Seen, shift: Floats, turn: float) -> tuple[NDArray[np.intp], NDArray[np.intp], float]:
    """Which sightings are of one thing under a step, each once, and how well they fit together."""
    rotation = _rotation(turn)
    offset = first.place_m[:, None] - (second.place_m @ rotation.T + shift)[None]
    both = first.covariance_m2[:, None] + (rotation @ second.covariance_m2 @ rotation.T)[None]
    distance = np.einsum("abi,abi->ab", offset, np.linalg.solve(both, offset[..., None])[..., 0])
    gain = np.where(first.label[:, None] == second.label[None, :], np.maximum(_GATE - distance, 0.0), 0.0)
    rows, columns = linear_sum_assignment(-gain)
    fit = gain[rows, columns] > 0.0
    return rows[fit], columns[fit], float(gain[rows, columns].sum())


def _fitted(
    first: Seen,
    second: Seen,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    shift: Floats,
    turn: float,
    shift_m: Floats,
    prior: Floats,
) -> tuple[Floats, float, Floats]:
    """One step of Gauss and Newton towards the most likely shift and turn, and their information."""
    rotation = _rotation(turn)
    turned = second.place_m[columns] @ rotation.T
    offset = first.place_m[rows] - turned - shift
    both = np.linalg.inv(first.covariance_m2[rows] + rotation @ second.covariance_m2[columns] @ rotation.T)
    slope = np.zeros((rows.size, 2, 3))
    slope[:, 0, 0] = slope[:, 1, 1] = 1.0
    slope[:, 0, 2], slope[:, 1, 2] = -turned[:, 1], turned[:, 0]
    weight = 1.0 / (1.0 + np.einsum("ni,nij,nj->n", offset, both, offset) / 4.0)
    information = np.einsum("n,nai,nab,nbj->ij", weight, slope, both, slope)
    gradient = np.einsum("n,nai,nab,nb->i", weight, slope, both, offset)
    gradient = gradient + prior * np.array([*(shift_m - shift), -turn])
    move = np.linalg.solve(information + np.diag(prior + 1e-9), gradient)
    return shift + move[:2], turn + float(move[2]), information


def _rotation(turn: float) -> Floats:
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
