from dataclasses import replace

import cv2
import numpy as np
import pytest

from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar
from server.pipeline.attitude import Attitude
from server.pipeline.picture.levelling import levelled
from server.pipeline.views import Picture, View

WHOLE = View(name="picture", projection="equirectangular", width_px=512, height_px=256)
ATTITUDES = [Attitude(pitch_deg=17.0), Attitude(roll_deg=-25.0), Attitude(pitch_deg=-8.0, roll_deg=140.0)]


def directions(view):
    return view.direction(np.arange(view.width_px)[None, :] + 0.5, np.arange(view.height_px)[:, None] + 0.5)


def colours(azimuth_deg, elevation_deg):
    """A world that is smooth everywhere, in which every direction has a colour of its own."""
    return np.round(127.5 + 120.0 * scene_from_polar(azimuth_deg, elevation_deg)).astype(np.uint8)


def as_seen(attitude, view):
    """The level directions that a tilted camera's pixels show."""
    azimuth, elevation, _ = polar_from_scene(scene_from_polar(*directions(view)) @ attitude.rotation().T)
    return azimuth, elevation


@pytest.mark.parametrize("attitude", ATTITUDES, ids=str)
def test_a_tilted_panorama_becomes_the_level_one(attitude):
    tilted = Picture(pixels=colours(*as_seen(attitude, WHOLE)), view=WHOLE, sha256="a" * 64)
    level = levelled(tilted, attitude)
    assert level.view == WHOLE
    assert level.sha256 != tilted.sha256
    np.testing.assert_allclose(level.pixels.astype(int), colours(*directions(WHOLE)).astype(int), atol=4)


@pytest.mark.parametrize("attitude", ATTITUDES, ids=str)
def test_what_is_unseen_turns_with_the_picture(attitude):
    def is_hidden(azimuth_deg, elevation_deg):
        return great_circle_deg(azimuth_deg, elevation_deg, 60.0, 20.0) < 25.0

    tilted = Picture(pixels=colours(*as_seen(attitude, WHOLE)), view=WHOLE, unseen=is_hidden(*as_seen(attitude, WHOLE)))
    found, expected = levelled(tilted, attitude).unseen, is_hidden(*directions(WHOLE))
    assert found is not None
    # A pixel at the rim may fall on either side.
    rim = cv2.dilate(expected.astype(np.uint8), np.ones((5, 5))) - cv2.erode(expected.astype(np.uint8), np.ones((5, 5)))
    np.testing.assert_array_equal(found[rim == 0], expected[rim == 0])


def test_a_pixel_of_the_file_looks_where_it_looked():
    attitude = Attitude(pitch_deg=17.0, roll_deg=-25.0)
    level = levelled(Picture(pixels=colours(*as_seen(attitude, WHOLE)), view=WHOLE), attitude)
    column, row = 130.0, 90.0
    azimuth_deg, elevation_deg = level.original.direction(column, row)
    np.testing.assert_allclose(
        scene_from_polar(azimuth_deg, elevation_deg),
        attitude.rotation() @ scene_from_polar(*WHOLE.direction(column, row)),
        atol=1e-9,
    )
    assert level.original.pixel(azimuth_deg, elevation_deg) == pytest.approx((column, row))


def test_a_photograph_keeps_its_pixels_and_looks_where_its_camera_did():
    view = View(name="picture", projection="perspective", width_px=80, height_px=60, hfov_deg=65.0)
    full = replace(view, width_px=800, height_px=600)
    attitude = Attitude(pitch_deg=-15.0, roll_deg=6.0)
    picture = Picture(pixels=np.zeros((60, 80, 3), np.uint8), view=view, original=full, sha256="a" * 64)
    level = levelled(picture, attitude)
    assert level.pixels is picture.pixels
    assert level.sha256 != picture.sha256
    for mapping, (column, row) in ((level.view, (40.0, 30.0)), (level.original, (400.0, 300.0))):
        assert mapping.direction(column, row) == pytest.approx((0.0, -15.0))
    np.testing.assert_allclose(
        scene_from_polar(*level.view.direction(70.0, 10.0)),
        attitude.rotation() @ scene_from_polar(*view.direction(70.0, 10.0)),
        atol=1e-9,
    )
    assert level.view.pixel(*level.view.direction(70.0, 10.0)) == pytest.approx((70.0, 10.0))


def test_a_level_picture_is_left_as_it_is():
    picture = Picture(pixels=colours(*directions(WHOLE)), view=WHOLE)
    assert levelled(picture, Attitude(pitch_deg=0.01)) is picture
