from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover
from server.perception.things.thing import share_inside, share_on, thing
from server.pipeline.stages import Box
from tests.server.perception.things.drawn import PHOTOGRAPH, detected, ground, paint, standing


@given(azimuth_deg=st.floats(-180.0, 180.0), distance_m=st.floats(2.0, 60.0))
def test_a_thing_stands_on_what_lies_around_its_foot(azimuth_deg: float, distance_m: float) -> None:
    seen = thing(standing("person", azimuth_deg, distance_m=distance_m, height_m=1.7), ground(Cover.GRASS))

    assert seen.ground_cover is Cover.GRASS
    assert sum(seen.ground.values()) == pytest.approx(1.0)


def test_a_car_at_a_kerb_has_two_kinds_of_ground() -> None:
    cover = ground(Cover.PAVED)
    paint(cover, Cover.ROAD, left_deg=180.0, right_deg=-180.0, top_deg=-10.0, foot_deg=-90.0)
    seen = thing(standing("car", 0.0, distance_m=9.0, height_m=1.5, width_m=4.0), cover)

    assert 0.3 < seen.ground[Cover.ROAD] < 0.8
    assert share_on(seen, cover.classes == Cover.ROAD) == pytest.approx(seen.ground[Cover.ROAD])


def test_clutter_and_walls_are_no_ground_where_there_is_any() -> None:
    cover = ground(Cover.OTHER)
    paint(cover, Cover.GRASS, left_deg=4.0, right_deg=0.0, top_deg=-5.0, foot_deg=-30.0)
    seen = thing(standing("dog", 0.0, distance_m=8.0, height_m=0.6), cover)

    assert seen.ground_cover is Cover.GRASS


def test_what_a_photograph_cuts_at_its_lower_edge_stands_on_what_is_beside_it() -> None:
    cover = ground(Cover.ROAD, view=PHOTOGRAPH)
    cut = Box(view=PHOTOGRAPH, left_px=400.0, top_px=300.0, right_px=700.0, bottom_px=900.0)
    filled = Box(view=PHOTOGRAPH, left_px=0.0, top_px=0.0, right_px=1200.0, bottom_px=900.0)

    for box in (cut, filled):
        assert thing(Detection(name="car", confidence=0.8, box=box), cover).ground_cover is Cover.ROAD


def test_angles_are_those_of_the_box() -> None:
    seen = thing(detected("car", 175.0, width_deg=20.0, top_deg=1.0, foot_deg=-7.0), ground())

    np.testing.assert_allclose(
        [seen.azimuth_deg, seen.width_deg, seen.top_deg, seen.foot_deg], [175.0, 20.0, 1.0, -7.0], rtol=1e-6
    )
    assert seen.height_deg == pytest.approx(8.0)


def test_shares_of_boxes_count_across_the_seam() -> None:
    car, lamp, other = (
        thing(detected("car", deg, width_deg=width_deg, top_deg=1.0, foot_deg=-7.0), ground())
        for deg, width_deg in ((175.0, 20.0), (-178.0, 4.0), (60.0, 4.0))
    )

    assert share_inside(lamp, car) == pytest.approx(1.0)
    assert share_inside(car, lamp) == pytest.approx(0.2)
    assert share_inside(other, car) == 0.0
