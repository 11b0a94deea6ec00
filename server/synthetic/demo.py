"""The small street of ``sonorama demo``: a row of houses, a road, a lake, and a square with a fountain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.painting import rendered
from server.synthetic.shapes import Triple
from server.synthetic.things.buildings import house, tower
from server.synthetic.things.people import dog, person
from server.synthetic.things.plants import hill, tree
from server.synthetic.things.street import fountain, lamp, parasol, road
from server.synthetic.things.vehicles import balloon, boat, car
from server.synthetic.world import Strip, Thing, World

# Warm colours for plaster and bricks: what is as blue as the sky or as green as a hedge is hard to tell from them.
_PAINTS: tuple[Triple, ...] = (
    (0.90, 0.74, 0.42),
    (0.80, 0.45, 0.36),
    (0.88, 0.64, 0.58),
    (0.86, 0.78, 0.62),
    (0.62, 0.33, 0.26),
    (0.85, 0.66, 0.34),
    (0.74, 0.52, 0.50),
)


def demo_world() -> World:
    """A street along a lake, its houses to the left, seen from the pavement."""
    things: tuple[Thing, ...] = (
        *_houses(),
        tower(-46.0, 6.0),
        *_trees(),
        fountain(-12.5, 2.6),
        car(9.5, -3.2),
        car(24.0, -6.4, tint=(0.24, 0.42, 0.62)),
        car(-11.0, -6.3, tint=(0.90, 0.88, 0.82)),
        *_people(),
        dog(4.4, 2.7),
        parasol(11.0, 4.8),
        parasol(14.0, 5.0, tint=(0.25, 0.45, 0.55)),
        parasol(8.6, 5.1, tint=(0.9, 0.72, 0.3)),
        boat(3.5, -21.0),
        boat(-16.0, -25.0, tint=(0.62, 0.24, 0.2)),
        boat(46.0, -48.0, tint=(0.85, 0.82, 0.75)),
        *(lamp(x, -1.1) for x in (-20.0, 5.2, 18.0, 31.0)),
        lamp(-7.0, -9.4),
        lamp(12.0, -9.4),
        balloon(115.0, -28.0, 48.0),
        balloon(-150.0, 100.0, 78.0, tint=(0.2, 0.42, 0.68)),
        hill(620.0, 160.0, radius_m=240.0, height_m=46.0, seed=1),
        hill(780.0, -330.0, radius_m=260.0, height_m=48.0, seed=2),
        hill(-600.0, -160.0, radius_m=300.0, height_m=52.0, seed=3),
        hill(120.0, -330.0, radius_m=60.0, height_m=11.0, seed=4),
    )
    return World(strips=_ground(), things=things, camera_height_m=2.2)


def _ground() -> tuple[Strip, ...]:
    def paved(y_m: tuple[float, float]) -> Strip:
        return Strip(
            label="paved ground", kind="area", cover=Cover.PAVED, material=Material.PAVING, x_m=(-60, 90), y_m=y_m
        )

    lake = Strip(
        label="water",
        kind="area",
        cover=Cover.WATER,
        material=Material.WATER,
        x_m=(-9000.0, 9000.0),
        y_m=(-9000.0, -14.5),
    )
    return paved((-1.6, 8.0)), road((-8.0, -1.6)), paved((-10.0, -8.0)), lake


def _houses() -> Iterator[Thing]:
    at_m = -14.0
    for number, width_m in enumerate((7.0, 6.0, 8.5, 6.5, 7.5, 6.0, 9.0, 7.0, 8.0, 7.0)):
        yield house(
            (at_m, at_m + width_m),
            (8.0, 17.0),
            height_m=6.2 + 3.1 * ((number * 5 + 1) % 3),
            tint=_PAINTS[number % 7],
            bricks=number % 7 in (1, 4),
            seed=number,
        )
        at_m += width_m


def _trees() -> Iterator[Thing]:
    along_the_shore = ((8.0, 7.5), (17.0, 9.0), (29.0, 8.0), (44.0, 9.5), (-6.5, 8.5), (-19.0, 9.5), (-33.0, 8.0))
    for number, (x_m, height_m) in enumerate(along_the_shore):
        yield tree(x_m, -11.7 - 0.1 * (number % 4), height_m=height_m, seed=number)
    yield tree(-24.0, 13.5, height_m=9.0, seed=7)
    yield tree(-30.0, 19.0, height_m=10.0, seed=8)
    yield tree(62.0, 3.5, height_m=8.0, seed=9)


def _people() -> Iterator[Thing]:
    places = (
        (6.0, 3.6, 180.0),
        (6.4, 4.4, 190.0),
        (13.5, 2.2, 0.0),
        (-8.7, 4.3, 120.0),
        (-9.6, 0.6, 30.0),
        (1.6, -9.0, 0.0),
        (21.0, 4.6, 180.0),
    )
    for number, (x_m, y_m, facing_deg) in enumerate(places):
        yield person(x_m, y_m, seed=number, facing_deg=facing_deg)


def demo_picture(width_px: int = 2048) -> NDArray[np.uint8]:
    """The demo street as an equirectangular picture, uint8 sRGB of shape (width / 2, width, 3)."""
    return rendered(demo_world(), width_px).pixels
