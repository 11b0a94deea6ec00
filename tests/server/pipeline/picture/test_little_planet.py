"""Little planets are refused in words; square photographs are not, nor is what the user names."""

import cv2
import numpy as np
import pytest

from protocol.errors import InputError
from server.pipeline.picture.image import read_picture
from server.pipeline.picture.little_planet import looks_like_a_little_planet
from tests.server.pipeline.picture.drawn import saved

SIDE_PX = 256


def sphere():
    """Textured ground, houses of several heights and greys around, and a light sky; its last column meets its first."""
    random = np.random.default_rng(3)
    pixels = np.full((360, 720, 3), (190, 210, 235), np.uint8)
    pixels[190:] = random.integers(60, 110, (170, 720, 1))
    for left in range(0, 720, 40):
        pixels[130 + random.integers(40) : 200, left : left + 40] = random.integers(30, 150)
    return cv2.GaussianBlur(pixels, (0, 0), 1.0)


def shown(rays):
    """What a sphere shows in directions of shape (..., 3): right, ahead, up."""
    right, ahead, up = np.moveaxis(rays / np.linalg.norm(rays, axis=-1, keepdims=True), -1, 0)
    x = (np.arctan2(right, ahead) / (2.0 * np.pi) + 0.5) * 720.0 - 0.5
    y = (0.5 - np.arcsin(up) / np.pi) * 360.0 - 0.5
    return cv2.remap(sphere(), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def little_planet(fov_deg):
    side = np.linspace(-1.0, 1.0, SIDE_PX) * np.tan(np.radians(fov_deg / 4.0))
    x, y = np.meshgrid(side, -side)
    # The inverse of the stereographic projection from the zenith: Snyder, Map Projections, eq. 20-14 and 20-15.
    square = x**2 + y**2
    return shown(np.stack([2.0 * x, 2.0 * y, square - 1.0], axis=-1))


def photograph(pitch_deg, fov_deg):
    side = np.linspace(-1.0, 1.0, SIDE_PX) * np.tan(np.radians(fov_deg / 2.0))
    x, z = np.meshgrid(side, -side)
    pitch = np.radians(pitch_deg)
    ahead, up = np.cos(pitch) - z * np.sin(pitch), np.sin(pitch) + z * np.cos(pitch)
    return shown(np.stack([x, ahead, up], axis=-1))


@pytest.mark.parametrize("fov_deg", [230, 250, 270])
def test_a_little_planet_is_refused_with_what_to_give_instead(tmp_path, fov_deg):
    path = saved(tmp_path / "a.png", little_planet(fov_deg))
    with pytest.raises(InputError, match=r"is a little planet.*give the panorama that it was made from"):
        read_picture(path)


def test_a_little_planet_is_taken_for_what_the_user_says(tmp_path):
    path = saved(tmp_path / "a.png", little_planet(250))
    assert "photograph" in read_picture(path, projection="perspective").taken_for


@pytest.mark.parametrize("pitch_deg", [-90, -60, -30, 0, 30, 60, 90])
@pytest.mark.parametrize("fov_deg", [60, 110])
def test_a_square_photograph_is_no_little_planet(pitch_deg, fov_deg):
    assert not looks_like_a_little_planet(photograph(pitch_deg, fov_deg))


def test_what_is_not_square_is_no_little_planet():
    assert not looks_like_a_little_planet(cv2.resize(little_planet(250), (SIDE_PX * 4 // 3, SIDE_PX)))
