"""Locating and merging, held against worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from protocol.coordinates import great_circle_deg
from server.pipeline.locate.location import Located
from server.pipeline.views import Picture
from tests.oracle.journey import points_of, score_of, sources_found
from tests.oracle.scoring import Score, pooled
from tests.oracle.stubs import Noise, Oracle, blank_picture, blank_views
from tests.oracle.worlds import street_world

SEEDS = (0, 1, 2)


@cache
def oracle(seed: int) -> Oracle:
    return Oracle.of(street_world(seed))


@cache
def windows(count: int) -> tuple[Picture, ...]:
    """So many views, or the whole picture for 1."""
    return blank_picture() if count == 1 else blank_views(count)


def found_in(one: Oracle, count: int, noise: Noise | None = None) -> tuple[Located, ...]:
    return sources_found(one, windows(count), sees="picture" if count == 1 else "views", noise=noise)


@cache
def found(seed: int, count: int, noise: Noise | None = None) -> tuple[Located, ...]:
    return found_in(oracle(seed), count, noise)


@cache
def score(count: int, noise: Noise | None = None) -> Score:
    """All worlds as one."""
    return pooled([score_of(oracle(seed), windows(count), found(seed, count, noise)) for seed in SEEDS])


def _assert_perfect(score: Score) -> None:
    assert score.median_deg <= 0.5
    assert score.median_log <= np.log(1.02)
    assert score.f1 >= 0.98
    assert score.duplicates == 0


@pytest.mark.parametrize("count", [6, 8, 12])
def test_perfect_stages_find_everything_once_and_in_its_place_through_any_number_of_views(count: int) -> None:
    perfect = score(count)
    assert perfect.truths > 40
    _assert_perfect(perfect)
    assert max(perfect.great_circle_deg) < 4.0
    assert np.percentile(perfect.log_distance, 95) < np.log(1.1)


def test_perfect_stages_that_see_the_whole_picture_find_what_is_overhead_too() -> None:
    _assert_perfect(score(1))
    for seed in SEEDS:
        assert any(one.proposal.label == "balloon" and one.elevation_deg > 75.0 for one in found(seed, 1))


def test_thing_on_the_seam_twins_and_a_far_one_behind_a_near_one_are_all_told_apart() -> None:
    for seed in SEEDS:
        (dog,) = [one for one in found(seed, 8) if one.proposal.label == "dog"]
        assert abs(abs(dog.azimuth_deg) - 180.0) < 5.0
        people = [sight for sight in oracle(seed).sights if sight.label == "person"]
        assert len([one for one in found(seed, 8) if one.proposal.label == "person"]) == len(people) >= 3


def test_ground_wider_than_a_view_is_one_source_each() -> None:
    for count in (6, 8, 12):
        for seed in SEEDS:
            ground = [one for one in found(seed, count) if one.proposal.kind != "point"]
            assert sorted(one.proposal.label for one in ground) == ["grass", "road traffic", "water"]
            whole = {sight.label: sight for sight in oracle(seed).sights}
            for one in ground:
                sight = whole[one.proposal.label]
                assert one.width_deg > 0.8 * sight.width_deg
                assert great_circle_deg(one.azimuth_deg, 0.0, sight.azimuth_deg, 0.0) < 20.0


def _agree(
    after: Sequence[Located],
    expected: Sequence[Located],
    *,
    turn_deg: float,
    sign: float = 1.0,
    within_deg: float = 1.5,
) -> None:
    """The same sources, their azimuths turned or negated, and nothing else changed within 1.5° and 5 %."""
    assert len(after) == len(expected)
    left = list(after)
    for one in expected:
        at_deg = sign * one.azimuth_deg + turn_deg
        same = [other for other in left if other.proposal.label == one.proposal.label]
        off = [great_circle_deg(at_deg, one.elevation_deg, other.azimuth_deg, other.elevation_deg) for other in same]
        near = [
            other
            for other, away in zip(same, off, strict=True)
            if away < within_deg and other.distance_m == pytest.approx(one.distance_m, rel=0.05)
        ]
        assert near, f"{one.proposal.label} at {at_deg:.1f}° is nowhere near"
        left.remove(near[0])
        assert near[0].width_deg == pytest.approx(one.width_deg, abs=within_deg, rel=0.1 * within_deg)


@pytest.mark.parametrize("columns_px", [256, 1024, 1777])
def test_turning_the_picture_turns_every_source_and_changes_nothing_else(columns_px: int) -> None:
    turned = found_in(oracle(0).turned(columns_px), 1)
    _agree(points_of(turned), points_of(found(0, 1)), turn_deg=360.0 * columns_px / 2048)


@pytest.mark.parametrize("turn", [1, 3])
def test_turning_the_picture_by_a_view_turns_what_the_views_find(turn: int) -> None:
    turned = found_in(oracle(1).turned(256 * turn), 8)
    _agree(points_of(turned), points_of(found(1, 8)), turn_deg=45.0 * turn)


def test_turning_the_picture_by_any_angle_keeps_what_the_views_find_in_place() -> None:
    for columns_px in (77, 150):
        turned = oracle(1).turned(columns_px)
        _assert_perfect(score_of(turned, windows(8), found_in(turned, 8)))


def test_mirror_negates_every_azimuth() -> None:
    for count in (1, 8):
        mirrored = found_in(oracle(2).mirrored(), count)
        _agree(points_of(mirrored), points_of(found(2, count)), turn_deg=0.0, sign=-1.0)


def test_six_eight_and_twelve_views_find_the_same_sources() -> None:
    for seed in SEEDS:
        for count in (6, 12):
            _agree(points_of(found(seed, count)), points_of(found(seed, 8)), turn_deg=0.0, within_deg=2.5)


@pytest.mark.parametrize(
    ("little", "much", "error"),
    [
        (Noise(box_jitter_deg=0.25), Noise(box_jitter_deg=1.0), "median_deg"),
        (Noise(depth_noise=0.05), Noise(depth_noise=0.2), "median_log"),
    ],
)
def test_errors_grow_gently_with_noise(little: Noise, much: Noise, error: str) -> None:
    scores = [score(8, noise) for noise in (None, little, much)]
    errors = [getattr(one, error) for one in scores]
    assert errors[0] <= errors[1] <= errors[2]
    assert errors[2] < {"median_deg": 1.0, "median_log": 0.12}[error]
    assert scores[1].f1 >= 0.98
    assert scores[2].f1 >= 0.93


def test_boxes_drawn_twice_are_merged_and_misses_are_made_up_by_other_views() -> None:
    twice = score(8, Noise(duplicate_rate=0.5))
    assert twice.duplicate_rate <= 0.03
    missed = score(8, Noise(miss_rate=0.1))
    assert missed.recall >= 0.93


def test_wrong_scale_of_depth_scales_all_distances_and_nothing_else() -> None:
    true, scaled = points_of(found(0, 8)), points_of(found(0, 8, Noise(depth_scale=1.25)))
    assert [one.azimuth_deg for one in scaled] == pytest.approx([one.azimuth_deg for one in true])
    assert [one.distance_m for one in scaled] == pytest.approx([1.25 * (one.distance_m or 0) for one in true], rel=0.02)


def test_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    noise = Noise(box_jitter_deg=0.5, miss_rate=0.2, duplicate_rate=0.2, depth_noise=0.1, seed=7)
    places = [
        [(one.azimuth_deg, one.distance_m) for one in found_in(oracle(0), 6, used)]
        for used in (noise, noise, Noise(**{**vars(noise), "seed": 8}))
    ]
    assert places[0] == places[1]
    assert places[0] != places[2]
