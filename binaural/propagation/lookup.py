"""From the place of a source to the filters and delays that it is heard through, as rows of tables.

The functions take numbers and arrays alike, so that they are written once: :func:`find_rows_each` is a loop for
compilers, and :func:`binaural.live.kernels.plain.find_rows` needs none. numba takes the date of this one file to see
whether its compiled code is still good, so all that it compiles for this loop is in here, constants too.
"""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

GRID_SIZE = 513
"""Points along each side of the grid of :mod:`binaural.live.octahedron`: neighbours are 0.15° to 0.6° apart."""

DELAY_STEPS_PER_SAMPLE = 32
"""Delays are rounded to these: at 48 kHz, within a third of a microsecond."""

FAR_M, NEAREST_M = 1.0, 0.12
"""From 1 m on, a head is heard as it was measured. Sources nearer than 12 cm are heard as from there: at the surface of
the sphere that stands for a head, the series of the near field has no end."""

# From 1 m on, path filters differ by distance, in even steps of its logarithm, and by occlusion. Nearer than the first
# of these distances, air takes less than 0.5 dB below 10 kHz; beyond the last, the filter stays the same.
AIR_FROM_M, AIR_TO_M = 3.5, 2000.0
AIR_STEPS = 80
OCCLUSION_STEPS = 8
# Nearer than 1 m, where nothing is assumed to occlude: by distance, and by the angle at which sound meets an ear.
NEAR_STEPS = 16
ANGLE_STEPS = 36

_NEAR_ROWS = (OCCLUSION_STEPS + 1) * (AIR_STEPS + 1)
_LOG_AIR_FROM, _LOG_AIR_TO = log(AIR_FROM_M), log(AIR_TO_M)
_LOG_NEAREST, _LOG_FAR = log(NEAREST_M), log(FAR_M)
_AIR_STEPS_PER_NEPER = AIR_STEPS / (_LOG_AIR_TO - _LOG_AIR_FROM)
_NEAR_STEPS_PER_NEPER = NEAR_STEPS / (_LOG_FAR - _LOG_NEAREST)
# Nearer to the middle of the head than this, a source has no direction.
_NOWHERE_M = 1e-6


def in_head_frame(x: Any, y: Any, z: Any, pose: Any) -> tuple[Any, Any, Any]:
    """A place in head axes: metres to the front, to the left and up.

    Args:
        x: with ``y`` and ``z`` a place in scene axes, metres; numbers, or arrays of shape (N,).
        y: see there.
        z: see there.
        pose: position and quaternion (x, y, z, w) of length 1 of the head, shape (7,).
    """
    x, y, z = x - pose[0], y - pose[1], z - pose[2]
    # The transpose of protocol.coordinates.rotation_matrix, written out for compilers.
    a, b, c, w = pose[3], pose[4], pose[5], pose[6]
    return (
        (1.0 - 2.0 * (b * b + c * c)) * x + 2.0 * (a * b + w * c) * y + 2.0 * (a * c - w * b) * z,
        2.0 * (a * b - w * c) * x + (1.0 - 2.0 * (a * a + c * c)) * y + 2.0 * (b * c + w * a) * z,
        2.0 * (a * c + w * b) * x + 2.0 * (b * c - w * a) * y + (1.0 - 2.0 * (a * a + b * b)) * z,
    )


def grid_place(front: Any, left: Any, up: Any) -> tuple[Any, Any]:
    """The place of a direction on the grid of :mod:`binaural.live.octahedron`, in steps from its corner.

    Args:
        front: with ``left`` and ``up`` a vector of any length but 0; numbers, or arrays of shape (N,).
        left: see there.
        up: see there.

    Returns:
        Along both sides, in [0, GRID_SIZE − 1].
    """
    total = np.abs(front) + np.abs(left) + np.abs(up)
    row, column = front / total, left / total
    below = up < 0.0
    row, column = (
        row + below * (np.copysign(1.0 - np.abs(column), row) - row),
        column + below * (np.copysign(1.0 - np.abs(row), column) - column),
    )
    half = (GRID_SIZE - 1) / 2.0
    return (row + 1.0) * half, (column + 1.0) * half


def _between(low: Any, value: Any, high: Any) -> Any:
    return np.minimum(np.maximum(value, low), high)


def path_rows(log_distance: Any, sine: Any, occlusion: Any) -> tuple[Any, Any]:
    """The rows of :func:`~binaural.propagation.path_filters.path_filters` for the paths to the left and the right ear.

    Args:
        log_distance: the natural logarithm of the distance in metres from the middle of the head; like the others a
            number, or an array of shape (N,).
        sine: of the angle between the source and the median plane, positive to the left.
        occlusion: the fraction of the source that is occluded, in [0, 1].
    """
    air = np.rint((_between(_LOG_AIR_FROM, log_distance, _LOG_AIR_TO) - _LOG_AIR_FROM) * _AIR_STEPS_PER_NEPER)
    far = np.rint(_between(0.0, occlusion, 1.0) * OCCLUSION_STEPS) * (AIR_STEPS + 1) + air
    step = np.rint((_between(_LOG_NEAREST, log_distance, _LOG_FAR) - _LOG_NEAREST) * _NEAR_STEPS_PER_NEPER)
    angle = np.rint(np.arccos(_between(-1.0, sine, 1.0)) * (ANGLE_STEPS / pi))
    near = _NEAR_ROWS + step * (ANGLE_STEPS + 1)
    within = log_distance < _LOG_FAR
    left = far + within * (near + angle - far)
    right = far + within * (near + ANGLE_STEPS - angle - far)
    return np.int32(left), np.int32(right)


def _delay_row(delays: Any, row: Any, column: Any) -> Any:
    """A delay, interpolated bilinearly between the four points of the grid around, in steps."""
    i, j = np.int64(np.minimum(row, GRID_SIZE - 2)), np.int64(np.minimum(column, GRID_SIZE - 2))
    a, b = row - i, column - j
    near = delays[i, j] + b * (delays[i, j + 1] - delays[i, j])
    far = delays[i + 1, j] + b * (delays[i + 1, j + 1] - delays[i + 1, j])
    return np.int32(np.rint(DELAY_STEPS_PER_SAMPLE * (near + a * (far - near))))


def filter_rows(
    front: Any, left: Any, up: Any, occlusion: Any, nearest: Any, delays: Any
) -> tuple[Any, Any, Any, Any, Any, Any]:
    """The filters, delays and path filters of a source, as rows of their tables.

    Args:
        front: with ``left`` and ``up`` its place in head axes, metres; numbers, or arrays of shape (N,).
        left: see there.
        up: see there.
        occlusion: the fraction of the source that is occluded, in [0, 1].
        nearest: rows of filters on the grid, shape (GRID_SIZE, GRID_SIZE).
        delays: of both ears in samples on the grid, shape (2, GRID_SIZE, GRID_SIZE).

    Returns:
        The natural logarithm of the distance in metres, and five rows: of the head's filters, of the delays to the left
        and the right ear, and of the path filters to the left and the right ear.
    """
    # A source in the middle of the head has no direction; it is heard from the front.
    distance = np.sqrt(front * front + left * left + up * up)
    nowhere = distance < _NOWHERE_M
    distance = distance + nowhere * _NOWHERE_M
    row, column = grid_place(front + nowhere * _NOWHERE_M, left, up)
    log_distance = np.log(distance)
    to_left, to_right = path_rows(log_distance, left / distance, occlusion)
    return (
        log_distance,
        nearest[np.int64(np.rint(row)), np.int64(np.rint(column))],
        _delay_row(delays[0], row, column),
        _delay_row(delays[1], row, column),
        to_left,
        to_right,
    )


def find_rows_each(
    places_m: Any,
    gains: Any,
    occlusions: Any,
    exponents: Any,
    pose: Any,
    min_distance_m: Any,
    nearest: Any,
    delays: Any,
    rows: Any,
    factors: Any,
) -> None:
    """See :func:`binaural.live.kernels.plain.find_rows`."""
    for n in range(len(places_m)):
        front, left, up = in_head_frame(places_m[n, 0], places_m[n, 1], places_m[n, 2], pose)
        log_distance, row, late_left, late_right, to_left, to_right = filter_rows(
            front, left, up, occlusions[n], nearest, delays
        )
        rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = row, late_left, late_right, to_left, to_right
        factors[n] = gains[n] * np.exp(-exponents[n] * max(log_distance, np.log(min_distance_m)))


COMPILED_WITH_NUMBERS = (in_head_frame, grid_place, _between, path_rows, _delay_row, filter_rows)
"""The functions that :func:`find_rows_each` calls."""
