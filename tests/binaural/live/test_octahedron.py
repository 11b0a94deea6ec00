from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binaural.live.octahedron import grid_directions
from binaural.propagation.lookup import GRID_SIZE, grid_place
from protocol.coordinates import scene_from_polar

DIRECTIONS = grid_directions()


def test_every_point_of_the_grid_lies_where_its_direction_is_looked_up() -> None:
    row, column = grid_place(*np.moveaxis(DIRECTIONS, -1, 0))
    looked_up = DIRECTIONS[np.rint(row).astype(int), np.rint(column).astype(int)]

    # Along the rim, where the lower half is folded, two points are the same direction.
    np.testing.assert_allclose(looked_up, DIRECTIONS, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(DIRECTIONS, axis=-1), 1.0)


@given(
    azimuth_deg=st.floats(-180.0, 180.0),
    elevation_deg=st.floats(-90.0, 90.0),
    metres=st.floats(1e-6, 1e8),
)
def test_the_nearest_point_is_near(azimuth_deg: float, elevation_deg: float, metres: float) -> None:
    direction = scene_from_polar(azimuth_deg, elevation_deg)
    row, column = grid_place(*(metres * direction))

    assert 0.0 <= row <= GRID_SIZE - 1
    assert 0.0 <= column <= GRID_SIZE - 1
    cosine = np.clip(direction @ DIRECTIONS[round(float(row)), round(float(column))], -1.0, 1.0)
    assert np.degrees(np.arccos(cosine)) < 0.45


def test_neighbours_are_as_far_apart_as_told() -> None:
    steps = np.degrees(np.linalg.norm(np.diff(DIRECTIONS, axis=0), axis=-1))
    assert steps.min() == pytest.approx(0.2, abs=0.1)
    assert steps.max() < 0.6
