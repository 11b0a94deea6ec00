"""What was not photographed is known by borders and transparency, and by nothing that was photographed."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from server.pipeline.picture.image import read_picture
from server.pipeline.picture.unseen import all_unseen, plain_borders
from server.synthetic.demo import demo_world
from server.synthetic.painting import rendered

PANORAMAS = Path(__file__).parents[5] / "shared" / "panoramas"
HEIGHT_PX = 256


@pytest.fixture(scope="module")
def street():
    pixels = rendered(demo_world(), 2 * HEIGHT_PX).pixels.copy()
    pixels.flags.writeable = False
    return pixels


def compressed(pixels, quality=88):
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def rectangle(top, bottom, left, right):
    """True outside a rectangle, its sides in degrees from the upper left corner."""
    unseen = np.ones((HEIGHT_PX, 2 * HEIGHT_PX), np.bool_)
    px = HEIGHT_PX / 180.0
    columns = np.arange(round(left * px), round(right * px)) % (2 * HEIGHT_PX)
    unseen[round(top * px) : round(bottom * px), columns] = False
    return unseen


BORDERS = {
    "black poles": rectangle(35, 140, 0, 360),
    "a patched nadir": rectangle(0, 150, 0, 360),
    "no sky": rectangle(39, 180, 0, 360),
    "half a sphere": rectangle(0, 180, 40, 220),
    "a part across the seam": rectangle(20, 150, 250, 400),
    "a quarter": rectangle(45, 135, 130, 220),
    "a wide part": rectangle(0, 180, 100, 400),
    "a band": rectangle(60, 125, 0, 360),
}


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (16, 16, 16)])
@pytest.mark.parametrize("unseen", BORDERS.values(), ids=BORDERS)
def test_a_border_of_a_panorama_is_found_to_the_pixel(street, unseen, colour):
    found = plain_borders(np.where(unseen[..., None], np.uint8(colour), street), around=True)
    np.testing.assert_array_equal(found, unseen)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 128, 128)])
@pytest.mark.parametrize("unseen", BORDERS.values(), ids=BORDERS)
def test_a_border_is_found_through_compression(street, unseen, colour):
    found = plain_borders(compressed(np.where(unseen[..., None], np.uint8(colour), street)), around=True)
    grown = [
        cv2.morphologyEx(unseen.astype(np.uint8), kind, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_REPLICATE) > 0
        for kind in (cv2.MORPH_ERODE, cv2.MORPH_DILATE)
    ]
    assert np.all(found[grown[0]])
    assert not np.any(found[~grown[1]])


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 90, 90)])
def test_a_bar_beside_a_photograph_is_found(street, edge, colour):
    photo = street[70:200, 100:300].copy()
    bar = {"left": np.s_[:, :20], "right": np.s_[:, -9:], "top": np.s_[:15], "bottom": np.s_[-6:]}[edge]
    unseen = np.zeros(photo.shape[:2], np.bool_)
    photo[bar], unseen[bar] = colour, True
    np.testing.assert_array_equal(plain_borders(photo, around=False), unseen)


def test_the_mask_over_a_survey_car_is_found_though_its_edge_is_curved(street):
    columns, rows = np.meshgrid(np.arange(2 * HEIGHT_PX), np.arange(HEIGHT_PX))
    unseen = rows > 210 + 12 * np.sin(columns / 40.0)
    found = plain_borders(compressed(np.where(unseen[..., None], np.uint8(0), street)), around=True)
    assert np.mean(found != unseen) < 0.01


def test_what_is_plain_but_ends_little_by_little_was_photographed(street):
    height = np.linspace(0.0, 1.0, HEIGHT_PX)[:, None, None]
    burnt_out = np.clip(street + 700.0 * np.clip(0.5 - height, 0.0, 1.0), 0, 255).astype(np.uint8)
    dark_above = np.clip(street * np.clip(4.0 * height - 1.0, 0.0, 1.0), 0, 255).astype(np.uint8)
    assert (burnt_out[:20] == 255).all()
    assert (dark_above[:20] == 0).all()
    assert plain_borders(burnt_out, around=True) is None
    assert plain_borders(dark_above, around=True) is None


def test_one_colour_all_over_was_photographed():
    for colour in (0, 128, 255):
        assert plain_borders(np.full((64, 128, 3), colour, np.uint8), around=True) is None


def test_a_transparent_part_is_unseen_whatever_its_colour(tmp_path, street):
    clear = np.zeros(street.shape[:2], np.bool_)
    clear[:60, 100:180] = True
    layers = np.dstack([street, np.where(clear, 0, 255).astype(np.uint8)])
    Image.fromarray(layers, "RGBA").save(tmp_path / "clear.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "clear.png").unseen, clear)


def test_a_curved_mask_that_a_part_of_a_sphere_cuts_is_found_in_it(street):
    columns, rows = np.meshgrid(np.arange(2 * HEIGHT_PX), np.arange(HEIGHT_PX))
    masked = rows > 205 + 12 * np.sin(columns / 20.0)
    outside = rectangle(30, 145, 40, 220)
    pixels = np.where(masked[..., None], np.uint8(0), street)
    found = all_unseen(pixels, outside, around=True)
    np.testing.assert_array_equal(found, outside | masked)


def test_what_is_unseen_belongs_to_the_name_of_a_picture(tmp_path, street):
    pixels = np.where(np.arange(2 * HEIGHT_PX)[:, None] < 90, np.uint8(0), street)
    Image.fromarray(pixels).save(tmp_path / "black.png")
    alpha = np.where(np.arange(2 * HEIGHT_PX) < 120, 0, 255).astype(np.uint8)
    pixels[:, :120] = 0
    Image.fromarray(pixels).save(tmp_path / "more_black.png")
    Image.fromarray(np.dstack([pixels, np.broadcast_to(alpha, street.shape[:2])]), "RGBA").save(tmp_path / "clear.png")
    black, more, clear = (read_picture(tmp_path / f"{name}.png") for name in ("black", "more_black", "clear"))
    assert black.sha256 != more.sha256
    assert more.sha256 == clear.sha256


@pytest.mark.skipif(not PANORAMAS.exists(), reason="the panoramas are not here")
def test_no_panorama_loses_what_was_photographed():
    for path in sorted(PANORAMAS.rglob("*.jpg")):
        picture = read_picture(path)
        if picture.unseen is not None:
            assert not picture.pixels[picture.unseen].max(axis=1, initial=0).max() > 10, path.name
            assert path.name.startswith("street_")
