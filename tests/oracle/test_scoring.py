from __future__ import annotations

import pytest

from server.pipeline.locate.location import Located
from server.pipeline.stages import Proposal
from server.synthetic.truth import Sight
from tests.oracle.scoring import pooled, scored


def _sight(azimuth_deg: float, distance_m: float = 10.0, label: str = "car") -> Sight:
    return Sight(
        object_id=int(azimuth_deg),
        label=label,
        kind="point",
        azimuth_deg=azimuth_deg,
        elevation_deg=0.0,
        distance_m=distance_m,
        width_deg=5.0,
        height_deg=5.0,
        full_width_deg=5.0,
        full_height_deg=5.0,
        visible=1.0,
        solid_angle_sr=0.01,
    )


def _found(azimuth_deg: float, distance_m: float = 10.0, label: str = "car") -> Located:
    proposal = Proposal(label=label, prompt=label, kind="point", level_db_spl_1m=70.0, evidence="seen", confidence=0.9)
    return Located(
        proposal=proposal,
        azimuth_deg=azimuth_deg,
        elevation_deg=0.0,
        distance_m=distance_m,
        distance_sigma_m=1.0,
        width_deg=5.0,
        height_deg=5.0,
        boxes=(),
    )


def test_best_total_match_wins_over_the_first_near_one() -> None:
    score = scored([_found(4.0), _found(0.5)], [_sight(0.0), _sight(5.0)])
    assert sorted(score.great_circle_deg) == pytest.approx([0.5, 1.0])
    assert (score.precision, score.recall, score.f1, score.duplicates) == (1.0, 1.0, 1.0, 0)


def test_second_find_of_one_thing_is_a_duplicate_and_a_find_of_nothing_is_not() -> None:
    score = scored([_found(0.0), _found(1.0), _found(90.0)], [_sight(0.0)])
    assert (score.duplicates, score.precision) == (1, pytest.approx(1 / 3))
    assert score.duplicate_rate == pytest.approx(1 / 3)


def test_other_label_other_direction_and_other_distance_do_not_match() -> None:
    for wrong in (_found(0.0, label="dog"), _found(20.0), _found(0.0, distance_m=40.0)):
        score = scored([wrong], [_sight(0.0)])
        assert (score.f1, score.recall) == (0.0, 0.0)


def test_what_is_ignored_counts_neither_way() -> None:
    score = scored([_found(0.0), _found(90.0)], [_sight(0.0)], ignored=[_sight(90.0), _sight(-90.0)])
    assert (score.precision, score.recall) == (1.0, 1.0)


def test_nothing_found_of_nothing_is_perfect() -> None:
    assert scored([], []).f1 == 1.0


def test_pooling_adds_worlds_up() -> None:
    both = pooled([scored([_found(0.0)], [_sight(0.0)]), scored([], [_sight(0.0), _sight(9.0)])])
    assert (both.truths, both.finds, both.recall) == (3, 1, pytest.approx(1 / 3))
