"""Drawn motorways for learning, seen from a footbridge across them or from the verge: no other road is as wide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Cylinder, Triple, block
from server.synthetic.textures import Sun
from server.synthetic.things.plants import hill, tree
from server.synthetic.things.street import lamp, road
from server.synthetic.things.vehicles import car
from server.synthetic.world import Part, Strip, Thing, World

_FAR_M = 900.0
_TWO_LANES_M = 7.0
_EYE_M = 1.6


def motorway(seed: int) -> World:
    """A motorway that a seed makes: two carriageways along x with verges, cars, lamps, and trees beside it."""
    chance = np.random.default_rng(seed)
    on_bridge = bool(chance.random() < 0.75)
    reserve_m = float(chance.uniform(1.0, 5.0))
    pairs = int(chance.integers(1, 4))
    shoulder_m = float(chance.uniform(0.5, 3.0))
    half_m = reserve_m / 2 + pairs * _TWO_LANES_M + shoulder_m
    # Either the reserve or the verge lies below the eye, a little off.
    middle_m = float(chance.uniform(-half_m, half_m) if on_bridge else chance.choice([-1.0, 1.0]) * (half_m + 3.0))
    strips = [_area(Cover.ROAD, Material.ASPHALT, middle_m - half_m, middle_m + half_m)]
    for side in (-1.0, 1.0):
        for pair in range(pairs):
            inner_m = middle_m + side * (reserve_m / 2 + pair * _TWO_LANES_M)
            low_m, high_m = sorted((inner_m, inner_m + side * _TWO_LANES_M))
            strips.append(road((low_m, high_m), (-_FAR_M, _FAR_M)))
    if chance.random() < 0.5:
        strips.append(_area(Cover.PAVED, Material.PAVING, middle_m - reserve_m / 2, middle_m + reserve_m / 2))
    else:
        # The meadow that everything lies on shows through.
        strips.append(_area(Cover.GRASS, Material.GRASS, middle_m - reserve_m / 2, middle_m + reserve_m / 2))
    things = [*_traffic(middle_m, reserve_m / 2, pairs, chance), *_beside(middle_m, half_m, chance)]
    height_m = float(chance.uniform(5.0, 9.0)) if on_bridge else 0.0
    if on_bridge:
        things += _bridge(height_m, chance)
    return World(
        strips=tuple(strips),
        things=tuple(things),
        camera_height_m=height_m + _EYE_M,
        yaw_deg=float(chance.uniform(-180.0, 180.0)),
        sun=Sun(azimuth_deg=float(chance.uniform(-180.0, 180.0)), elevation_deg=float(chance.uniform(6.0, 60.0))),
    )


def _area(cover: Cover, material: Material, low_m: float, high_m: float) -> Strip:
    return Strip(
        label=cover.name.lower(),
        kind="area",
        cover=cover,
        material=material,
        x_m=(-_FAR_M, _FAR_M),
        y_m=(low_m, high_m),
    )


def _traffic(middle_m: float, inner_m: float, pairs: int, chance: np.random.Generator) -> Iterator[Thing]:
    """Cars and lorries in the middle of their lanes."""
    for _ in range(int(chance.integers(0, 14))):
        lane = int(chance.integers(2 * pairs))
        side = float(chance.choice([-1.0, 1.0]))
        yield car(
            float(chance.choice([-1.0, 1.0]) * chance.uniform(12.0, 150.0)),
            middle_m + side * (inner_m + (lane + 0.5) * _TWO_LANES_M / 2),
            tint=_paint(chance),
            length_m=float(chance.uniform(3.8, 6.0)),
        )


def _beside(middle_m: float, half_m: float, chance: np.random.Generator) -> Iterator[Thing]:
    """Lamps in a row, trees and hills."""
    if chance.random() < 0.6:
        for x_m in np.arange(-160.0, 165.0, float(chance.uniform(30.0, 50.0))):
            yield lamp(float(x_m) + 7.0, middle_m, height_m=10.0)
    for side in (-1.0, 1.0):
        for _ in range(int(chance.integers(2, 14))):
            yield tree(
                float(chance.uniform(-140.0, 140.0)),
                middle_m + side * (half_m + float(chance.uniform(8.0, 60.0))),
                height_m=float(chance.uniform(5.0, 12.0)),
                seed=int(chance.integers(1000)),
            )
        yield hill(
            float(chance.uniform(-300, 300)),
            middle_m + side * 420.0,
            radius_m=200.0,
            height_m=float(chance.uniform(15.0, 35.0)),
            seed=int(chance.integers(99)),
        )


def _bridge(height_m: float, chance: np.random.Generator) -> Iterator[Thing]:
    """A deck along y under the eye, and railings that one looks through."""
    half_m, thick_m, far_m = float(chance.uniform(1.3, 3.0)), 0.5, 80.0
    deck = block((0.0, 0.0, height_m - thick_m), (2 * half_m, 2 * far_m, thick_m))
    paved = bool(chance.random() < 0.3)
    material = Material.PAVING if paved else Material.PLAIN
    concrete = float(chance.uniform(0.4, 0.75))
    yield Thing(
        label="bridge",
        kind=None,
        cover=Cover.PAVED,
        parts=(Part(shape=deck, material=material, tint=(concrete, concrete, 0.95 * concrete)),),
    )
    metal = _paint(chance)
    rails = [(0.05, height_m + level_m) for level_m in np.arange(0.2, 1.15, float(chance.uniform(0.15, 0.45)))]
    shapes = [
        block((side * half_m, 0.0, base_m), (0.04, 2 * far_m, thick_m))
        for side in (-1.0, 1.0)
        for thick_m, base_m in rails
    ]
    posts = [
        Cylinder(base_m=(side * half_m, float(y_m), height_m), radius_m=0.04, height_m=1.15)
        for side in (-1.0, 1.0)
        for y_m in np.arange(-24.0, 25.0, float(chance.uniform(1.5, 3.0)))
    ]
    yield Thing(
        label="railing",
        kind=None,
        cover=Cover.OTHER,
        parts=tuple(Part(shape=shape, material=Material.PLAIN, tint=metal) for shape in (*shapes, *posts)),
    )


def _paint(chance: np.random.Generator) -> Triple:
    red, green, blue = np.clip(chance.uniform(0.15, 0.9) * (1 + chance.normal(0.0, 0.1, 3)), 0.02, 1.0)
    return float(red), float(green), float(blue)
