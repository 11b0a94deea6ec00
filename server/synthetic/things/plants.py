"""Trees and wooded hills."""

from __future__ import annotations

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Cylinder, Ellipsoid
from server.synthetic.world import Part, Thing


def tree(x_m: float, y_m: float, *, height_m: float = 8.0, seed: int = 0) -> Thing:
    """A broad-leaved tree: a trunk and a crown of several lumps, each tree with its own.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        height_m: to the top of its crown.
        seed: of the lumps.
    """
    random = np.random.default_rng(seed)
    crown_m = 0.30 * height_m
    trunk = Cylinder(base_m=(x_m, y_m, 0.0), radius_m=0.022 * height_m, height_m=0.55 * height_m)
    shade = 0.04 * float(random.uniform(-1, 1))
    tint = (0.20 + shade, 0.33 + 0.5 * shade, 0.13)
    lumps = [Ellipsoid(centre_m=(x_m, y_m, height_m - 1.1 * crown_m), radii_m=(crown_m, crown_m, 1.05 * crown_m))]
    for turn in np.arange(5) * 2.4 + random.uniform(0, 6.28):
        out, size = crown_m * random.uniform(0.45, 0.7), crown_m * random.uniform(0.5, 0.68)
        z = height_m - 1.15 * crown_m + crown_m * random.uniform(-0.55, 0.35)
        lumps.append(
            Ellipsoid(
                centre_m=(x_m + out * float(np.cos(turn)), y_m + out * float(np.sin(turn)), float(z)),
                radii_m=(float(size), float(size), float(0.85 * size)),
            )
        )
    crown = tuple(
        Part(shape=lump, material=Material.FOLIAGE, tint=tint, seed=seed * 8 + number)
        for number, lump in enumerate(lumps)
    )
    return Thing(
        label="tree", kind="point", cover=Cover.TREES, parts=(Part(shape=trunk, material=Material.BARK), *crown)
    )


def hill(x_m: float, y_m: float, *, radius_m: float, height_m: float, seed: int = 0) -> Thing:
    """A wooded hill far away.

    Args:
        x_m: of its middle, to the front.
        y_m: to the left.
        radius_m: of its foot.
        height_m: of its top.
        seed: of its woods.
    """
    shape = Ellipsoid(centre_m=(x_m, y_m, 0.0), radii_m=(radius_m, radius_m, height_m))
    part = Part(shape=shape, material=Material.WOODS, tint=(0.22, 0.34, 0.2), seed=seed)
    return Thing(label="hill", kind=None, cover=Cover.TREES, parts=(part,))
