"""Things of known height in a map of distances."""

from __future__ import annotations

import numpy as np
import pytest

from server.perception.detector.sight import Detection
from server.perception.ground_plane.depth_estimator import ground_plane_distance
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.locate.location import located
from server.pipeline.stages import Box, DistanceMap, Proposal
from tests.oracle.glimpses import held, panorama

LEVEL, PICTURE, MAP = held(sigma_deg=0.3), panorama(2048), panorama(512)
HIGH_M = 2.5


def _meadow(*, hedge_deg: float | None = None) -> LandCover:
    """Grass below a sky, and all round a hedge between the horizon and a depression."""
    classes = np.full((MAP.height_px, MAP.width_px), Cover.SKY, np.uint8)
    classes[MAP.height_px // 2 :] = Cover.GRASS
    if hedge_deg is not None:
        classes[MAP.height_px // 2 : MAP.height_px // 2 + round(hedge_deg * 512 / 360)] = Cover.OTHER
    return LandCover(view=MAP, classes=classes, confidence=np.ones(classes.shape, np.float32))


def _detection(
    name: str, *, away_m: float, height_m: float, hidden_m: float = 0.0, azimuth_deg: float = 20.0
) -> Detection:
    elevation_deg = np.degrees(np.arctan([(height_m - HIGH_M) / away_m, (hidden_m - HIGH_M) / away_m]))
    column, rows = PICTURE.pixel(azimuth_deg, elevation_deg)
    half_px = 0.2 * float(np.ptp(rows))
    left_px = float(np.max(column)) - half_px
    box = Box(
        view=PICTURE,
        left_px=left_px % PICTURE.width_px,
        right_px=left_px % PICTURE.width_px + 2 * half_px,
        top_px=float(rows[0]),
        bottom_px=float(rows[1]),
    )
    return Detection(name=name, confidence=0.8, box=box)


def _distance(detection: Detection, found: DistanceMap) -> tuple[float, float]:
    proposal = Proposal(
        label=detection.name,
        prompt="",
        kind="point",
        level_db_spl_1m=60.0,
        evidence="seen",
        confidence=0.8,
        box=detection.box,
    )
    place = located(proposal, [found])
    assert place.distance_m is not None
    assert place.distance_sigma_m is not None
    return place.distance_m * float(np.cos(np.radians(place.elevation_deg))), place.distance_sigma_m


@pytest.mark.parametrize(("name", "height_m"), [("person", 1.7), ("car", 1.5), ("bus", 3.1)])
@pytest.mark.parametrize("azimuth_deg", [20.0, 179.9])
def test_a_thing_that_land_cover_does_not_see_has_its_own_distance(
    name: str, height_m: float, azimuth_deg: float
) -> None:
    for away_m in (5.0, 10.0, 20.0):
        thing = _detection(name, away_m=away_m, height_m=height_m, azimuth_deg=azimuth_deg)
        found_m, sigma_m = _distance(thing, ground_plane_distance(_meadow(), LEVEL, HIGH_M, detections=[thing]))
        assert found_m == pytest.approx(away_m, rel=0.06)
        assert 0.02 * away_m < sigma_m < 0.5 * away_m


def test_a_person_behind_a_hedge_is_as_far_as_the_head_tells() -> None:
    # The hedge stands 12 m away and hides 60 cm of somebody 14 m away.
    cover, thing = _meadow(hedge_deg=11.8), _detection("person", away_m=14.0, height_m=1.7, hidden_m=0.6)
    found_m, sigma_m = _distance(thing, ground_plane_distance(cover, LEVEL, HIGH_M, detections=[thing]))
    assert abs(found_m - 14.0) < 1.5 * sigma_m


def test_the_nearer_of_two_hides_the_other() -> None:
    near, far = _detection("person", away_m=5.0, height_m=1.7), _detection("car", away_m=9.0, height_m=1.5)
    maps = [ground_plane_distance(_meadow(), LEVEL, HIGH_M, detections=each) for each in ([near, far], [far, near])]
    assert np.array_equal(maps[0].distance_m, maps[1].distance_m)
    assert _distance(near, maps[0])[0] == pytest.approx(5.0, rel=0.06)


@pytest.mark.parametrize(
    "detection",
    [
        _detection("boat", away_m=5.0, height_m=1.7),
        _detection("car", away_m=1.0, height_m=1.5),
    ],
    ids=["of any height", "the roof below the camera"],
)
def test_what_tells_nothing_changes_nothing(detection: Detection) -> None:
    bare = ground_plane_distance(_meadow(), LEVEL, HIGH_M)
    found = ground_plane_distance(_meadow(), LEVEL, HIGH_M, detections=[detection])
    assert np.array_equal(found.distance_m, bare.distance_m)
