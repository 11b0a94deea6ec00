from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.pictures.drawing import COLOURS, INK
from server.export.pictures.radar import SIDE_PX, map_interval_px, map_point, map_scale, radar_picture
from server.export.pictures.scales.azimuth_scale import NORTH
from server.export.pictures.scales.sectors import unseen_sectors
from tests.protocol.test_scene import FOUNTAIN
from tests.server.export.pictures.shapes import PANORAMA, PHOTO, WIDE, grey, is_coloured, scene_of

MIDDLE = SIDE_PX / 2
FAR = replace(FOUNTAIN, id="far-1", distance_m=400.0, distance_sigma_m=1.0, elevation_deg=0.0)


def polar(x, y):
    """Azimuth in degrees and pixels from the middle."""
    return np.degrees(np.arctan2(MIDDLE - x, MIDDLE - y)), np.hypot(x - MIDDLE, y - MIDDLE)


@given(st.floats(-179, 180), st.floats(1, 400))
@settings(max_examples=30, deadline=None)
def test_on_the_map_left_is_left_ahead_is_up_and_farther_is_farther_out(azimuth_deg, distance_m):
    scale = map_scale(scene_of(FAR))
    source = replace(FOUNTAIN, azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=distance_m)
    told_deg, radius_px = polar(*map_point(source, scale))
    assert told_deg == pytest.approx(azimuth_deg, abs=1e-6)
    farther = map_point(replace(source, distance_m=distance_m * 1.1), scale)
    assert polar(*farther)[1] > radius_px


def radius_of(scene, distance_m):
    """Where the documented scale puts a distance."""
    scale = map_scale(scene)
    share = np.log(1 + distance_m / 2) / np.log(1 + scale.reach_m / 2)
    return scale.head_px + (scale.radius_px - scale.head_px) * share


def test_the_map_shows_each_source_at_its_place():
    source = replace(FOUNTAIN, azimuth_deg=90.0, elevation_deg=0.0, distance_m=10.0, distance_sigma_m=0.1)
    scene = scene_of(source)
    assert map_scale(scene).reach_m == 20.0  # the smallest ring beyond 10.1 m
    image = radar_picture(scene)
    assert is_coloured(image, MIDDLE - radius_of(scene, 10.0), MIDDLE)
    assert not is_coloured(image, MIDDLE + radius_of(scene, 10.0), MIDDLE)


@given(st.floats(0.5, 300), st.floats(0.05, 3.0), st.floats(-60, 60))
@settings(max_examples=40, deadline=None)
def test_the_interval_is_one_sigma_in_metres_and_never_reaches_into_the_head(distance_m, relative, elevation_deg):
    source = replace(
        FOUNTAIN, distance_m=distance_m, distance_sigma_m=relative * distance_m, elevation_deg=elevation_deg
    )
    scene = scene_of(source)
    scale, flat = map_scale(scene), np.cos(np.radians(elevation_deg))
    near_px, far_px = map_interval_px(source, scale)
    assert near_px == pytest.approx(radius_of(scene, max(0.0, 1 - relative) * distance_m * flat))
    assert far_px == pytest.approx(radius_of(scene, (1 + relative) * distance_m * flat))
    assert near_px >= scale.head_px


def test_the_bar_of_a_source_ends_where_its_interval_does():
    source = replace(FOUNTAIN, azimuth_deg=-90.0, elevation_deg=0.0, distance_m=20.0, distance_sigma_m=25.0)
    scene = scene_of(source)
    near_px, far_px = map_interval_px(source, map_scale(scene))
    image = np.asarray(radar_picture(scene)).astype(int)
    bar = np.abs(image[int(MIDDLE)] - COLOURS[0]).max(axis=-1) < 60
    columns = np.nonzero(bar)[0]
    assert columns.min() == pytest.approx(MIDDLE + near_px, abs=4)
    assert columns.max() == pytest.approx(MIDDLE + far_px, abs=4)
    assert not bar[: int(MIDDLE) + 20].any()


@pytest.mark.parametrize(("width_deg", "is_ring"), [(100.0, False), (360.0, True)])
def test_a_wide_source_is_an_arc_and_a_ring_goes_all_round(width_deg, is_ring):
    scene = scene_of(replace(WIDE, azimuth_deg=90.0, width_deg=width_deg, elevation_deg=0.0))
    image, radius = radar_picture(scene), radius_of(scene, 8.0)
    drawn = {}
    for aside_deg in range(-175, 180, 10):
        azimuth = np.radians(90.0 + aside_deg)
        at = MIDDLE - radius * np.sin(azimuth), MIDDLE - radius * np.cos(azimuth)
        drawn[aside_deg] = is_coloured(image, *at, reach=3)
    # Some of it is under its label.
    assert np.mean([drawn[aside] for aside in range(-45, 50, 10)]) >= 0.7
    assert np.mean([drawn[aside] for aside in drawn if abs(aside) > 50]) == (1.0 if is_ring else 0.0)


def test_a_source_overhead_is_near_the_middle_of_the_map():
    scene = scene_of(replace(FOUNTAIN, elevation_deg=89.0, distance_m=50.0))
    scale = map_scale(scene)
    assert polar(*map_point(scene.sources[0], scale))[1] < scale.head_px + 0.2 * scale.radius_px


def test_an_empty_scene_and_one_beyond_the_end_of_the_map_can_be_drawn():
    radar_picture(scene_of())
    far = replace(FOUNTAIN, distance_m=50_000.0, distance_sigma_m=4000.0)
    scale = map_scale(scene_of(far))
    assert polar(*map_point(far, scale))[1] <= scale.radius_px + 1e-6
    assert radar_picture(scene_of(far)).size == (SIDE_PX, SIDE_PX)


@pytest.mark.parametrize("heading_deg", [0.0, 30.0, 135.0, 260.0, 359.0])
def test_the_arrow_points_north(heading_deg):
    image = np.asarray(radar_picture(scene_of(heading_deg=heading_deg))).astype(int)
    rows, columns = np.nonzero(np.abs(image - NORTH).max(axis=-1) < 20)
    azimuth_deg, radius_px = polar(columns + 0.5, rows + 0.5)
    outside = radius_px > 480
    # The heading is clockwise from north to ahead, so north is so much to the left of ahead.
    off_deg = (azimuth_deg[outside] - heading_deg + 180.0) % 360.0 - 180.0
    assert abs(off_deg.mean()) < 0.7
    without = np.asarray(radar_picture(scene_of())).astype(int)
    assert not (np.abs(without - NORTH).max(axis=-1) < 20).any()


def hatched(image, azimuth_deg):
    """Whether stripes lie along a direction: the brightness changes between the rings."""
    radii = np.arange(100.0, 480.0)
    columns = np.round(MIDDLE - radii * np.sin(np.radians(azimuth_deg))).astype(int)
    rows = np.round(MIDDLE - radii * np.cos(np.radians(azimuth_deg))).astype(int)
    brightness = np.asarray(image).astype(int)[rows, columns].sum(axis=-1)
    return bool((brightness > sum(INK) + 20).mean() > 0.3)


@pytest.mark.parametrize("hfov_deg", [40.0, 65.0, 100.0])
def test_a_photograph_is_a_wedge_as_wide_as_its_field_of_view(hfov_deg):
    photo = grey("perspective", 600, 400, hfov_deg=hfov_deg)
    image = np.asarray(radar_picture(scene_of(picture=photo)))
    # Off the spokes, which are lines of their own.
    seen = [azimuth_deg for azimuth_deg in np.arange(-179.25, 180.0, 0.5) if not hatched(image, azimuth_deg)]
    assert min(seen) == pytest.approx(-hfov_deg / 2, abs=1.5)
    assert max(seen) == pytest.approx(hfov_deg / 2, abs=1.5)
    assert len(seen) * 0.5 == pytest.approx(hfov_deg, abs=4.0)


@pytest.mark.parametrize("pitch_deg", [-20.0, 0.0, 15.0])
def test_the_wedge_of_a_tilted_photograph_ends_where_its_horizon_does(pitch_deg):
    view = replace(PHOTO.view, pitch_deg=pitch_deg)
    ((first_deg, last_deg),) = unseen_sectors(view, None)
    shown = [azimuth_deg for azimuth_deg in np.arange(-179.95, 180.0, 0.1) if view.contains(azimuth_deg, 0.0)]
    assert first_deg == pytest.approx(max(shown), abs=0.15)
    assert last_deg - 360.0 == pytest.approx(min(shown), abs=0.15)


def test_a_sector_that_was_not_photographed_is_hatched():
    unseen = np.zeros((512, 1024), bool)
    unseen[:, 100:300] = True  # from 144.8° to 74.5° to the left
    image = radar_picture(scene_of(), unseen)
    assert all(hatched(image, azimuth_deg) for azimuth_deg in (76.0, 110.0, 143.0))
    assert not any(hatched(image, azimuth_deg) for azimuth_deg in (73.0, 147.0, 0.5, -100.0))


def test_what_is_unseen_round_the_back_is_one_sector():
    unseen = np.zeros((512, 1024), bool)
    unseen[:, :100] = unseen[:, -100:] = True
    image = radar_picture(scene_of(), unseen)
    assert all(hatched(image, azimuth_deg) for azimuth_deg in (146.0, 179.0, -179.0, -146.0))
    assert not any(hatched(image, azimuth_deg) for azimuth_deg in (143.0, 1.0, -143.0))


def test_a_missing_foot_is_no_missing_sector():
    unseen = np.zeros((512, 1024), bool)
    unseen[400:] = True
    np.testing.assert_array_equal(np.asarray(radar_picture(scene_of(), unseen)), np.asarray(radar_picture(scene_of())))


def test_the_picture_of_a_whole_panorama_hatches_nothing():
    image = np.asarray(radar_picture(scene_of(picture=PANORAMA)))
    assert not any(hatched(image, azimuth_deg) for azimuth_deg in np.arange(3.5, 360.0, 5.0))
