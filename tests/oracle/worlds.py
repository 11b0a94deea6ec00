"""Street worlds made from a seed, every one with the cases that are hard to locate."""

from __future__ import annotations

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.things.buildings import house
from server.synthetic.things.people import dog, person
from server.synthetic.things.plants import tree
from server.synthetic.things.street import fountain, lamp, road
from server.synthetic.things.vehicles import balloon, car
from server.synthetic.world import Strip, Thing, World


def street_world(seed: int) -> World:
    """A street with houses, a road, grass and water, and on it trees, cars and people; turned by a random angle.

    Always there: something on the ±180° seam, a balloon near the zenith, a car half hidden by a tree, twins side by
    side, a near and a far person in one direction, and a car so near that any view cuts it.
    """
    random = np.random.default_rng(seed)
    yaw_deg = float(random.uniform(-180.0, 180.0))
    road_y = float(random.uniform(2.0, 4.0))
    things: list[Thing] = []
    for side in (1.0, -1.0):
        at = -60.0
        while at < 60.0:
            width = float(random.uniform(7.0, 12.0))
            near = 16.0 + float(random.uniform(0.0, 3.0))
            y_m = (near, near + 9.0) if side > 0 else (-near - 15.0, -near - 6.0)
            things.append(house((at, at + width), y_m, height_m=float(random.uniform(6.0, 13.0)), seed=len(things)))
            at += width + float(random.choice([0.0, 4.0]))
    # The road lies to the left, with cars in both lanes, one of them close to the camera.
    things.append(car(float(random.uniform(-1.0, 1.0)), road_y + 1.6))
    things += [
        car(x + float(random.uniform(-3.0, 3.0)), road_y + float(random.choice([1.6, 4.6])))
        for x in (-26.0, -14.0, 15.0, 31.0)
    ]
    # A tree before a car hides half of it.
    hidden = _polar(float(random.uniform(40.0, 60.0)), 13.0)
    things.append(car(hidden[0] + 1.2, hidden[1]))
    things.append(tree(hidden[0] * 0.55, hidden[1] * 0.55, height_m=5.0, seed=seed + 5))
    # To the right there is grass with trees; two of them are twins.
    for number, x in enumerate((-30.0, -19.0, 9.0, 24.0)):
        place = (x + float(random.uniform(-2.0, 2.0)), float(random.uniform(-11.0, -8.0)))
        things.append(tree(*place, height_m=float(random.uniform(5.0, 8.0)), seed=seed * 9 + number))
    twin_x = float(random.uniform(-6.0, -3.0))
    things += [person(twin_x, -7.0, seed=1), person(twin_x + 1.15, -7.0, seed=2)]
    # One person near and one far, in one direction; the far one is seen over the shoulder.
    azimuth_deg = float(random.uniform(-40.0, -20.0))
    things.append(person(*_polar(azimuth_deg, 5.0), seed=3))
    things.append(person(*_polar(azimuth_deg + 6.5, 14.0), seed=4))
    # Whatever way the world is turned, this stands on the seam of the picture.
    things.append(fountain(*_polar(180.0 - yaw_deg, 6.5) if _is_free(180.0 - yaw_deg) else _polar(-100.0, 6.5)))
    things.append(dog(*_polar(180.0 - yaw_deg + 1.0, 4.2)))
    things.append(balloon(float(random.uniform(-8.0, 8.0)), float(random.uniform(-8.0, 8.0)), 60.0, size_m=10.0))
    things.append(balloon(90.0, -60.0, 42.0, size_m=12.0))
    things.append(lamp(0.9, -0.7, height_m=4.5))
    strips = (
        Strip(label="grass", kind="area", cover=Cover.GRASS, material=Material.GRASS, x_m=(-80, 80), y_m=(-13, -6)),
        Strip(label="water", kind="area", cover=Cover.WATER, material=Material.WATER, x_m=(-90, 90), y_m=(-20, -14)),
        road((road_y, road_y + 6.5), (-90.0, 90.0)),
    )
    return World(strips=strips, things=tuple(things), camera_height_m=float(random.uniform(1.6, 3.0)), yaw_deg=yaw_deg)


def _polar(azimuth_deg: float, distance_m: float) -> tuple[float, float]:
    azimuth = np.radians(azimuth_deg)
    return float(distance_m * np.cos(azimuth)), float(distance_m * np.sin(azimuth))


def _is_free(azimuth_deg: float) -> bool:
    """Whether a fountain 6.5 m away stands clear of the cars and the other things near by."""
    x, y = _polar(azimuth_deg, 6.5)
    return y < 1.0 or abs(x) > 4.5
