from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.scene import Kind
from server.pipeline.select.levels import expected_level_db
from tests.server.pipeline.select.scenery import source


@given(distance_m=st.floats(1, 150), level_db=st.floats(20, 110), confidence=st.floats(0.05, 1))
@pytest.mark.parametrize(("kind", "cost_db"), [("point", 6.0206), ("area", 6.0206), ("line", 3.0103), ("ambient", 0.0)])
def test_doubling_the_distance_costs_what_the_kind_spreads(
    kind: Kind, cost_db: float, distance_m: float, level_db: float, confidence: float
) -> None:
    near = source(kind=kind, level_db=level_db, distance_m=distance_m, confidence=confidence)
    far = replace(near, distance_m=2 * distance_m)
    assert expected_level_db(near) - expected_level_db(far) == pytest.approx(cost_db, abs=1e-3)


def test_level_at_one_metre_is_the_reference_and_nearer_is_no_louder() -> None:
    assert expected_level_db(source(distance_m=1.0)) == pytest.approx(70.0)
    assert expected_level_db(source(distance_m=0.1)) == pytest.approx(70.0)
    assert expected_level_db(source(kind="ambient", distance_m=None, level_db=40.0)) == pytest.approx(40.0)


def test_half_the_confidence_costs_three_decibels_and_none_is_not_infinitely_quiet() -> None:
    assert expected_level_db(source(confidence=0.5)) == pytest.approx(expected_level_db(source()) - 3.01, abs=0.01)
    assert expected_level_db(source(confidence=0.0)) == pytest.approx(expected_level_db(source()) - 20.0)
