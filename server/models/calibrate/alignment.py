"""One slope and one shift for each view, so that views agree with each other and with the ground.

A model such as DepthFM learned the logarithm of depth after every training picture was brought to one range, so of each
view it tells ln(depth) = slope · value + shift, with a slope and a shift of its own that nobody knows. In a panorama
they can be found: where views overlap, one ray has one length; and on flat ground its length is known in metres. Both
are linear in slopes and shifts, so all views are solved for at once, by iteratively reweighted least squares with
Cauchy's weights (Holland and Welsch 1977), each kind of equation counting by how well it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from server.models.calibrate.ground import ground_line, log_ground_range
from server.models.calibrate.samples import Samples

Array = NDArray[np.float64]

_ROUNDS = 20
# Cauchy's tuning constant for 95 % efficiency (Holland and Welsch 1977, table 1), in robust standard deviations.
_CAUCHY = 2.385
_MAD_TO_SIGMA = 1.4826
# Nothing holds better than this: streets are cambered and lawns uneven.
_LEAST_SIGMA = 0.01
# How much slopes of one model differ from picture to picture; ln, one standard deviation.
_SLOPE_SPREAD = 1.0
# Where no view sees ground: as little is known of the distance of what views show.
_TYPICAL_M = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """What turns each view's values into ln metres along its axis.

    Attributes:
        slope: shape (views,).
        shift: shape (views,).
        covariance: of (slope, shift) of each view, shape (views, 2, 2).
        sigma: how far apart views and ground are after it, as a standard deviation of ln metres.
        is_metric: whether ground, or a metric model, tells the metres; otherwise only ratios mean something.
    """

    slope: Array = field(repr=False)
    shift: Array = field(repr=False)
    covariance: Array = field(repr=False)
    sigma: float
    is_metric: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Equations:
    """Rows of a linear system in (slope 0, shift 0, slope 1, …), sparse: up to four unknowns each."""

    unknowns: NDArray[np.int64]
    factors: Array
    right: Array
    weight: Array

    def residuals(self, solution: Array) -> Array:
        return np.asarray((self.factors * solution[self.unknowns]).sum(axis=1) - self.right)


def aligned(
    seen: Samples, *, views: int, camera_height_m: float, slope: float | None = None, shift_sigma: float = np.inf
) -> Alignment:
    """Solve for all views.

    Args:
        seen: what views show in common directions.
        views: how many there are.
        camera_height_m: above the ground, > 0.
        slope: known for all views (1 for a metric model that tells ln metres); None: to be found.
        shift_sigma: how sure a shift of 0 is beforehand, as a standard deviation; infinite: not at all.

    Returns:
        Slopes and shifts; ``is_metric`` is False where neither ground nor ``shift_sigma`` ties them to metres.
    """
    ground, lines = _ground_equations(seen, views, camera_height_m, slope)
    overlaps = _overlap_equations(seen)
    is_metric = len(ground.right) > 0 or np.isfinite(shift_sigma)
    start = _start(seen, views, lines, slope)
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
    seen: Samples, views: int, camera_height_m: float, slope: float | None
) -> tuple[_Equations, dict[int, tuple[float, float]]]:
    """Places on the ground, whose rays' lengths are known; and the line of each view that shows enough of it."""
    log_range = log_ground_range(seen.elevation_deg, camera_height_m)
    lines, rows = {}, []
    for number in range(views):
        mine = np.flatnonzero((seen.view == number) & (seen.ground > 0.0) & np.isfinite(log_range))
        log_depth = log_range[mine] - seen.log_secant[mine]
        line = ground_line(
            seen.depth[mine],
            log_depth,
            seen.ground[mine],
            fixed_slope=slope,
            random=np.random.default_rng(number),
        )
        if line is not None:
            lines[number] = line.slope, line.shift
            rows.append(mine[line.inliers])
    chosen = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return (
        _Equations(
            unknowns=np.stack([2 * seen.view[chosen], 2 * seen.view[chosen] + 1], axis=1),
            factors=np.stack([seen.depth[chosen], np.ones(len(chosen))], axis=1),
            right=log_range[chosen] - seen.log_secant[chosen],
            weight=seen.ground[chosen],
        ),
        lines,
    )


def _overlap_equations(seen: Samples) -> _Equations:
    """Directions that two views show: their rays are equally long. Of more views, each is compared with the next."""
    order = np.lexsort((seen.view, seen.direction))
    one, other = order[:-1], order[1:]
    same = seen.direction[one] == seen.direction[other]
    one, other = one[same], other[same]
    ones = np.ones(len(one))
    return _Equations(
        unknowns=np.stack(
            [2 * seen.view[one], 2 * seen.view[one] + 1, 2 * seen.view[other], 2 * seen.view[other] + 1], 1
        ),
        factors=np.stack([seen.depth[one], ones, -seen.depth[other], -ones], axis=1),
        right=seen.log_secant[other] - seen.log_secant[one],
        weight=ones,
    )


def _start(seen: Samples, views: int, lines: dict[int, tuple[float, float]], slope: float | None) -> Array:
    """A first guess: each view's own ground, or else what brings its values to those of the others."""
    if lines:
        typical = np.median(np.array(list(lines.values())), axis=0)
    elif slope is not None:
        typical = np.array([slope, 0.0])
    else:
        # Values that span as much as distances in pictures do: a factor of about 20 from the near to the far tenth.
        low, high = np.quantile(seen.depth, [0.1, 0.9])
        found = np.log(20.0) / max(high - low, 1e-9)
        typical = np.array([found, np.log(_TYPICAL_M) - found * float(np.median(seen.depth))])
    return np.concatenate([lines.get(number, typical) for number in range(views)])


def _prior(
    start: Array, views: int, *, slope: float | None, shift_sigma: float, is_metric: bool
) -> tuple[Array, Array]:
    """What is known beforehand: the diagonal of a normal matrix, and where it pulls to."""
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
    precision, pull = prior
    solution, normal, sigma = start, np.diag(precision), _LEAST_SIGMA
    for _ in range(_ROUNDS):
        normal, right = np.diag(precision), precision * pull
        sigmas = []
        for rows in kinds:
            if not len(rows.right):
                continue
            residuals = rows.residuals(solution)
            sigma = max(_MAD_TO_SIGMA * float(np.median(np.abs(residuals))), _LEAST_SIGMA)
            sigmas.append((sigma, len(rows.right)))
            weight = rows.weight / (1.0 + (residuals / (_CAUCHY * sigma)) ** 2) / sigma**2
            weighted = rows.factors * weight[:, None]
            for i in range(rows.factors.shape[1]):
                np.add.at(right, rows.unknowns[:, i], weighted[:, i] * rows.right)
                for j in range(rows.factors.shape[1]):
                    np.add.at(normal, (rows.unknowns[:, i], rows.unknowns[:, j]), weighted[:, i] * rows.factors[:, j])
        solution = np.linalg.solve(normal, right).astype(np.float64)
        sigma = max((one for one, _ in sigmas), default=_LEAST_SIGMA)
    return solution, normal, sigma
