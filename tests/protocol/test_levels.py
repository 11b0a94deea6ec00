import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.levels import MIN_DISTANCE_M, received_level_db

LEVELS = st.floats(-20, 160)


@given(LEVELS, st.floats(MIN_DISTANCE_M, 10_000))
def test_a_doubling_of_distance_costs_what_the_spreading_says(level_db, distance_m):
    for kind, cost_db in {"point": 6.0206, "area": 6.0206, "line": 3.0103, "ambient": 0.0}.items():
        near, far = (received_level_db(level_db, times * distance_m, kind) for times in (1, 2))
        assert near - far == pytest.approx(cost_db, abs=1e-4)


@given(LEVELS, st.sampled_from(["point", "area", "line", "ambient"]))
def test_at_one_metre_the_level_is_what_the_thing_measures_there(level_db, kind):
    assert received_level_db(level_db, 1.0, kind) == level_db


@given(LEVELS, st.floats(1e-300, MIN_DISTANCE_M), st.sampled_from(["point", "area", "line"]))
def test_nearer_than_the_limit_nothing_grows_louder(level_db, distance_m, kind):
    assert received_level_db(level_db, distance_m, kind) == received_level_db(level_db, MIN_DISTANCE_M, kind)
    assert received_level_db(level_db, distance_m, kind) <= level_db + 6.03


def test_the_limit_can_be_set():
    assert received_level_db(80, 1.0, "point", min_distance_m=10) == pytest.approx(60)


def test_ambience_needs_no_distance_and_everything_else_does():
    assert received_level_db(50, None, "ambient") == 50
    with pytest.raises(InputError, match="a source of kind line: has no distance; give its distance in metres"):
        received_level_db(50, None, "line")


def test_levels_are_finite_at_every_distance():
    assert np.all(np.isfinite([received_level_db(0, distance_m, "point") for distance_m in (0.0, 1e-9, 1e9)]))
