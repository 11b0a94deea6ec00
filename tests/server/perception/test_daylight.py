from __future__ import annotations

import numpy as np
import pytest

from server.perception.daylight import is_night
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.views import Picture, View
from tests.server.perception.rooms import as_picture


def sky_over_ground(sky: int, ground: int) -> Picture:
    pixels = np.full((128, 256, 3), sky, dtype=np.uint8)
    pixels[64:] = ground
    return as_picture(pixels)


def cover(*, above: Cover = Cover.SKY) -> LandCover:
    classes = np.full((64, 128), above, dtype=np.uint8)
    classes[32:] = Cover.PAVED
    view = View(name="picture", projection="equirectangular", width_px=128, height_px=64)
    return LandCover(view=view, classes=classes, confidence=np.ones((64, 128), dtype=np.float32))


@pytest.mark.parametrize(("sky", "night"), [(15, True), (45, True), (110, False), (230, False)])
def test_a_dark_sky_is_night_whatever_lies_below(sky: int, night: bool) -> None:
    assert is_night(sky_over_ground(sky, 200), cover()) is night
    assert is_night(sky_over_ground(sky, 5), cover()) is night


def test_without_a_sky_it_is_day() -> None:
    assert not is_night(sky_over_ground(10, 10), cover(above=Cover.TREES))
