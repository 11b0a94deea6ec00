"""What two drawn panoramas of one street tell of each other."""

from functools import cache

import numpy as np
import pytest

from server.pipeline.views import Picture, View
from server.place.alignment.alignment import aligned
from server.place.alignment.course import Course, course
from server.place.alignment.features import Features, features
from server.synthetic.painting import rendered
from tests.oracle.streets import Camera, Street, street
from tests.server.place.synthetic import disturbed, exact, walk


@cache
def drawn() -> tuple[Street, tuple[Features, ...]]:
    one = street(0, cameras=3)
    view = View(name="picture", projection="equirectangular", width_px=1536, height_px=768)
    return one, tuple(
        features(Picture(pixels=rendered(one.seen_from(camera), 1536).pixels, view=view)) for camera in one.cameras
    )


def between(first: Camera, second: Camera) -> tuple[float, float]:
    """The true turn and bearing."""
    way = np.arctan2(second.y_m - first.y_m, second.x_m - first.x_m)
    return np.radians(second.yaw_deg - first.yaw_deg), way - np.radians(first.yaw_deg)


def off_deg(angle_rad: float) -> float:
    return float(abs(np.degrees(np.angle(np.exp(1j * angle_rad)))))


@pytest.mark.parametrize("pair", [(0, 1), (1, 2)])
def test_neighbours_tell_how_they_are_turned_and_along_which_way_they_lie(pair):
    one, shown = drawn()
    first, second = (one.cameras[number] for number in pair)
    turn, bearing = between(first, second)
    found = course(shown[pair[0]], shown[pair[1]], turn_rad=turn + np.radians(8.0), turn_sigma_rad=np.radians(8.0))
    assert isinstance(found, Course)
    assert off_deg(found.turn_rad - turn) < 3.0
    # There or back, which nothing tells.
    assert min(off_deg(found.bearing_rad - bearing), off_deg(found.bearing_rad - bearing + np.pi)) < 5.0


def test_pictures_of_other_places_tell_nothing():
    _, shown = drawn()
    noise = np.random.default_rng(0).integers(0, 255, (768, 1536, 3)).astype(np.uint8)
    view = View(name="picture", projection="equirectangular", width_px=1536, height_px=768)
    other = features(Picture(pixels=noise, view=view))
    assert course(shown[0], other, turn_rad=0.0, turn_sigma_rad=0.1) is None


def test_plain_pictures_and_photographs_have_no_points():
    grey = np.full((64, 128, 3), 128, np.uint8)
    panorama = View(name="picture", projection="equirectangular", width_px=128, height_px=64)
    photograph = View(name="picture", projection="perspective", width_px=128, height_px=64, hfov_deg=60.0)
    for view in (panorama, photograph):
        assert len(features(Picture(pixels=grey, view=view)).rays) == 0


def test_where_nothing_sounds_pictures_alone_bring_headings_together():
    one, shown = drawn()
    true = exact(
        np.array([(camera.x_m, camera.y_m, 2.5) for camera in one.cameras]),
        np.radians([camera.yaw_deg for camera in one.cameras]),
    )
    given = disturbed(true, 0, metres=1.0, degrees=8.0)
    nothing = walk(0).sightings.only(np.zeros(0, dtype=np.intp))
    found = aligned(given, nothing, shown.__getitem__).viewpoints

    def spread_deg(yaw: np.ndarray) -> float:
        turn = np.degrees(np.angle(np.exp(1j * (yaw - true.yaw_rad))))
        return float(np.ptp(turn))

    assert spread_deg(found.yaw_rad) < 0.5 * spread_deg(given.yaw_rad)
    assert spread_deg(found.yaw_rad) < 4.0
