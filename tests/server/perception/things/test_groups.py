from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.coordinates import wrapped_azimuth_deg
from server.perception.things.groups import around, groups, overlap_px
from server.perception.things.thing import Thing, thing
from server.pipeline.boxes.extents import box_extents
from tests.server.perception.things.drawn import detected, ground, standing

PLAIN = ground()


def people(*azimuths_deg: float, distance_m: float = 10.0) -> list[Thing]:
    return [
        thing(standing("person", deg, distance_m=distance_m, height_m=1.7), PLAIN)
        for deg in (float(wrapped_azimuth_deg(deg)) for deg in azimuths_deg)
    ]


def sizes(things: list[Thing]) -> list[int]:
    return sorted(len(group) for group in groups(things))


def test_people_who_stand_close_together_are_one_group() -> None:
    assert sizes(people(10.0, 16.0, 25.0)) == [3]
    assert sizes(people(10.0, 16.0, 60.0)) == [1, 2]


def test_a_person_nearby_is_not_one_of_a_group_far_behind() -> None:
    far = people(10.0, 13.0, 16.0, distance_m=30.0)

    assert sizes([*far, *people(12.0, distance_m=5.0)]) == [1, 3]


def test_a_person_right_behind_another_is_not_told_apart() -> None:
    assert sizes([*people(10.0, distance_m=8.0), *people(11.0, distance_m=18.0)]) == [2]
    assert sizes([*people(10.0, distance_m=8.0), *people(20.0, distance_m=18.0)]) == [1, 1]


@given(turn_deg=st.floats(-180.0, 180.0), mirrored=st.booleans())
def test_groups_turn_with_the_picture_and_mirror_with_it(turn_deg: float, mirrored: bool) -> None:
    azimuths_deg = np.array([0.0, 6.0, 13.0, 50.0, 55.0, 120.0])
    before = groups(people(*azimuths_deg))
    after = groups(people(*(turn_deg + (-azimuths_deg if mirrored else azimuths_deg))))

    middles = [[box_extents(around(group)).azimuth_deg for group in found] for found in (before, after)]
    expected = [turn_deg + (-middle if mirrored else middle) for middle in middles[0]]
    assert len(middles[1]) == 3
    for middle in middles[1]:
        assert min(abs(float(wrapped_azimuth_deg(middle - each))) for each in expected) < 0.01


def test_a_group_across_the_seam_has_one_box() -> None:
    (group,) = groups(people(176.0, -178.0))
    extents = box_extents(around(group))

    assert extents.azimuth_deg == pytest.approx(179.0)
    assert 6.0 < extents.width_deg < 12.0


def test_a_crowd_all_round_is_parted_by_direction() -> None:
    found = groups(people(*np.arange(0.0, 360.0, 6.0)))

    assert len(found) == 6
    assert all(box_extents(around(group)).width_deg < 65.0 for group in found)


def test_the_box_of_a_group_holds_every_box_of_it() -> None:
    near, far = people(0.0, distance_m=6.0), people(12.0, distance_m=8.0)
    box = around([*near, *far])

    for each in (*near, *far):
        assert box.top_px <= each.detection.box.top_px
        assert box.bottom_px >= each.detection.box.bottom_px
        assert overlap_px(box, each.detection.box) == pytest.approx(
            each.detection.box.right_px - each.detection.box.left_px
        )


def test_overlap_counts_across_the_seam_and_is_negative_apart() -> None:
    a, b, c = (detected("car", deg, width_deg=20.0, top_deg=0.0, foot_deg=-5.0).box for deg in (175.0, -175.0, 60.0))

    assert overlap_px(a, b) == pytest.approx(10.0 * 2048 / 360)
    assert overlap_px(a, c) < 0.0
