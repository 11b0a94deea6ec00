"""Frames around photographs and the corners that straightening leaves are told from what was photographed."""

import cv2
import numpy as np
import pytest

from server.pipeline.picture.frames import frame


def photograph(height_px=400, width_px=600):
    """Blots of many colours."""
    noise = np.random.default_rng(4).normal(size=(height_px // 10, width_px // 10, 3))
    large = cv2.resize(noise, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    return np.clip(110.0 + 30.0 * large, 0, 255).astype(np.uint8)


def compressed(pixels, quality=75):
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


@pytest.mark.parametrize("colour", [0, 200, 255])
@pytest.mark.parametrize("thick_px", [8, 13, 40])
@pytest.mark.parametrize("sides", ["all", "above and below"])
def test_a_frame_is_found_through_ringing(sides, thick_px, colour):
    aside_px = thick_px if sides == "all" else 0
    pixels = photograph()
    unseen = np.ones(pixels.shape[:2], np.bool_)
    unseen[thick_px:-thick_px, aside_px : 600 - aside_px] = False
    found = frame(compressed(np.where(unseen[..., None], np.uint8(colour), pixels)))
    assert found is not None
    assert np.mean(found != unseen) < 0.01


@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("turn_deg", [-8.0, 3.0])
def test_the_corners_of_a_turned_photograph_are_found(turn_deg, colour):
    turn = cv2.getRotationMatrix2D((299.5, 199.5), turn_deg, 1.0)
    pixels = cv2.warpAffine(photograph(), turn, (600, 400), borderValue=(colour,) * 3)
    unseen = cv2.warpAffine(np.ones((400, 600), np.uint8), turn, (600, 400)) == 0
    found = frame(compressed(pixels))
    assert found is not None
    assert np.mean(found != unseen) < 0.01


def test_a_burnt_out_sky_over_a_gable_was_photographed():
    rows, columns = np.mgrid[:400, :600]
    sky = rows < 20 + np.abs(columns - 300) * 0.15
    assert frame(compressed(np.where(sky[..., None], np.uint8(255), photograph() // 2))) is None


def test_a_photograph_without_a_frame_fills_its_file():
    assert frame(compressed(photograph())) is None
