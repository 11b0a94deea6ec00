"""How far things of common size are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.perception.ground_plane.perspective import CommonSize, Upright, log_distance

PERSON = CommonSize(metres=1.7, spread=0.1, hidden=0.6)


def _found(
    away_m: float, *, height_m: float = 1.7, hidden_m: float = 0.0, camera_height_m: float = 2.5, shown: float = 0.9
) -> tuple[float, float]:
    """Metres and sigma of something seen from a known distance."""
    top_deg, foot_deg = np.degrees(np.arctan([(z - camera_height_m) / away_m for z in (height_m, hidden_m)]))
    seen = Upright(
        top_deg=np.array([top_deg]),
        foot_deg=np.array([foot_deg]),
        sigma_deg=np.array([0.4]),
        shown=np.array([shown]),
    )
    (log_m,), (sigma,) = log_distance(seen, PERSON, camera_height_m=camera_height_m, farthest_m=300.0)
    return float(np.exp(log_m)), float(sigma)


@given(away_m=st.floats(2.5, 40.0), camera_height_m=st.floats(1.2, 4.0))
def test_a_person_of_common_height_is_where_foot_and_height_say(away_m: float, camera_height_m: float) -> None:
    found_m, sigma = _found(away_m, camera_height_m=camera_height_m)
    assert found_m == pytest.approx(away_m, rel=0.05)
    assert sigma < 0.25


def test_sigmas_hold_for_people_of_whom_half_are_half_hidden() -> None:
    random = np.random.default_rng(5)
    off = []
    for number in range(300):
        away_m, height_m = random.uniform(4.0, 25.0), 1.7 * np.exp(0.1 * random.standard_normal())
        hidden_m = 0.0 if number % 2 else random.uniform(0.0, 0.6 * height_m)
        found_m, sigma = _found(away_m, height_m=height_m, hidden_m=hidden_m, shown=0.5)
        off.append(abs(np.log(found_m / away_m)) / sigma)
    assert np.mean(np.array(off) < 1.0) > 0.65
    assert np.mean(np.array(off) < 2.0) > 0.9


def test_foot_and_height_together_are_surer_than_the_height_alone() -> None:
    assert _found(8.0, shown=0.95)[1] < 0.7 * _found(8.0, shown=0.0)[1]


def test_where_foot_and_height_disagree_the_sigma_tells() -> None:
    usual, child = _found(12.0), _found(12.0, height_m=1.1)
    assert child[1] > 1.5 * usual[1]
    assert abs(np.log(child[0] / 12.0)) < 2.0 * child[1]


def test_a_ceiling_tells_nothing_of_the_distance_of_its_wall() -> None:
    seen = Upright(
        top_deg=np.array([85.0]), foot_deg=np.array([-20.0]), sigma_deg=np.array([0.4]), shown=np.array([1.0])
    )
    (log_m,), _ = log_distance(seen, PERSON, camera_height_m=1.6, farthest_m=300.0)
    assert np.exp(log_m) == pytest.approx(1.6 / np.tan(np.radians(20.0)), rel=0.03)
