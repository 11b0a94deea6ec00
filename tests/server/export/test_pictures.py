from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.pictures import annotated_picture, depth_picture, radar_picture
from server.export.pictures.drawing import distance_words, free_place, source_colour
from server.export.pictures.radar import SIDE_PX, map_point
from server.pipeline.stages import DistanceMap
from server.pipeline.views import Picture, View, split
from tests.protocol.test_scene import FOUNTAIN, SCENE

PANORAMA = Picture(
    pixels=np.full((512, 1024, 3), 90, np.uint8),
    view=View(name="picture", projection="equirectangular", width_px=1024, height_px=512),
)
PHOTO = Picture(
    pixels=np.full((400, 600, 3), 90, np.uint8),
    view=View(name="picture", projection="perspective", width_px=600, height_px=400, hfov_deg=65.0),
)
WIDE = replace(FOUNTAIN, width_deg=20.0, height_deg=10.0)


def scene_of(*sources):
    return replace(SCENE, sources=sources)


def is_coloured(image, column, row, *, reach=4):
    """Whether the first source's colour is found about a pixel."""
    pixels = np.asarray(image)[int(row) - reach : int(row) + reach + 1, int(column) - reach : int(column) + reach + 1]
    return bool((np.abs(pixels.astype(int) - source_colour(0)).max(axis=-1) < 25).any())


@pytest.mark.parametrize("azimuth_deg", [0.0, 60.0, -120.0, 175.0])
def test_a_box_stands_where_the_source_is(azimuth_deg):
    source = replace(WIDE, azimuth_deg=azimuth_deg, elevation_deg=-5.0)
    image = annotated_picture(scene_of(source), PANORAMA)
    large = PANORAMA.view.resized(2048, 1024)
    for aside in (-10.0, 10.0):
        column, row = large.pixel(azimuth_deg + aside, -8.0)
        assert is_coloured(image, np.clip(column, 4, 2043), row)
    assert is_coloured(image, *large.pixel(azimuth_deg, -5.0))
    assert not is_coloured(image, *large.pixel(azimuth_deg + 30.0, -8.0))


def test_a_box_across_the_seam_is_drawn_on_both_sides():
    image = annotated_picture(scene_of(replace(WIDE, azimuth_deg=180.0, elevation_deg=0.0)), PANORAMA)
    top_row = PANORAMA.view.resized(2048, 1024).pixel(0.0, 5.0)[1]
    assert is_coloured(image, 20, top_row)
    assert is_coloured(image, 2027, top_row)


def test_what_goes_all_round_is_drawn_all_round():
    image = annotated_picture(scene_of(replace(WIDE, width_deg=360.0, elevation_deg=-20.0)), PANORAMA)
    top_row = PANORAMA.view.resized(2048, 1024).pixel(0.0, -15.0)[1]
    assert all(is_coloured(image, column, top_row) for column in range(10, 2040, 100))


def test_a_photograph_shows_its_boxes_by_its_own_geometry():
    source = replace(WIDE, azimuth_deg=15.0, elevation_deg=5.0)
    image = annotated_picture(scene_of(source), PHOTO)
    large = PHOTO.view.resized(2048, 1365)
    for azimuth_deg, elevation_deg in ((25.0, 5.0), (5.0, 5.0), (15.0, 0.0)):
        assert is_coloured(image, *large.pixel(azimuth_deg, elevation_deg))


def test_what_a_photograph_does_not_show_is_not_drawn():
    behind = annotated_picture(scene_of(replace(WIDE, azimuth_deg=180.0)), PHOTO)
    nothing = annotated_picture(scene_of(), PHOTO)
    large = PHOTO.view.resized(2048, 1365)
    inner = slice(20, large.height_px - 20), slice(20, large.width_px - 20)
    np.testing.assert_array_equal(np.asarray(behind)[inner], np.asarray(nothing)[inner])


def test_ambience_is_listed_without_a_box():
    wind = replace(FOUNTAIN, kind="ambient", distance_m=None, distance_sigma_m=None, width_deg=360.0, height_deg=180.0)
    pixels = np.asarray(annotated_picture(scene_of(wind), PANORAMA))
    plain = np.asarray(annotated_picture(scene_of(), PANORAMA))
    changed = np.argwhere((pixels != plain).any(axis=-1))
    assert changed[:, 0].max() < 80
    assert changed[:, 1].max() < 500


@given(st.floats(-179, 180), st.floats(1, 400))
@settings(max_examples=30, deadline=None)
def test_on_the_map_left_is_left_ahead_is_up_and_farther_is_farther_out(azimuth_deg, distance_m):
    source = replace(FOUNTAIN, azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=distance_m)
    x, y = map_point(source, reach_m=500.0)
    middle = SIDE_PX / 2
    assert np.degrees(np.arctan2(middle - x, middle - y)) == pytest.approx(azimuth_deg, abs=1e-6)
    farther = map_point(replace(source, distance_m=distance_m * 1.1), reach_m=500.0)
    assert np.hypot(farther[0] - middle, farther[1] - middle) > np.hypot(x - middle, y - middle)


def test_the_map_shows_each_source_at_its_place():
    source = replace(FOUNTAIN, azimuth_deg=90.0, elevation_deg=0.0, distance_m=10.0, distance_sigma_m=0.1)
    image = radar_picture(scene_of(source))
    # The smallest ring beyond 10.1 m is 20 m; the scale is a square root.
    left_of_middle = 520.0 * np.sqrt(10.0 / 20.0)
    assert is_coloured(image, SIDE_PX / 2 - left_of_middle, SIDE_PX / 2)
    assert not is_coloured(image, SIDE_PX / 2 + left_of_middle, SIDE_PX / 2)


def test_a_source_overhead_is_near_the_middle_of_the_map():
    x, y = map_point(replace(FOUNTAIN, elevation_deg=89.0, distance_m=50.0), reach_m=50.0)
    assert np.hypot(x - SIDE_PX / 2, y - SIDE_PX / 2) < 75


def test_an_empty_scene_and_one_at_the_end_of_the_map_can_be_drawn():
    radar_picture(scene_of())
    far = replace(FOUNTAIN, distance_m=5000.0, distance_sigma_m=4000.0)
    assert radar_picture(scene_of(far)).size == (SIDE_PX, SIDE_PX)


def distance_map(view, metres):
    return DistanceMap(view=view, distance_m=metres.astype(np.float32), sigma_m=metres.astype(np.float32))


def test_near_is_warm_far_is_cold_and_sky_is_dark():
    metres = np.full((64, 128), np.inf)
    metres[32:, :64] = 2.0
    metres[32:, 64:] = 80.0
    image = np.asarray(depth_picture(PANORAMA, [distance_map(PANORAMA.view.resized(128, 64), metres)])).astype(int)
    near, far, sky = image[600, 300], image[600, 1200], image[100, 700]
    assert near[0] > near[2] + 60
    assert far[2] > far[0] + 60
    assert sky.max() < 80


def test_maps_of_views_are_put_together_as_one_panorama():
    views = split(PANORAMA, 8)
    maps = []
    for one in views:
        view = one.view.resized(64, 64)
        azimuth_deg, _ = view.direction(*np.meshgrid(np.arange(64) + 0.5, np.arange(64) + 0.5))
        maps.append(distance_map(view, np.where(azimuth_deg > 0, 2.0, 80.0)))
    image = np.asarray(depth_picture(PANORAMA, maps)).astype(int)
    row = 768 // 2
    assert image[row, 300, 0] > image[row, 300, 2]
    assert image[row, 1200, 0] < image[row, 1200, 2]
    assert image[5, 700].max() < 80  # no view looks at the zenith


@pytest.mark.parametrize("metres", [np.full((8, 16), np.inf), np.full((8, 16), 3.0)])
def test_all_sky_or_all_one_distance_can_be_drawn(metres):
    assert depth_picture(PANORAMA, [distance_map(PANORAMA.view.resized(16, 8), metres)]).size == (1536, 832)


def test_distances_have_as_many_digits_as_make_sense():
    assert distance_words(replace(FOUNTAIN, distance_m=3.14, distance_sigma_m=0.2)) == "3.1 ± 0.2 m"
    assert distance_words(replace(FOUNTAIN, distance_m=31.4, distance_sigma_m=2.2)) == "31 ± 2 m"


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 700)), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_labels_stay_in_the_frame_and_never_cover_each_other(wanted):
    taken, frame = [], (0.0, 0.0, 1000.0, 800.0)
    for left, top in wanted:
        free_place((left, top, left + 200.0, top + 40.0), taken, frame)
    for index, a in enumerate(taken):
        assert frame[0] <= a[0]
        assert frame[1] <= a[1]
        assert a[2] <= frame[2]
        assert a[3] <= frame[3]
        assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for b in taken[index + 1 :])
