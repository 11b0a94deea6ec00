from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.scene import Kind
from server.pipeline.locate import Located
from server.pipeline.select import ranking_level_db, selected
from server.pipeline.stages import Proposal


def _source(
    label: str = "car",
    *,
    kind: Kind = "point",
    level_db: float = 70.0,
    distance_m: float | None = 10.0,
    confidence: float = 1.0,
    azimuth_deg: float = 0.0,
) -> Located:
    proposal = Proposal(
        label=label, prompt=label, kind=kind, level_db_spl_1m=level_db, evidence="seen", confidence=confidence
    )
    return Located(
        proposal=proposal,
        azimuth_deg=azimuth_deg,
        elevation_deg=0.0,
        distance_m=distance_m,
        distance_sigma_m=None if distance_m is None else 1.0,
        width_deg=5.0,
        height_deg=5.0,
        boxes=(),
    )


@given(distance_m=st.floats(1, 150), level_db=st.floats(20, 110), confidence=st.floats(0.05, 1))
@pytest.mark.parametrize(("kind", "cost_db"), [("point", 6.0206), ("area", 6.0206), ("line", 3.0103), ("ambient", 0.0)])
def test_doubling_the_distance_costs_what_the_kind_spreads(
    kind: Kind, cost_db: float, distance_m: float, level_db: float, confidence: float
) -> None:
    near = _source(kind=kind, level_db=level_db, distance_m=distance_m, confidence=confidence)
    far = replace(near, distance_m=2 * distance_m)
    assert ranking_level_db(near) - ranking_level_db(far) == pytest.approx(cost_db, abs=1e-3)


def test_level_at_one_metre_is_the_reference_and_nearer_is_no_louder() -> None:
    assert ranking_level_db(_source(distance_m=1.0)) == pytest.approx(70.0)
    assert ranking_level_db(_source(distance_m=0.1)) == pytest.approx(70.0)
    assert ranking_level_db(_source(kind="ambient", distance_m=None, level_db=40.0)) == pytest.approx(40.0)


def test_half_the_confidence_costs_three_decibels_and_none_is_not_infinitely_quiet() -> None:
    assert ranking_level_db(_source(confidence=0.5)) == pytest.approx(ranking_level_db(_source()) - 3.01, abs=0.01)
    assert ranking_level_db(_source(confidence=0.0)) == pytest.approx(ranking_level_db(_source()) - 20.0)


def test_loudest_come_first() -> None:
    sources = [_source("a", level_db=50), _source("b", level_db=80), _source("c", level_db=65)]
    assert [one.proposal.label for one in selected(sources, 2)] == ["b", "c"]


def test_one_label_leaves_half_of_the_places_to_others() -> None:
    cars = [_source("car", level_db=90, azimuth_deg=10.0 * number) for number in range(6)]
    birds = [_source("bird", level_db=45), _source("fountain", level_db=50)]
    chosen = selected([*cars, *birds], 4)
    assert [one.proposal.label for one in chosen] == ["car", "car", "fountain", "bird"]
    assert [one.proposal.label for one in selected([*cars, *birds], 3)] == ["car", "car", "fountain"]


def test_places_that_no_other_label_wants_are_filled() -> None:
    cars = [_source("car", level_db=90 - number) for number in range(6)]
    chosen = selected([*cars, _source("bird", level_db=20)], 5)
    assert [one.proposal.label for one in chosen] == ["car"] * 4 + ["bird"]
    assert selected(cars, 5) == tuple(cars[:5])


def test_nothing_is_chosen_of_nothing_and_none_when_none_is_wanted() -> None:
    assert selected([], 4) == ()
    assert selected([_source()], 0) == ()
    assert len(selected([_source()], 4)) == 1


@given(st.permutations(range(8)), st.integers(1, 8))
def test_choice_does_not_depend_on_the_order_even_where_levels_tie(turned: list[int], top: int) -> None:
    sources = [_source("car" if n % 2 else "tree", azimuth_deg=20.0 * n, level_db=60 + n // 4) for n in range(8)]
    assert selected([sources[n] for n in turned], top) == selected(sources, top)
