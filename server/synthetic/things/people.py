"""People and their dogs."""

from __future__ import annotations

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Ellipsoid, Triple
from server.synthetic.world import Part, Thing


def person(x_m: float, y_m: float, *, seed: int = 0, facing_deg: float = 0.0) -> Thing:
    """A person who stands or strolls, in clothes of their own.

    Args:
        x_m: where they stand, to the front.
        y_m: to the left.
        seed: of height, skin, hair and clothes.
        facing_deg: which way, to the left of the front.
    """
    random = np.random.default_rng(seed + 101)
    tall = float(random.uniform(0.93, 1.07))
    coats = (
        (0.70, 0.22, 0.20),
        (0.20, 0.32, 0.55),
        (0.85, 0.70, 0.28),
        (0.28, 0.45, 0.32),
        (0.88, 0.86, 0.82),
        (0.45, 0.28, 0.48),
    )
    coat, trousers = coats[seed % 6], ((0.18, 0.20, 0.28), (0.36, 0.31, 0.25))[seed % 2]
    skin = ((0.87, 0.68, 0.56), (0.55, 0.38, 0.28), (0.74, 0.54, 0.42))[seed % 3]
    hair = ((0.22, 0.15, 0.10), (0.12, 0.10, 0.10), (0.62, 0.47, 0.27), (0.5, 0.48, 0.46))[seed % 4]
    front, side = np.cos(np.radians(facing_deg)), np.sin(np.radians(facing_deg))

    def part(ahead: float, left: float, up: float, radii: Triple, tint: Triple) -> Part:
        centre = (x_m + float(front * ahead - side * left), y_m + float(side * ahead + front * left), up * tall)
        return Part(shape=Ellipsoid(centre_m=centre, radii_m=radii), material=Material.PLAIN, tint=tint, seed=seed)

    parts = (
        part(0.10, 0.09, 0.44, (0.10, 0.10, 0.45), trousers),
        part(-0.10, -0.09, 0.44, (0.10, 0.10, 0.45), trousers),
        part(0.16, 0.09, 0.05, (0.13, 0.10, 0.06), (0.15, 0.12, 0.1)),
        part(-0.04, -0.09, 0.05, (0.13, 0.10, 0.06), (0.15, 0.12, 0.1)),
        part(0.0, 0.0, 1.12, (0.19, 0.19, 0.38), coat),
        part(-0.06, 0.24, 1.08, (0.075, 0.075, 0.33), coat),
        part(0.06, -0.24, 1.08, (0.075, 0.075, 0.33), coat),
        part(0.0, 0.0, 1.47, (0.07, 0.07, 0.10), skin),
        part(0.02, 0.0, 1.62, (0.105, 0.10, 0.135), skin),
        part(-0.02, 0.0, 1.67, (0.11, 0.11, 0.12), hair),
    )
    return Thing(label="person", kind="point", cover=Cover.OTHER, parts=parts)


def dog(x_m: float, y_m: float) -> Thing:
    """A small brown dog along x, with its tail up."""
    fur = (0.58, 0.40, 0.24)
    solids = (
        ((0.0, 0.0, 0.36), (0.27, 0.10, 0.12)),
        ((0.28, 0.0, 0.52), (0.12, 0.08, 0.09)),
        ((0.40, 0.0, 0.48), (0.08, 0.045, 0.045)),
        ((0.23, 0.06, 0.60), (0.04, 0.02, 0.07)),
        ((0.23, -0.06, 0.60), (0.04, 0.02, 0.07)),
        ((-0.30, 0.0, 0.50), (0.035, 0.03, 0.15)),
        *(((ahead, left, 0.15), (0.04, 0.04, 0.17)) for ahead in (0.18, -0.2) for left in (0.06, -0.06)),
    )
    parts = tuple(
        Part(
            shape=Ellipsoid(centre_m=(x_m + dx, y_m + dy, dz), radii_m=radii),
            material=Material.PLAIN,
            tint=fur,
        )
        for (dx, dy, dz), radii in solids
    )
    return Thing(label="dog", kind="point", cover=Cover.OTHER, parts=parts)
