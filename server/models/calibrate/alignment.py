"""One slope and one shift for each view, so that views agree with each other and with the ground.

A model such as DepthFM learned the logarithm of depth after every training picture was brought to one range. So for
each view ln(depth) = slope · value + shift, where slope and shift differ from view to view and are unknown. In a
panorama they can be found: where views overlap, one ray has one length; and on flat ground its length is known in
metres. Both are linear in slopes and shifts, so all views are solved for at once, by iteratively reweighted least
squares with Cauchy's weights (Holland and Welsch 1977). Each kind of equation counts by how well it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.models.calibrate.ground_line import ground_line, log_ground_range
from server.models.calibrate.samples import Samples

Array = NDArray[np.float64]

_ROUNDS = 20
# Cauchy's tuning constant for 95 % efficiency (Holland and Welsch 1977, table 1), in robust standard deviations.
_CAUCHY = 2.385
_MAD_TO_SIGMA = 1.4826
# No equation holds better than this: streets are cambered and lawns uneven. ln, one standard deviation.
_LEAST_SIGMA = 0.01
# How much the slopes of one model differ from picture to picture; ln, one standard deviation.
_SLOPE_SPREAD = 1.0
# The distance that is assumed for the median pixel where no view sees ground.
_TYPICAL_M = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """Slope and shift, which turn each view's values into ln metres along its axis.

    Attributes:
        slope: shape (views,).
        shift: shape (views,).
        covariance: of (slope, shift) of each view, shape (views, 2, 2).
        sigma: how far views and ground still disagree, as a standard deviation of ln metres.
        is_metric: whether ground, or a metric model, ties them to metres; otherwise only ratios are known.
    """

    slope: Array = field(repr=False)
    shift: Array = field(repr=False)
    covariance: Array = field(repr=False)
    sigma: float
    is_metric: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Equations:
    """Rows of a sparse linear system in the unknowns (slope 0, shift 0, slope 1, …).

    Attributes:
        unknowns: indices of each row's unknowns, shape (rows, 2 or 4).
        factors: of these unknowns, of the same shape.
        right: the right-hand side, shape (rows,).
        weight: of each row, shape (rows,).
    """

    unknowns: NDArray[np.int64]
    factors: Array
    right: Array
    weight: Array

    def residuals(self, solution: Array) -> Array:
        return np.asarray((self.factors * solution[self.unknowns]).sum(axis=1) - self.right)


def fitted_alignment(
    samples: Samples, *, views: int, camera_height_m: float, slope: float | None = None, shift_sigma: float = np.inf
) -> Alignment:
    """The slopes and shifts with which all views agree best.

    Args:
        samples: what the views show in common directions; arrays of shape (N,).
        views: how many there are.
        camera_height_m: above the ground, > 0.
        slope: where it is known for all views (1 for a metric model that answers ln metres); None: to be found.
        shift_sigma: how sure a shift of 0 is beforehand, as a standard deviation; infinite: not at all.

    Returns:
        Slopes and shifts of shape (views,); ``is_metric`` is False where neither ground nor ``shift_sigma`` ties them
        to metres.
    """
    ground, lines = _ground_equations(samples, views, camera_height_m, slope)
    overlaps = _overlap_equations(samples)
    is_metric = len(ground.right) > 0 or np.isfinite(shift_sigma)
    start = _start(samples, views, lines, slope)
    prior = _prior(start, views, slope=slope, shift_sigma=shift_sigma, is_metric=is_metric)
    solution, normal, sigma = _solved([overlaps, ground], prior, start)
    covariance: Array = np.linalg.inv(normal).astype(np.float64).reshape(views, 2, views, 2)
    return Alignment(
        slope=solution[0::2],
        shift=solution[1::2],
        covariance=covariance[np.arange(views), :, np.arange(views), :],
        sigma=sigma,
        is_metric=is_metric,
    )


def _ground_equations(
    samples: Samples, views: int, camera_height_m: float, slope: float | None
) -> tuple[_Equations, dict[int, tuple[float, float]]]:
    """Equations of samples on the ground, whose distances are known; and the lines of views with enough ground."""
    log_range = log_ground_range(samples.elevation_deg, camera_height_m)
    lines, rows = {}, []
    for number in range(views):
        own = np.flatnonzero((samples.view == number) & (samples.ground > 0.0) & np.isfinite(log_range))
        log_depth = log_range[own] - samples.log_secant[own]
        line = ground_line(
            samples.depth[own],
            log_depth,
            samples.ground[own],
            fixed_slope=slope,
            random=np.random.default_rng(number),
        )
        if line is not None:
            lines[number] = line.slope, line.shift
            rows.append(own[line.inliers])
    chosen = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return (
        _Equations(
            unknowns=np.stack([2 * samples.view[chosen], 2 * samples.view[chosen] + 1], axis=1),
            factors=np.stack([samples.depth[chosen], np.ones(len(chosen))], axis=1),
            right=log_range[chosen] - samples.log_secant[chosen],
            weight=samples.ground[chosen],
        ),
        lines,
    )


def _overlap_equations(samples: Samples) -> _Equations:
    """Equations of directions that two views show at one distance. Of more views, each is compared with the next."""
    by_direction = np.lexsort((samples.view, samples.direction))
    first, second = by_direction[:-1], by_direction[1:]
    same = samples.direction[first] == samples.direction[second]
    first, second = first[same], second[same]
    ones = np.ones(len(first))
    return _Equations(
        unknowns=np.stack(
            [
                2 * samples.view[first],
                2 * samples.view[first] + 1,
                2 * samples.view[second],
                2 * samples.view[second] + 1,
            ],
            1,
        ),
        factors=np.stack([samples.depth[first], ones, -samples.depth[second], -ones], axis=1),
        right=samples.log_secant[second] - samples.log_secant[first],
        weight=ones,
    )


def _start(samples: Samples, views: int, lines: dict[int, tuple[float, float]], slope: float | None) -> Array:
    """A first guess: the line of each view's own ground, or else that of the typical view."""
    if lines:
        typical = np.median(np.array(list(lines.values())), axis=0)
    elif slope is not None:
        typical = np.array([slope, 0.0])
    else:
        # Distances in pictures span a factor of about 20 from the nearest to the farthest tenth.
        low, high = np.quantile(samples.depth, [0.1, 0.9])
        guess = np.log(20.0) / max(high - low, 1e-9)
        typical = np.array([guess, np.log(_TYPICAL_M) - guess * float(np.median(samples.depth))])
    return np.concatenate([lines.get(number, typical) for number in range(views)])


def _prior(
    start: Array, views: int, *, slope: float | None, shift_sigma: float, is_metric: bool
) -> tuple[Array, Array]:
    """What is known beforehand: the diagonal of its normal matrix, and its solution, both of shape (2 · views,)."""
    precision, pull = np.zeros(2 * views), start.copy()
    typical = float(np.median(start[0::2]))
    precision[0::2] = 1e12 if slope is not None else 1.0 / (_SLOPE_SPREAD * typical) ** 2
    pull[0::2] = slope if slope is not None else typical
    if np.isfinite(shift_sigma):
        precision[1::2], pull[1::2] = 1.0 / shift_sigma**2, 0.0
    else:
        precision[1::2] = 1e-6 if is_metric else 1e-2
    return precision, pull


def _solved(kinds: list[_Equations], prior: tuple[Array, Array], start: Array) -> tuple[Array, Array, float]:
    """The solution, its normal matrix, and the standard deviation of what remains."""
    solution = start
    for _ in range(_ROUNDS):
        normal, right, sigma = _normal_equations(kinds, prior, solution)
        solution = np.linalg.solve(normal, right).astype(np.float64)
    return solution, normal, sigma


def _normal_equations(
    kinds: list[_Equations], prior: tuple[Array, Array], solution: Array
) -> tuple[Array, Array, float]:
    """Normal matrix, right-hand side and largest sigma of all kinds of equations, weighted by how well they hold now.

    Args:
        kinds: each has a sigma of its own.
        prior: the diagonal of its normal matrix, and where it pulls to.
        solution: so far.
    """
    precision, pull = prior
    normal, right = np.diag(precision), precision * pull
    sigmas = []
    for rows in kinds:
        if not len(rows.right):
            continue
        residuals = rows.residuals(solution)
        sigma = max(_MAD_TO_SIGMA * float(np.median(np.abs(residuals))), _LEAST_SIGMA)
        sigmas.append(sigma)
        weight = rows.weight / (1.0 + (residuals / (_CAUCHY * sigma)) ** 2) / sigma**2
        weighted = rows.factors * weight[:, None]
        for i in range(rows.factors.shape[1]):
            np.add.at(right, rows.unknowns[:, i], weighted[:, i] * rows.right)
            for j in range(rows.factors.shape[1]):
                np.add.at(normal, (rows.unknowns[:, i], rows.unknowns[:, j]), weighted[:, i] * rows.factors[:, j])
    return normal, right, max(sigmas, default=_LEAST_SIGMA)
