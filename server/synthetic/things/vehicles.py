"""Cars, boats and balloons."""

from __future__ import annotations

import numpy as np

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Convex, Ellipsoid, Triple, block
from server.synthetic.world import Part, Thing


def car(x_m: float, y_m: float, *, tint: Triple = (0.72, 0.16, 0.13), length_m: float = 4.2) -> Thing:
    """A car along x.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        tint: sRGB colour of its paint, in [0, 1].
        length_m: from bumper to bumper.
    """
    body = block((x_m, y_m, 0.28), (length_m, 1.75, 0.58), top_scale=(0.96, 0.94))
    cabin = block((x_m - 0.05 * length_m, y_m, 0.84), (0.62 * length_m, 1.62, 0.56), top_scale=(0.66, 0.84))
    roof = block((x_m - 0.05 * length_m, y_m, 1.38), (0.42 * length_m, 1.38, 0.06))
    parts = [
        Part(shape=body, material=Material.PAINT, tint=tint),
        Part(shape=cabin, material=Material.GLASS, tint=(0.16, 0.19, 0.22)),
        Part(shape=roof, material=Material.PAINT, tint=tint),
    ]
    for along in (-0.31, 0.31):
        for aside in (-0.82, 0.82):
            hub = (x_m + along * length_m, y_m + aside, 0.32)
            parts.append(
                Part(
                    shape=Ellipsoid(centre_m=hub, radii_m=(0.32, 0.13, 0.32)),
                    material=Material.PLAIN,
                    tint=(0.13, 0.13, 0.14),
                )
            )
            hub = (hub[0], hub[1] + (0.09 if aside > 0 else -0.09), hub[2])
            parts.append(
                Part(
                    shape=Ellipsoid(centre_m=hub, radii_m=(0.17, 0.05, 0.17)),
                    material=Material.PLAIN,
                    tint=(0.62, 0.63, 0.65),
                )
            )
    for aside in (-0.6, 0.6):
        for end, lamp_tint in ((0.488, (0.97, 0.95, 0.85)), (-0.488, (0.75, 0.1, 0.08))):
            centre = (x_m + end * length_m, y_m + aside, 0.62)
            parts.append(
                Part(
                    shape=Ellipsoid(centre_m=centre, radii_m=(0.05, 0.2, 0.09)), material=Material.PLAIN, tint=lamp_tint
                )
            )
    return Thing(label="car", kind="point", cover=Cover.OTHER, parts=tuple(parts))


def boat(x_m: float, y_m: float, *, tint: Triple = (0.20, 0.42, 0.45)) -> Thing:
    """A small canal boat along x with a cabin.

    Args:
        x_m: where it floats, to the front.
        y_m: to the left.
        tint: sRGB colour of its hull, in [0, 1].
    """
    keel = [(end, side, 0.0) for end in (-2.9, 1.7) for side in (-0.8, 0.8)]
    rail = [(end, side, 0.75) for end in (-3.3, 2.0) for side in (-1.1, 1.1)]
    hull = np.add([*keel, *rail, (3.6, 0.0, 0.0), (4.3, 0.0, 0.8)], (x_m, y_m, 0.0))
    parts = (
        Part(shape=Convex(points_m=hull), material=Material.PAINT, tint=tint),
        Part(
            shape=block((x_m - 0.6, y_m, 0.75), (3.0, 1.5, 0.95), top_scale=(0.94, 0.9)),
            material=Material.PAINT,
            tint=(0.93, 0.90, 0.82),
        ),
        Part(shape=block((x_m - 0.6, y_m, 1.1), (2.7, 1.56, 0.35)), material=Material.GLASS, tint=(0.2, 0.25, 0.3)),
        Part(shape=block((x_m - 0.6, y_m, 1.7), (3.2, 1.6, 0.08)), material=Material.PAINT, tint=(0.72, 0.3, 0.22)),
    )
    return Thing(label="boat", kind="point", cover=Cover.OTHER, parts=parts)


def balloon(x_m: float, y_m: float, z_m: float, *, size_m: float = 16.0, tint: Triple = (0.84, 0.24, 0.2)) -> Thing:
    """A hot-air balloon around (x, y, z).

    Args:
        x_m: its middle, to the front.
        y_m: to the left.
        z_m: up.
        size_m: across the envelope.
        tint: sRGB colour of every other gore, in [0, 1].
    """
    r = size_m / 2
    parts = (
        Part(shape=Ellipsoid(centre_m=(x_m, y_m, z_m), radii_m=(r, r, 1.1 * r)), material=Material.STRIPES, tint=tint),
        Part(
            shape=block((x_m, y_m, z_m - 1.75 * r), (0.28 * r, 0.28 * r, 0.25 * r), top_scale=(1.2, 1.2)),
            material=Material.PLAIN,
            tint=(0.45, 0.3, 0.17),
        ),
        Part(
            shape=block((x_m, y_m, z_m - 1.52 * r), (0.1 * r, 0.1 * r, 0.55 * r), top_scale=(8.0, 8.0)),
            material=Material.STRIPES,
            tint=(0.9, 0.6, 0.2),
        ),
    )
    return Thing(label="balloon", kind="point", cover=Cover.OTHER, parts=parts)
