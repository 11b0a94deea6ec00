from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.export.pictures.annotated import annotated_picture, source_extents, source_labels
from server.export.pictures.drawing import UNSEEN, letter_size_px
from server.export.pictures.lettering.labels import dot_radius_px, left_out_words
from tests.server.export.pictures.shapes import (
    PANORAMA,
    PHOTO,
    PORTRAIT,
    WIDE,
    WIND,
    grey,
    is_coloured,
    masked,
    overlap,
    scene_of,
)

LARGE = PANORAMA.view.resized(2048, 1024)


def labels_of(scene, view=LARGE, proposals=()):
    return source_labels(scene, view, source_extents(scene, view, proposals))


@pytest.mark.parametrize("azimuth_deg", [0.0, 60.0, -120.0, 175.0])
def test_a_frame_stands_where_the_source_is(azimuth_deg):
    source = replace(WIDE, azimuth_deg=azimuth_deg, elevation_deg=-5.0)
    image = annotated_picture(scene_of(source), PANORAMA)
    for aside in (-10.0, 10.0):
        column, row = LARGE.pixel(azimuth_deg + aside, -8.0)
        assert is_coloured(image, np.clip(column, 4, 2043), row)
    assert is_coloured(image, *LARGE.pixel(azimuth_deg, -5.0))
    assert not is_coloured(image, *LARGE.pixel(azimuth_deg + 30.0, -8.0))


def test_a_frame_across_the_seam_is_drawn_on_both_sides():
    image = annotated_picture(scene_of(replace(WIDE, azimuth_deg=180.0, elevation_deg=0.0)), PANORAMA)
    foot_row = LARGE.pixel(0.0, -5.0)[1]
    assert is_coloured(image, 20, foot_row)
    assert is_coloured(image, 2027, foot_row)


def test_what_goes_all_round_is_drawn_and_told_as_a_ring():
    scene = scene_of(replace(WIDE, azimuth_deg=180.0, width_deg=360.0, elevation_deg=-20.0))
    image = annotated_picture(scene, PANORAMA)
    (label,) = labels_of(scene)
    for elevation_deg in (-15.0, -25.0):
        row = LARGE.pixel(0.0, elevation_deg)[1]
        for column in range(10, 2040, 100):
            under_label = overlap(label.box, (column - 9, row - 9, column + 9, row + 9))
            assert under_label or is_coloured(image, column, row)
    assert label.tag.place == "all round, 8.0 ± 0.5 m"
    assert label.tag.hollow


def test_a_photograph_shows_its_frames_by_its_own_geometry():
    source = replace(WIDE, azimuth_deg=15.0, elevation_deg=5.0)
    image = annotated_picture(scene_of(source, picture=PHOTO), PHOTO)
    large = PHOTO.view.resized(2048, 1365)
    for azimuth_deg, elevation_deg in ((25.0, 5.0), (5.0, 5.0), (15.0, 0.0)):
        assert is_coloured(image, *large.pixel(azimuth_deg, elevation_deg))


def test_what_a_photograph_does_not_show_is_not_drawn():
    behind = annotated_picture(scene_of(replace(WIDE, azimuth_deg=180.0), picture=PHOTO), PHOTO)
    nothing = annotated_picture(scene_of(picture=PHOTO), PHOTO)
    np.testing.assert_array_equal(np.asarray(behind), np.asarray(nothing))


def test_ambience_is_listed_without_a_frame():
    pixels = np.asarray(annotated_picture(scene_of(WIND), PANORAMA))
    plain = np.asarray(annotated_picture(scene_of(), PANORAMA))
    changed = np.argwhere((pixels != plain).any(axis=-1))
    assert changed[:, 0].max() < 80
    assert changed[:, 1].max() < 500


def test_ambience_makes_room_for_what_is_where_it_would_be_listed():
    bell = replace(WIDE, azimuth_deg=165.0, elevation_deg=86.0, width_deg=2.0, height_deg=2.0)
    scene = scene_of(WIND, bell)
    wind, _ = labels_of(scene)
    column, row = LARGE.pixel(165.0, 86.0)
    assert not overlap(wind.box, (column - 5, row - 5, column + 5, row + 5))


def crescent():
    """A shape whose middle lies outside it, about 40° to the left."""
    row, column = np.mgrid[0:128, 0:256]
    full = np.hypot(column - 100, row - 70) < 30
    return full & (np.hypot(column - 112, row - 70) > 28)


def test_a_dot_lies_on_its_own_region_not_beside_it():
    mask = crescent()
    source, proposal = masked(replace(WIDE, azimuth_deg=30.0, elevation_deg=-8.0), mask, PANORAMA.view)
    assert not mask[int((0.5 + 8.0 / 180.0) * 128), int((0.5 - 30.0 / 360.0) * 256)]
    (extent,) = source_extents(scene_of(source), LARGE, [proposal])
    column, row = extent.mark
    assert mask[int(row / 8), int(column / 8)]
    image = annotated_picture(scene_of(source), PANORAMA, [proposal])
    assert is_coloured(image, column, row, reach=2)


@given(seed=st.integers(0, 10_000), photo=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_dot_lies_on_whatever_region(seed, photo):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(64, 128))
    smooth = sum(np.roll(noise, (i, j), axis=(0, 1)) for i in range(7) for j in range(7))
    mask = np.repeat(np.repeat(smooth > np.quantile(smooth, 0.9), 4, axis=0), 4, axis=1)
    picture = PHOTO if photo else PANORAMA
    source = replace(WIDE, azimuth_deg=float(rng.uniform(-179, 180)), elevation_deg=float(rng.uniform(-60, 60)))
    source, proposal = masked(source, mask, picture.view)
    view = picture.view.resized(2048, 1365) if photo else LARGE
    (extent,) = source_extents(scene_of(source, picture=picture), view, [proposal])
    column, row = extent.mark
    assert mask[int(row / view.height_px * mask.shape[0]), int(column / view.width_px * mask.shape[1])]


def test_a_dot_stays_at_its_direction_where_that_is_inside():
    mask = np.zeros((128, 256), bool)
    mask[60:100, 40:120] = True
    source, proposal = masked(replace(WIDE, azimuth_deg=70.0, elevation_deg=-20.0), mask, PANORAMA.view)
    (extent,) = source_extents(scene_of(source), LARGE, [proposal])
    assert extent.mark == pytest.approx(LARGE.pixel(70.0, -20.0))


def test_an_outline_follows_the_mask_across_the_seam():
    mask = np.zeros((256, 512), bool)
    mask[100:150, :60] = mask[100:150, -60:] = True
    source, proposal = masked(replace(WIDE, azimuth_deg=180.0, elevation_deg=2.0), mask, PANORAMA.view)
    image = annotated_picture(scene_of(source), PANORAMA, [proposal])
    for column in (0, 120, 240, 2047, 1900, 1810):
        assert is_coloured(image, column, 600)
        assert not is_coloured(image, column, 520, reach=3) or column in (0, 240, 1810, 2047)
    # The seam itself is no edge of it.
    assert not is_coloured(image, 2, 560, reach=2)


def test_masks_of_a_view_are_drawn_where_that_view_looks():
    view = grey("perspective", 200, 200, hfov_deg=90.0).view
    ahead_left = replace(view, name="view-1", yaw_deg=45.0)
    mask = np.zeros((200, 200), bool)
    mask[80:120, 80:120] = True
    source, proposal = masked(replace(WIDE, azimuth_deg=45.0, elevation_deg=0.0), mask, ahead_left)
    (extent,) = source_extents(scene_of(source), LARGE, [proposal])
    rows, columns = np.nonzero(extent.region.mask)
    assert columns.mean() == pytest.approx((0.5 - 45.0 / 360.0) * 2048, abs=4)
    # 20 of 100 pixels from the axis are atan(0.2).
    assert np.ptp(columns) / 2048 * 360 == pytest.approx(2 * np.degrees(np.arctan(0.2)), rel=0.05)
    assert rows.mean() == pytest.approx(512, abs=4)


def crowd(azimuths, distances, picture):
    sources = []
    for number, (azimuth_deg, distance_m) in enumerate(zip(azimuths, distances, strict=True)):
        height_deg = float(np.degrees(1.7 / distance_m))
        sources.append(
            replace(
                WIDE,
                id=f"person-{number + 1}",
                label="person with a dog" if number % 3 else "car",
                azimuth_deg=azimuth_deg,
                elevation_deg=-height_deg / 2,
                distance_m=distance_m,
                width_deg=0.5 * height_deg,
                height_deg=height_deg,
            )
        )
    return scene_of(*sources, WIND, picture=picture)


@given(
    middle=st.sampled_from([0.0, 100.0, 179.9, -179.9]),
    spread=st.sampled_from([2.0, 15.0, 120.0]),
    count=st.integers(1, 30),
    seed=st.integers(0, 1000),
    picture=st.sampled_from([PANORAMA, PHOTO, PORTRAIT]),
)
@settings(max_examples=20, deadline=None)
def test_labels_cover_neither_each_other_nor_any_dot(middle, spread, count, seed, picture):
    rng = np.random.default_rng(seed)
    if picture is not PANORAMA:
        middle, spread = 0.0, min(spread, 15.0)
    azimuths = [float((middle + spread * aside + 180.0) % 360.0 - 180.0) or 0.1 for aside in rng.normal(size=count)]
    scene = crowd(azimuths, [float(value) for value in rng.uniform(3.0, 60.0, count)], picture)
    shrink = 2048 / max(picture.view.width_px, picture.view.height_px)
    view = picture.view.resized(round(picture.view.width_px * shrink), round(picture.view.height_px * shrink))
    placed = labels_of(scene, view)
    boxes = [label.box for label in placed]
    assert None not in boxes
    marks = [label.tag.mark for label in placed if label.tag.has_dot]
    for number, box in enumerate(boxes):
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= view.width_px
        assert box[3] <= view.height_px
        assert not any(overlap(box, other) for other in boxes[number + 1 :])
        assert not any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in marks)


@pytest.mark.parametrize("azimuth_deg", [0.0, 120.0, -178.0])
@pytest.mark.parametrize("size_deg", [2.0, 8.0, 20.0])
def test_a_label_does_not_hide_what_it_names(azimuth_deg, size_deg):
    scene = scene_of(replace(WIDE, azimuth_deg=azimuth_deg, width_deg=size_deg, height_deg=size_deg))
    (label,) = labels_of(scene)
    left, top = LARGE.pixel(azimuth_deg + size_deg / 2, -5.0 + size_deg / 2)
    right, bottom = LARGE.pixel(azimuth_deg - size_deg / 2, -5.0 - size_deg / 2)
    assert left > right or not overlap(label.box, (left, top, right, bottom))


def test_the_same_scene_is_drawn_alike_every_time():
    scene = crowd([3.0 * number for number in range(12)], [10.0] * 12, PANORAMA)
    assert annotated_picture(scene, PANORAMA).tobytes() == annotated_picture(scene, PANORAMA).tobytes()


def test_labels_without_room_are_left_out_and_that_is_said():
    slim = grey("perspective", 100, 400, hfov_deg=20.0)
    scene = crowd([float(x) for x in np.linspace(-9, 9, 60)], [20.0] * 60, slim)
    placed = labels_of(scene, slim.view.resized(200, 800))
    boxes = [label.box for label in placed if label.box]
    assert 0 < len(boxes) < 61
    assert not any(overlap(a, b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])
    assert left_out_words(placed) == f"{61 - len(boxes)} more sources have no room for a label"


@pytest.mark.parametrize(("width_px", "height_px"), [(256, 128), (2048, 1024), (8192, 4096)])
def test_letters_are_as_large_in_a_small_picture_as_in_a_large_one(width_px, height_px):
    small = grey("equirectangular", width_px, height_px)
    (label,) = labels_of(scene_of(WIDE), small.view.resized(2048, 1024))
    assert label.size_px == letter_size_px(LARGE)
    assert annotated_picture(scene_of(WIDE), small).width == 2048


def test_letters_grow_with_the_picture_that_they_are_in():
    assert letter_size_px(PHOTO.view.resized(1500, 1000)) == pytest.approx(
        2 * letter_size_px(PHOTO.view.resized(750, 500)), 1
    )
    assert letter_size_px(PHOTO.view.resized(600, 900)) == letter_size_px(PHOTO.view.resized(900, 600))
    assert dot_radius_px(20) == 2 * dot_radius_px(10)


def test_what_was_not_photographed_is_hatched_and_the_legend_says_so():
    unseen = np.zeros((512, 1024), bool)
    unseen[400:] = True
    picture = grey("equirectangular", 1024, 512, unseen=unseen)
    image = np.asarray(annotated_picture(scene_of(), picture)).astype(int)
    below = image[850:1000, 200:1800].reshape(-1, 3)
    for colour in UNSEEN:
        assert (np.abs(below - colour).max(axis=-1) <= 2).mean() > 0.2
    assert np.abs(image[700:780, 200:1800] - 90).max() <= 1
    whole = annotated_picture(scene_of(), PANORAMA)
    assert image.shape[0] > whole.height


@pytest.mark.parametrize("pitch_deg", [0.0, 20.0, 70.0])
def test_a_tilted_photograph_has_its_scale_too(pitch_deg):
    tilted = replace(PHOTO, view=replace(PHOTO.view, pitch_deg=pitch_deg))
    strip = np.asarray(annotated_picture(scene_of(picture=tilted), tilted)).astype(int)[1368:]
    assert (strip.min(axis=-1) > 200).any()  # "ahead"


def test_the_compass_stands_below_where_the_heading_is_known():
    known = np.asarray(annotated_picture(scene_of(heading_deg=90.0), PANORAMA)).astype(int)
    # Ahead is east, so north is 90° to the left.
    column = int(LARGE.pixel(90.0, 0.0)[0])
    north = (known[1024:, :, 0] > 200) & (known[1024:, :, 2] < 90)
    assert abs(np.nonzero(north)[1].mean() - column) < 6
    unknown = np.asarray(annotated_picture(scene_of(), PANORAMA)).astype(int)
    assert not ((unknown[1024:, :, 0] > 200) & (unknown[1024:, :, 2] < 90)).any()
