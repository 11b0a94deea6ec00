from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover, LandCover
from server.perception.things.context import HEIGHTS_M, plausible
from server.perception.things.thing import thing
from server.pipeline.stages import Box
from tests.server.perception.things.drawn import PANORAMA, PHOTOGRAPH, detected, ground, paint, standing

cameras_m = st.floats(1.0, 7.0)
azimuths_deg = st.floats(-180.0, 180.0)
STANDING = ("person", "car", "bus", "dog", "cow", "horse", "bicycle")


def reason(detection: Detection, *others: Detection, cover: LandCover | None = None) -> str | None:
    """Why a detection is left out among others."""
    cover = cover or ground(view=detection.box.view)
    _, left_out = plausible([thing(each, cover) for each in (detection, *others)], cover)
    return next((each.why for each in left_out if each.thing.detection is detection), None)


@given(name=st.sampled_from(STANDING), share=st.floats(0.0, 1.0), distance_m=st.floats(3.0, 100.0), camera_m=cameras_m)
def test_what_is_as_high_as_its_kind_is_kept_at_any_distance_and_height_of_the_camera(
    name: str, share: float, distance_m: float, camera_m: float
) -> None:
    lowest_m, highest_m = HEIGHTS_M[name]
    height_m = lowest_m + share * (highest_m - lowest_m)
    distance_m = max(distance_m, camera_m)

    # From high up a person looks like a chair to a camera at eye level, and must be sure.
    seen = standing(name, 20.0, distance_m=distance_m, height_m=height_m, camera_m=camera_m, confidence=0.95)
    assert reason(seen) is None


@given(distance_m=st.floats(3.0, 40.0), height_m=st.floats(1.2, 2.0), camera_m=st.floats(1.4, 2.0))
def test_somebody_who_sits_or_stands_before_a_camera_at_eye_level_may_be_doubted(
    distance_m: float, height_m: float, camera_m: float
) -> None:
    assert reason(standing("person", 20.0, distance_m=distance_m, height_m=height_m, camera_m=camera_m)) is None


@given(azimuth_deg=azimuths_deg, distance_m=st.floats(4.0, 30.0), height_m=st.floats(0.5, 0.9))
def test_a_chair_is_no_person_unless_it_surely_is_one(azimuth_deg: float, distance_m: float, height_m: float) -> None:
    chair, child = (
        standing("person", azimuth_deg, distance_m=distance_m, height_m=height_m, confidence=confidence)
        for confidence in (0.8, 0.95)
    )

    assert reason(chair) == "low for a person"
    assert reason(child) is None


def test_from_high_up_or_from_a_vehicle_all_people_are_low() -> None:
    doubted = standing("person", 20.0, distance_m=15.0, height_m=1.7, camera_m=4.0)
    sure = standing("person", 60.0, distance_m=15.0, height_m=1.7, camera_m=4.0, confidence=0.95)

    assert reason(doubted) == "low for a person"
    assert reason(doubted, sure) is None
    assert reason(doubted, cover=ground(Cover.OTHER)) is None


@given(name=st.sampled_from(STANDING), factor=st.floats(4.0, 8.0), distance_m=st.floats(5.0, 15.0))
def test_what_would_be_a_giant_is_left_out(name: str, factor: float, distance_m: float) -> None:
    _, highest_m = HEIGHTS_M[name]
    giant = standing(name, 20.0, distance_m=distance_m, height_m=factor * highest_m)

    assert reason(giant) == "too large for where it stands"


@given(azimuth_deg=azimuths_deg, camera_m=cameras_m, distance_m=st.floats(1.5, 3.0))
def test_what_would_be_a_dwarf_is_left_out(azimuth_deg: float, camera_m: float, distance_m: float) -> None:
    bollard = standing("person", azimuth_deg, distance_m=distance_m, height_m=0.01 * camera_m, camera_m=camera_m)

    assert reason(bollard) in ("too small for where it stands", "carries the camera")


@pytest.mark.parametrize("name", ["person", "car", "cow"])
def test_a_statue_in_its_niche_hangs_in_the_air(name: str) -> None:
    assert reason(detected(name, 45.0, width_deg=7.0, top_deg=25.0, foot_deg=8.0)) == "would hang in the air"


@pytest.mark.parametrize("name", ["bird", "airplane", "clock", "train"])
def test_what_flies_hangs_or_runs_on_viaducts_may_be_high_up(name: str) -> None:
    assert reason(detected(name, 45.0, width_deg=7.0, top_deg=25.0, foot_deg=8.0)) is None


def test_what_reaches_to_the_nadir_carries_the_camera() -> None:
    assert reason(detected("bicycle", 10.0, width_deg=40.0, top_deg=-30.0, foot_deg=-70.0)) == "carries the camera"


def test_what_lies_on_the_roof_of_the_survey_car_carries_the_camera() -> None:
    cover = ground(Cover.ROAD)
    paint(cover, Cover.OTHER, left_deg=180.0, right_deg=-180.0, top_deg=-25.0, foot_deg=-90.0)
    roof = detected("airplane", 50.0, width_deg=50.0, top_deg=-29.0, foot_deg=-50.0)
    beside = standing("car", -80.0, distance_m=5.0, height_m=1.5, width_m=4.5, camera_m=2.2)

    assert reason(roof, cover=cover) == "carries the camera"
    assert reason(beside, cover=cover) is None
    assert reason(roof, cover=ground(Cover.PAVED)) is None


@pytest.mark.parametrize(("name", "width_deg"), [("bird", 73.0), ("train", 150.0), ("car", 130.0)])
def test_what_would_reach_round_half_of_the_listener_is_left_out(name: str, width_deg: float) -> None:
    assert reason(detected(name, 0.0, width_deg=width_deg, top_deg=10.0, foot_deg=-20.0)) == "as large as the view"


def test_a_photograph_of_nothing_but_a_train_is_doubted_unless_that_is_sure() -> None:
    frame = Box(view=PHOTOGRAPH, left_px=5.0, top_px=5.0, right_px=1195.0, bottom_px=895.0)

    assert reason(Detection(name="train", confidence=0.5, box=frame)) == "as large as the view"
    assert reason(Detection(name="train", confidence=0.9, box=frame)) is None
    assert reason(Detection(name="cat", confidence=0.5, box=frame)) is None


def test_a_photograph_may_be_tilted_and_tells_no_heights() -> None:
    portrait = Box(view=PHOTOGRAPH, left_px=300.0, top_px=5.0, right_px=800.0, bottom_px=460.0)
    doll = Box(view=PHOTOGRAPH, left_px=500.0, top_px=20.0, right_px=600.0, bottom_px=160.0)

    assert reason(Detection(name="person", confidence=0.6, box=portrait)) is None
    assert reason(Detection(name="person", confidence=0.6, box=doll)) is None


def test_a_person_on_a_screen_is_not_there() -> None:
    screen = detected("tv", 30.0, width_deg=20.0, top_deg=8.0, foot_deg=-4.0)
    newsreader = detected("person", 31.0, width_deg=8.0, top_deg=6.0, foot_deg=-3.5)
    viewer = detected("person", 25.0, width_deg=8.0, top_deg=1.0, foot_deg=-20.0)

    assert reason(newsreader, screen) == "on a screen"
    assert reason(viewer, screen) is None


@given(azimuth_deg=azimuths_deg)
def test_nothing_hangs_on_the_azimuth(azimuth_deg: float) -> None:
    kept = standing("person", azimuth_deg, distance_m=8.0, height_m=1.7)
    giant = standing("person", azimuth_deg, distance_m=8.0, height_m=9.0)

    assert reason(kept) is None
    assert reason(giant) == "too large for where it stands"
    assert kept.box.view == PANORAMA
