from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given

from protocol.coordinates import great_circle_deg
from server.pipeline.locate.location import Located
from server.pipeline.select.heard_apart import FAR_APART_DEG, MOST, MOST_ALIKE, left_out_reasons
from server.pipeline.select.masking import masking_of
from tests.server.pipeline.select.scenery import WIND, scenes, source


def reasons(*sources: Located, may_go: bool = True) -> dict[int, str]:
    return left_out_reasons(sources, may_go=[may_go and one.proposal.kind != "ambient" for one in sources])


def test_what_others_mask_is_left_out_and_it_says_by_what() -> None:
    sea = source("sea", kind="area", level_db=90.0)
    assert reasons(sea, source("person", level_db=70.0), source("bird", level_db=50.0)) == {2: "masked by sea"}
    assert reasons(sea, source("bird", level_db=66.0)) == {}


def test_a_masker_behind_leaves_more_than_one_beside_would() -> None:
    sea, bird = source("sea", kind="area", level_db=90.0), source("bird", level_db=55.0)
    assert reasons(sea, bird) == {1: "masked by sea"}
    assert reasons(source("sea", kind="area", level_db=90.0, azimuth_deg=90), bird) == {}


def test_what_pauses_leaves_more_than_what_goes_on() -> None:
    tree = source("tree", kind="area", level_db=30.0)
    assert reasons(source("traffic", kind="point", level_db=75.0), tree) == {}
    assert reasons(source("sea", kind="area", level_db=75.0), tree) == {1: "masked by sea"}


def test_leaves_are_masked_by_louder_leaves() -> None:
    near, far = (source("tree", kind="area", distance_m=metres) for metres in (5.0, 50.0))
    assert reasons(near, far) == {1: "masked by its own kind"}


def test_what_is_left_out_masks_nothing() -> None:
    # The crowd drowns the gull and is drowned by the sea itself, beside which the gull alone would be heard.
    sea, gull = source("sea", kind="area", level_db=90.0), source("gull", level_db=61.0)
    crowd = [source("leaves", kind="area", level_db=59.0) for _ in range(40)]
    left_out = reasons(sea, gull, *crowd)
    assert 1 not in left_out
    assert len(left_out) == len(crowd)


def test_of_four_of_a_kind_close_together_the_least_audible_is_left_out() -> None:
    people = [source("person", level_db=70.0 - 3 * number, azimuth_deg=10.0 * number) for number in range(4)]
    assert reasons(*people) == {3: "beyond 3 of a kind close together"}
    doubtful = source("person", level_db=71.0, azimuth_deg=50.0, confidence=0.02)
    assert list(reasons(doubtful, *people[:3])) == [0]


def test_more_of_a_kind_are_kept_where_they_are_far_apart() -> None:
    people = [source("person", azimuth_deg=60.0 * number) for number in range(-2, 4)]
    assert reasons(*people) == {}
    assert list(reasons(*people, source("person", azimuth_deg=30.0, level_db=69.0))) == [6]


def test_more_than_a_listener_can_tell_apart_are_left_out_least_audible_first() -> None:
    things = [
        source(f"thing {number}", level_db=80.0 - number, azimuth_deg=20.0 * number - 170) for number in range(14)
    ]
    left_out = reasons(*things, WIND)
    assert set(left_out.values()) == {f"beyond the {MOST} that a listener can tell apart"}
    assert len(left_out) == 2
    assert min(left_out) >= 10


def test_what_may_not_go_stays_and_masks_others() -> None:
    gull = source("gull", level_db=30.0)
    assert reasons(source("sea", kind="area", level_db=100.0), gull, may_go=False) == {}
    storm = source("storm", kind="ambient", level_db=90.0, distance_m=None, width_deg=360.0)
    assert reasons(storm, gull) == {1: "masked by storm"}
    assert left_out_reasons([], may_go=[]) == {}


@given(scenes())
def test_all_that_is_kept_can_be_heard_apart(scene: list[Located]) -> None:
    left_out = reasons(*scene)
    kept = [one for number, one in enumerate(scene) if number not in left_out]
    assert (WIND in scene) == (WIND in kept)
    local = [one for one in kept if one is not WIND]
    assert len(local) <= MOST
    if kept:
        margins_db = masking_of(kept).margins_db(np.ones(len(kept), dtype=bool))
        assert all(margin > -1e-6 for margin, one in zip(margins_db, kept, strict=True) if one is not WIND)
    for label in ("car", "tree", "person"):
        alike = [one for one in local if one.proposal.label == label]
        apart = [
            great_circle_deg(a.azimuth_deg, a.elevation_deg, b.azimuth_deg, b.elevation_deg)
            for a, b in combinations(alike, 2)
        ]
        assert len(alike) <= MOST_ALIKE or min(apart) == pytest.approx(FAR_APART_DEG) or min(apart) > FAR_APART_DEG


@given(scenes())
def test_what_can_be_heard_apart_is_all_kept_a_second_time(scene: list[Located]) -> None:
    left_out = reasons(*scene)
    assert reasons(*(one for number, one in enumerate(scene) if number not in left_out)) == {}
