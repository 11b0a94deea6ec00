from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from server.perception.land_cover.classes import Cover
from server.synthetic.demo import demo_picture, demo_world
from server.synthetic.painting import Rendering, rendered
from server.synthetic.world import World
from tests.oracle.worlds import street_world

WIDTH_PX = 1024


@pytest.fixture(scope="module")
def demo() -> Rendering:
    return rendered(demo_world(), WIDTH_PX)


def _mean(rendering: Rendering, cover: Cover) -> np.ndarray:
    return cast(np.ndarray, rendering.pixels[rendering.truth.cover == cover].mean(axis=0))


def test_demo_shows_everything_that_a_street_sounds_of(demo: Rendering) -> None:
    labels = {sight.label for sight in demo.truth.sights if sight.kind is not None}
    assert labels >= {"tree", "car", "person", "fountain", "dog", "water", "road traffic", "paved ground"}
    shares = {cover: float((demo.truth.cover == cover).mean()) for cover in Cover}
    assert all(shares[cover] > 0.005 for cover in set(Cover) - {Cover.SOIL, Cover.INTERIOR})


def test_demo_picture_is_that_of_the_demo_world_and_two_to_one(demo: Rendering) -> None:
    assert demo.pixels.shape == (WIDTH_PX // 2, WIDTH_PX, 3)
    assert np.array_equal(demo_picture(WIDTH_PX), demo.pixels)


def test_colours_are_those_of_nature(demo: Rendering) -> None:
    red, green, blue = _mean(demo, Cover.SKY)
    assert blue > green > red
    for cover in (Cover.TREES, Cover.GRASS):
        red, green, blue = _mean(demo, cover)
        assert green > red > blue
    road, paved = _mean(demo, Cover.ROAD), _mean(demo, Cover.PAVED)
    assert np.ptp(road) < 15, "asphalt is grey"
    assert paved.mean() > road.mean() + 20, "slabs are lighter"


def test_textures_are_alive_and_the_sky_is_calm(demo: Rendering) -> None:
    grey = demo.pixels.astype(float).mean(axis=2)
    contrast = np.abs(np.diff(grey, axis=1))
    cover = demo.truth.cover[:, 1:]
    inner = (cover == demo.truth.cover[:, :-1]) & (demo.truth.object_id[:, 1:] == demo.truth.object_id[:, :-1])
    lively = {
        one: contrast[inner & (cover == one)].mean() for one in (Cover.SKY, Cover.TREES, Cover.GRASS, Cover.WATER)
    }
    assert lively[Cover.SKY] < 1.5
    assert all(lively[one] > 2 * lively[Cover.SKY] for one in (Cover.TREES, Cover.GRASS, Cover.WATER))


def test_same_world_gives_the_same_bytes() -> None:
    first, second = (rendered(street_world(4), 256) for _ in range(2))
    assert first.pixels.tobytes() == second.pixels.tobytes()
    assert first.truth.distance_m.tobytes() == second.truth.distance_m.tobytes()


def test_turning_the_world_turns_its_textures_with_it(demo: Rendering) -> None:
    turned = rendered(replace(demo_world(), yaw_deg=90.0), WIDTH_PX).pixels.astype(float)
    off = np.abs(np.roll(demo.pixels, -WIDTH_PX // 4, axis=1).astype(float) - turned).max(axis=2)
    assert np.mean(off > 6.0) < 0.002, "but for rounding at outlines"


def test_larger_picture_shows_the_same_scene(demo: Rendering) -> None:
    small = rendered(demo_world(), WIDTH_PX // 2).pixels.astype(float)
    halved = demo.pixels.astype(float).reshape(WIDTH_PX // 4, 2, WIDTH_PX // 2, 2, 3).mean(axis=(1, 3))
    assert np.abs(small - halved).mean() < 4.0


def test_sun_casts_shadows_on_the_ground_and_things_darken_where_they_stand(demo: Rendering) -> None:
    bare = rendered(World(strips=demo_world().strips, camera_height_m=2.2), WIDTH_PX).pixels.astype(float)
    on_road = demo.truth.cover == Cover.ROAD
    darker = (bare[on_road].mean(axis=1) - demo.pixels[on_road].mean(axis=1)) > 15
    assert 0.05 < darker.mean() < 0.6
