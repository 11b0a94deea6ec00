"""What a file is taken for, and that what it shows comes to its true direction."""

import re

import cv2
import numpy as np
import pytest

from protocol.errors import InputError
from server.pipeline.picture.image import read_picture
from tests.server.pipeline.picture.drawn import (
    MARKS,
    cube_file,
    cylinder_file,
    exif,
    fisheye_file,
    found_marks,
    gpano,
    mark_pixels,
    part_file,
    photograph_file,
    saved,
    stereo_file,
)

AHEAD, LEFT, RIGHT, BEHIND = MARKS


def assert_marks_at(picture, directions):
    found = found_marks(picture)
    assert set(found) == set(directions)
    for direction, place in found.items():
        np.testing.assert_allclose(np.mod(np.subtract(place, direction) + 180.0, 360.0) - 180.0, 0.0, atol=0.7)


def assert_pixels_of_the_file_are_found(picture, pixels, directions):
    """A pixel that a person gives counts in the file; the upper or left one of two eyes is looked at."""
    places = mark_pixels(pixels)
    for direction in directions:
        found = picture.original.direction(*places[direction])
        np.testing.assert_allclose(np.mod(np.subtract(found, direction) + 180.0, 360.0) - 180.0, 0.0, atol=0.7)


FILES = {
    "a sphere": (lambda: part_file(360, 180), "panorama, 360° × 180°, since it is twice as wide", MARKS),
    "a sphere without its foot": (lambda: part_file(360, 120), "panorama, 360° × 120°, since its right edge", MARKS),
    "a strip all round": (lambda: cylinder_file(360, 6.3), "cylindrical panorama, 360° × 53°", MARKS),
    "a cross": (lambda: cube_file(".U..", "LFRB", ".D.."), "cube map (cross)", MARKS),
    "an upright cross": (lambda: cube_file(".U.", "LFR", ".D.", ".B!."), "cube map (upright cross)", MARKS),
    "3 × 2": (lambda: cube_file("LFR", "DBU"), "cube map (3 × 2, left front right)", MARKS),
    "3 × 2 of ffmpeg": (lambda: cube_file("RLU", "DFB"), "cube map (3 × 2, right left up)", MARKS),
    "six in a row": (lambda: cube_file("FRBLUD"), "cube map (strip)", MARKS),
    "six in a column": (lambda: cube_file(*"RLUDFB"), "cube map (column, right left)", MARKS),
    "two fisheyes": (lambda: fisheye_file(200, lenses=2), "two fisheyes, the left one looking ahead, 200° wide", MARKS),
    "two fisheyes, narrower": (lambda: fisheye_file(191, lenses=2), "191° wide, by what both lenses show", MARKS),
    "a fisheye": (lambda: fisheye_file(180, lenses=1), "fisheye, 180° wide, guessed", (AHEAD, LEFT, RIGHT)),
    "a photograph": (lambda: photograph_file(65, 1.5), "photograph, 65° wide, guessed", (AHEAD,)),
}


@pytest.mark.parametrize(("drawn", "words", "directions"), FILES.values(), ids=FILES.keys())
def test_a_file_without_metadata_is_taken_for_what_it_shows(tmp_path, drawn, words, directions):
    pixels = drawn()
    picture = read_picture(saved(tmp_path / "a.png", pixels))
    assert words in picture.taken_for
    assert_marks_at(picture, directions)
    assert_pixels_of_the_file_are_found(picture, pixels, directions)


def part_of(full=(720, 360), size=(360, 200), at=(180, 80), **more):
    """GPano of a part: sizes of the sphere and of the part, and where it lies; None leaves a property out."""
    sphere = dict(zip(("FullPanoWidthPixels", "FullPanoHeightPixels"), full, strict=True))
    part = dict(zip(("CroppedAreaImageWidthPixels", "CroppedAreaImageHeightPixels"), size, strict=True))
    told = sphere | part | dict(zip(("CroppedAreaLeftPixels", "CroppedAreaTopPixels"), at, strict=True)) | more
    return {"ProjectionType": "equirectangular", **{name: value for name, value in told.items() if value is not None}}


# What slips writers of GPano make, and where viewers show such a file: 180° × 100° ahead if nothing is said.
TOLD = {
    "a part": part_of(),
    "a part to the left": (part_of(at=(90, 80)), {"azimuth_deg": 45.0}),
    "a part behind": (part_of(at=(540, 80)), {"azimuth_deg": 180.0}),
    "a part that is high": (part_of(at=(180, 60)), {"elevation_deg": 10.0}),
    "sizes rounded apart": part_of(full=(719, 360)),
    "sizes with a point": part_of(full=("720.0", " 360 "), at=("+180", "80.00")),
    "no place": part_of(at=(None, None)),
    "a negative place": part_of(at=(-180, -80)),
    "a place beyond the sphere": part_of(at=(9999, 9999)),
    "no numbers": part_of(at=("nan", "1e308")),
    "words": part_of(at=("left", "")),
    "the part's height for the sphere's": part_of(full=(720, 200), at=(180, 0)),
    "no height": part_of(full=(720, 0)),
    "a height out of all bounds": part_of(full=(720, "inf")),
    "half of the sphere's width": part_of(full=(360, 360), size=(360, 200), at=(None, 80)),
    "scaled since": part_of(full=(7200, 3600), size=(3600, 2000), at=(1800, 800)),
    "no size of the part": part_of(size=(None, None)),
}


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD.keys())
@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_a_part_that_gpano_tells_of_comes_to_its_place_in_spite_of_slips(tmp_path, told, suffix):
    told, place = told if isinstance(told, tuple) else (told, {})
    pixels = part_file(180, 100, **place)
    options = {"lossless": True} if suffix == "webp" else {"quality": 95, "subsampling": 0}
    picture = read_picture(saved(tmp_path / f"a.{suffix}", pixels, xmp=gpano(**told), **options))
    shown = mark_pixels(pixels)
    assert "from its GPano data" in picture.taken_for
    assert picture.view.projection == "equirectangular"
    assert_marks_at(picture, shown)
    assert_pixels_of_the_file_are_found(picture, pixels, shown)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("a negative place", "CroppedAreaLeftPixels '-180', CroppedAreaTopPixels '-80'"),
        ("no numbers", "CroppedAreaTopPixels '1e308'"),
        ("no place", "centred"),
        ("the part's height for the sphere's", "720 × 200 pixels is not 2:1"),
        ("a height out of all bounds", "FullPanoHeightPixels 'inf'"),
    ],
)
def test_what_is_set_aside_of_gpano_is_told(tmp_path, told, words):
    path = saved(tmp_path / "a.jpg", part_file(180, 100), xmp=gpano(**TOLD[told]))
    assert any(words in notice for notice in read_picture(path).notices)


def test_sizes_of_another_picture_are_set_aside_and_that_is_told(tmp_path):
    packet = gpano(**part_of(full=(720, 360), size=(360, 100), at=(0, 0)))
    picture = read_picture(saved(tmp_path / "a.jpg", part_file(360, 180), xmp=packet))
    assert_marks_at(picture, MARKS)
    assert any("another picture, of 360 × 100 pixels" in notice for notice in picture.notices)


def test_any_prefix_may_stand_for_gpanos_namespace(tmp_path):
    packet = gpano(**part_of(at=(90, 80))).replace(b"GPano:", b"ns3:").replace(b"xmlns:GPano", b"xmlns:ns3")
    picture = read_picture(saved(tmp_path / "a.jpg", part_file(180, 100, azimuth_deg=45.0), xmp=packet))
    assert_marks_at(picture, (AHEAD, LEFT))


@pytest.mark.parametrize(("height_deg", "height_px"), [(180, 389), (180, 352), (112, 224)])
def test_a_declared_panorama_without_sizes_goes_all_round(tmp_path, height_deg, height_px):
    pixels = cv2.resize(part_file(360, height_deg), (720, height_px), interpolation=cv2.INTER_AREA)
    path = saved(tmp_path / "a.jpg", pixels, xmp=gpano(ProjectionType="equirectangular"), quality=95, subsampling=0)
    picture = read_picture(path)
    assert picture.view.width_px == 2 * picture.view.height_px
    assert_marks_at(picture, MARKS)


@pytest.mark.parametrize("heights", [(0, 0), (720, 280)])
def test_gpano_tells_how_wide_a_cylinder_is_and_where_its_middle(tmp_path, heights):
    pixels = cylinder_file(180, 3, azimuth_deg=40.0)
    told = part_of(full=(1600, heights[0]), size=(800, 267), at=(800 - 400 - 178, heights[1]))
    path = saved(tmp_path / "a.png", pixels)
    packet = gpano(**{**told, "ProjectionType": "cylindrical"})
    picture = read_picture(saved(path.with_suffix(".webp"), pixels, lossless=True, xmp=packet))
    assert "cylindrical panorama, 180° × 55°, from its GPano data" in picture.taken_for
    assert_marks_at(picture, (AHEAD, LEFT))
    assert_pixels_of_the_file_are_found(picture, pixels, (AHEAD, LEFT))


def test_a_stale_orientation_does_not_lay_a_panorama_on_its_side(tmp_path):
    whole = gpano(**part_of(full=(720, 360), size=(720, 360), at=(0, 0)))
    path = saved(tmp_path / "a.jpg", part_file(360, 180), xmp=whole, exif=exif(orientation=6), quality=95)
    picture = read_picture(path)
    assert_marks_at(picture, MARKS)
    assert any("orientation 6" in notice for notice in picture.notices)


def test_an_orientation_that_holds_is_obeyed_with_gpano_beside_it(tmp_path):
    pixels = part_file(180, 100)
    lying = np.rot90(pixels)
    path = saved(tmp_path / "a.jpg", lying, xmp=gpano(**part_of()), exif=exif(orientation=6), quality=95, subsampling=0)
    assert_marks_at(read_picture(path), mark_pixels(pixels))


def test_a_phones_panorama_is_a_cylinder_as_wide_as_phones_make_them(tmp_path):
    pixels = cylinder_file(180, 3)
    path = saved(tmp_path / "a.jpg", pixels, exif=exif(26, stitched=True), quality=95, subsampling=0)
    picture = read_picture(path)
    assert "179° × 55°" in picture.taken_for
    assert "guessed: say --hfov-deg" in picture.taken_for
    assert_marks_at(picture, (AHEAD, LEFT, RIGHT))


@pytest.mark.parametrize("aspect", [2.0, 2.034, 1.97])
def test_a_photograph_of_a_phone_with_a_long_sensor_is_one(tmp_path, aspect):
    picture = read_picture(saved(tmp_path / "a.jpg", photograph_file(66, aspect), exif=exif(30)))
    assert re.match("photograph, 6[56]° wide, from its EXIF focal length", picture.taken_for)
    assert_marks_at(picture, (AHEAD,))


def test_a_sphere_that_was_stitched_of_a_cameras_pictures_keeps_their_focal_length_and_is_a_sphere(tmp_path):
    picture = read_picture(saved(tmp_path / "a.jpg", part_file(360, 180), exif=exif(24)))
    assert "panorama, 360° × 180°" in picture.taken_for
    assert "in spite of its EXIF focal length" in picture.taken_for


@pytest.mark.parametrize("kind", ["rectilinear", "Perspective"])
def test_gpano_may_tell_of_a_photograph(tmp_path, kind):
    picture = read_picture(saved(tmp_path / "a.jpg", photograph_file(65, 2.0), xmp=gpano(ProjectionType=kind)))
    assert "photograph, 65° wide, from its GPano data" in picture.taken_for


def test_a_projection_of_gpano_that_nobody_knows_is_told(tmp_path):
    picture = read_picture(saved(tmp_path / "a.jpg", photograph_file(65, 1.5), xmp=gpano(ProjectionType="mercator")))
    assert "photograph" in picture.taken_for
    assert any("'mercator'" in notice for notice in picture.notices)


SEEN = (AHEAD, LEFT, RIGHT)
SAID = {
    "perspective": (lambda: photograph_file(90, 2.0), ("perspective", 90.0), "photograph, 90° wide", (AHEAD,)),
    "wide, so a photograph": (lambda: photograph_file(90, 2.0), ("auto", 90.0), "photograph, 90° wide", (AHEAD,)),
    "equirectangular": (lambda: part_file(180, 90), ("equirectangular", 180.0), "panorama, 180° × 90°", SEEN),
    "half a sphere": (lambda: part_file(180, 180), ("auto", 180.0), "panorama, 180° × 180°", SEEN),
    "cylindrical": (lambda: cylinder_file(220, 4), ("cylindrical", 220.0), "cylindrical panorama, 220°", SEEN),
    "a strip": (lambda: cylinder_file(330, 6.3), ("auto", 330.0), "cylindrical panorama, 330°", SEEN),
    "fisheye": (lambda: fisheye_file(220, lenses=1), ("fisheye", 220.0), "fisheye, 220° wide", SEEN),
    "stereo": (lambda: stereo_file(over_under=True), ("stereo", None), "360° × 180° of its upper half", MARKS),
    "stereo aside": (lambda: stereo_file(over_under=False), ("stereo", None), "360° × 180° of its left half", MARKS),
    "stereo, half": (lambda: stereo_file(over_under=False, width_deg=180), ("stereo", None), "180° × 180°", SEEN),
    "cube map": (lambda: cube_file("LFR", "DBU"), ("cubemap", None), "cube map (3 × 2, left front right)", MARKS),
}


@pytest.mark.parametrize(("drawn", "said", "words", "directions"), SAID.values(), ids=SAID.keys())
def test_a_user_says_what_a_file_is(tmp_path, drawn, said, words, directions):
    pixels = drawn()
    picture = read_picture(saved(tmp_path / "a.png", pixels), projection=said[0], hfov_deg=said[1])
    assert words in picture.taken_for
    assert "says" in picture.taken_for
    assert_marks_at(picture, directions)
    assert_pixels_of_the_file_are_found(picture, pixels, directions)


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (lambda: stereo_file(over_under=True), "stereo panorama (over-under), 360° × 180°"),
        (lambda: stereo_file(over_under=False), "stereo panorama (side-by-side), 360° × 180°"),
        (lambda: stereo_file(over_under=False, width_deg=180), "stereo panorama (side-by-side), 180° × 180°"),
    ],
)
def test_two_eyes_pictures_are_known_by_their_likeness(tmp_path, drawn, words):
    picture = read_picture(saved(tmp_path / "a.png", drawn()))
    assert words in picture.taken_for
    shown = {direction for direction in MARKS if "360°" in words or abs(direction[0]) <= 87.0}
    assert_marks_at(picture, shown)


@pytest.mark.parametrize(
    ("drawn", "said", "told"),
    [
        (lambda: photograph_file(65, 1.5), ("perspective", 200.0), "can't be a photograph that is 200° wide"),
        (lambda: photograph_file(65, 1.3), ("cubemap", 90.0), "--hfov-deg: says nothing about a cube map"),
        (lambda: photograph_file(65, 1.7), ("cubemap", None), "as no cube map has"),
        (lambda: cylinder_file(180, 6), ("auto", None), "strip of 800 × 133 pixels.*--hfov-deg"),
        (lambda: cylinder_file(180, 6), ("perspective", 90.0), "strip of 800 × 133 pixels"),
    ],
)
def test_what_can_not_be_is_told_in_one_line(tmp_path, drawn, said, told):
    with pytest.raises(InputError, match=told) as caught:
        read_picture(saved(tmp_path / "a.png", drawn()), projection=said[0], hfov_deg=said[1])
    assert "\n" not in str(caught.value)


def test_a_field_of_view_that_contradicts_metadata_is_refused_unless_the_projection_is_said(tmp_path):
    path = saved(tmp_path / "a.jpg", part_file(180, 100), xmp=gpano(**part_of()))
    with pytest.raises(InputError, match="180° wide by its metadata, not 68°"):
        read_picture(path, hfov_deg=68.0)
    assert "panorama, 180°" in read_picture(path, hfov_deg=180.0).taken_for
    picture = read_picture(path, projection="perspective", hfov_deg=68.0)
    assert "photograph, 68° wide" in picture.taken_for
    assert any("GPano data, which say equirectangular, were set aside" in notice for notice in picture.notices)


def test_a_pixel_counts_in_the_file_however_much_smaller_the_picture_is_read(tmp_path, monkeypatch):
    from server.pipeline.picture import limits

    monkeypatch.setattr(limits, "LARGEST_WIDTH_PX", 300)
    for name, options in (("a.png", {}), ("b.jpg", {"quality": 95})):
        pixels = part_file(360, 180)
        picture = read_picture(saved(tmp_path / name, pixels, **options))
        assert picture.view.width_px < 300
        assert_pixels_of_the_file_are_found(picture, pixels, MARKS)


@pytest.mark.parametrize("aspect", [0.5, 0.75, 1.0, 4 / 3, 1.5, 16 / 9, 2.05, 7 / 3, 3.0])
def test_photographs_of_all_usual_shapes_stay_photographs(tmp_path, aspect):
    for azimuth_deg in (-150.0, -30.0, 80.0):
        pixels = photograph_file(60.0 if aspect > 1.0 else 45.0, aspect, width_px=480, azimuth_deg=azimuth_deg)
        assert read_picture(saved(tmp_path / "a.png", pixels)).taken_for.startswith("photograph, 65° wide, guessed")
