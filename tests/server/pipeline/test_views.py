import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar
from server.pipeline.views import Picture, View, split

PANORAMA = View(name="picture", projection="equirectangular", width_px=1024, height_px=512)
perspectives = st.builds(
    View,
    name=st.just("view"),
    projection=st.just("perspective"),
    width_px=st.integers(16, 2000),
    height_px=st.integers(16, 2000),
    hfov_deg=st.floats(20, 150),
    yaw_deg=st.floats(-180, 180),
    pitch_deg=st.floats(-60, 60),
)


def direction_picture(width_px=2048):
    """A panorama whose colour is the direction itself: red, green, blue are front, left, up."""
    view = PANORAMA.resized(width_px, width_px // 2)
    columns, rows = np.meshgrid(np.arange(width_px) + 0.5, np.arange(width_px // 2) + 0.5)
    pixels = np.round(127.5 + 127.5 * scene_from_polar(*view.direction(columns, rows))).astype(np.uint8)
    return Picture(pixels=pixels, view=view, sha256="a" * 64)


def told_direction(pixels):
    return polar_from_scene(pixels.astype(np.float64) - 127.5)[:2]


@given(perspectives, st.floats(0, 1), st.floats(0, 1))
def test_a_pixel_of_a_perspective_view_and_its_direction_undo_each_other(view, across, down):
    column, row = across * view.width_px, down * view.height_px
    back = view.pixel(*view.direction(column, row))
    np.testing.assert_allclose(back, (column, row), atol=1e-6 * view.width_px)


@given(perspectives)
def test_the_middle_of_a_view_looks_along_its_axis_and_its_edges_span_the_field_of_view(view):
    middle = view.direction(view.width_px / 2, view.height_px / 2)
    assert great_circle_deg(*middle, view.yaw_deg, view.pitch_deg) < 1e-5
    edges = [view.direction(column, view.height_px / 2) for column in (0, view.width_px)]
    assert great_circle_deg(*edges[0], *edges[1]) == pytest.approx(view.hfov_deg, abs=1e-6)


def test_left_in_a_view_is_positive_azimuth_and_up_is_positive_elevation():
    view = View(name="v", projection="perspective", width_px=100, height_px=100, hfov_deg=90.0)
    azimuth_deg, elevation_deg = view.direction(0, 0)
    assert azimuth_deg == pytest.approx(45)
    assert elevation_deg == pytest.approx(np.degrees(np.arctan(1 / np.sqrt(2))))


def test_what_is_behind_a_view_has_no_pixel_and_is_not_contained():
    view = View(name="v", projection="perspective", width_px=100, height_px=100, hfov_deg=90.0, yaw_deg=170.0)
    assert np.isnan(view.pixel(0.0, 0.0)).all()
    assert not view.contains(0.0, 0.0)
    assert view.contains(-170.0, 0.0)
    assert PANORAMA.contains(0.0, 90.0)


@pytest.mark.parametrize("hfov_deg", [0.0, 180.0, 360.0])
def test_a_perspective_view_is_narrower_than_a_half_circle(hfov_deg):
    with pytest.raises(ValueError, match="wide"):
        View(name="v", projection="perspective", width_px=10, height_px=10, hfov_deg=hfov_deg)


@pytest.mark.parametrize(("count", "width_px"), [(4, 2050), (6, 1000), (7, 2048), (8, 2050), (12, 1000)])
def test_every_pixel_of_every_view_shows_its_own_direction(count, width_px):
    views = split(direction_picture(width_px), count)
    assert len(views) == count
    for one in views:
        size = one.view.width_px
        columns, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
        off_deg = great_circle_deg(*one.view.direction(columns, rows), *told_direction(one.pixels))
        # 8-bit colour tells a direction to about 0.4°; a shift by a single column of 2048 would add 0.18° to the mean.
        assert off_deg.mean() < 0.25
        assert off_deg.max() < 0.8


def test_the_views_look_all_round_and_overlap():
    views = split(direction_picture(), 8)
    np.testing.assert_allclose([one.view.yaw_deg for one in views], [0, 45, 90, 135, 180, -135, -90, -45])
    azimuths = np.arange(-180, 180, 0.5)
    seen = np.sum([one.view.contains(azimuths, 0.0) for one in views], axis=0)
    assert seen.min() >= 2


@pytest.mark.parametrize("count", [4, 5, 6, 8, 12])
def test_a_thing_of_thirty_degrees_is_whole_in_some_view(count):
    views = split(direction_picture(1000), count)
    for middle in np.arange(-180, 180, 1.0):
        assert any(one.view.contains(middle + 14.9, 0.0) and one.view.contains(middle - 14.9, 0.0) for one in views)


def test_a_view_has_the_resolution_of_its_panorama_but_no_more_than_is_looked_at():
    small = split(direction_picture(1000), 8)[0].view
    assert np.degrees(1 / small.focal_px) == pytest.approx(360 / 1000, rel=0.02)
    large = Picture(pixels=np.zeros((4096, 8192, 3), np.uint8), view=PANORAMA.resized(8192, 4096))
    assert split(large, 8)[0].view.width_px == 896


def test_a_fine_panorama_is_averaged_and_not_aliased():
    width_px = 14_336
    stripes = np.zeros((width_px // 2, width_px, 3), np.uint8)
    stripes[:, ::2] = 255
    pixels = split(Picture(pixels=stripes, view=PANORAMA.resized(width_px, width_px // 2)), 8)[1].pixels
    assert np.abs(pixels[300:600, 300:600].astype(int) - 128).max() < 10


def test_a_photograph_is_its_own_only_view():
    view = View(name="picture", projection="perspective", width_px=30, height_px=20, hfov_deg=65.0)
    photo = Picture(pixels=np.zeros((20, 30, 3), np.uint8), view=view)
    assert split(photo, 8) == (photo,)


def test_views_carry_what_is_unseen_and_those_that_show_nothing_else_are_left_out():
    unseen = np.ones((128, 256), np.bool_)
    unseen[:, 96:160] = False
    part = Picture(pixels=np.full((128, 256, 3), 9, np.uint8), view=PANORAMA.resized(256, 128), unseen=unseen)
    views = split(part, 8)
    assert {view.view.yaw_deg for view in views} == {-45.0, 0.0, 45.0}
    for view in views:
        azimuth_deg, elevation_deg = view.view.direction(
            *np.meshgrid(np.arange(view.view.width_px) + 0.5, np.arange(view.view.height_px) + 0.5)
        )
        inside, outside = np.abs(azimuth_deg) < 40.0, np.abs(azimuth_deg) > 50.0
        assert not view.unseen[inside & (np.abs(elevation_deg) < 60.0)].any()
        assert view.unseen[outside].all()


def test_a_picture_that_shows_nothing_at_all_still_has_views():
    unseen = np.ones((64, 128), np.bool_)
    nothing = Picture(pixels=np.zeros((64, 128, 3), np.uint8), view=PANORAMA.resized(128, 64), unseen=unseen)
    assert len(split(nothing, 8)) == 8
