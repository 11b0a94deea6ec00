"""What a street is furnished with, and the road itself."""

from __future__ import annotations

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Cylinder, Ellipsoid, Triple, block
from server.synthetic.world import Part, Strip, Thing


def fountain(x_m: float, y_m: float, *, size_m: float = 3.2) -> Thing:
    """A round stone basin with a bowl and falling water.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        size_m: across the basin.
    """
    stone, r = (0.74, 0.71, 0.66), size_m / 2
    parts = (
        Part(shape=Cylinder(base_m=(x_m, y_m, 0.0), radius_m=r, height_m=0.55), material=Material.PLAIN, tint=stone),
        Part(shape=Cylinder(base_m=(x_m, y_m, 0.0), radius_m=0.88 * r, height_m=0.57), material=Material.WATER),
        Part(shape=Cylinder(base_m=(x_m, y_m, 0.5), radius_m=0.14, height_m=1.0), material=Material.PLAIN, tint=stone),
        Part(
            shape=Ellipsoid(centre_m=(x_m, y_m, 1.5), radii_m=(0.42 * r, 0.42 * r, 0.14)),
            material=Material.PLAIN,
            tint=stone,
        ),
        Part(shape=Ellipsoid(centre_m=(x_m, y_m, 1.15), radii_m=(0.38 * r, 0.38 * r, 0.55)), material=Material.FOAM),
        Part(shape=Ellipsoid(centre_m=(x_m, y_m, 1.95), radii_m=(0.13, 0.13, 0.55)), material=Material.FOAM),
    )
    return Thing(label="fountain", kind="point", cover=Cover.OTHER, parts=parts)


def lamp(x_m: float, y_m: float, *, height_m: float = 5.0) -> Thing:
    """A street lamp with a lantern.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        height_m: of its post.
    """
    iron = (0.13, 0.17, 0.16)
    parts = (
        Part(
            shape=Cylinder(base_m=(x_m, y_m, 0), radius_m=0.05, height_m=height_m), material=Material.PLAIN, tint=iron
        ),
        Part(shape=Cylinder(base_m=(x_m, y_m, 0), radius_m=0.11, height_m=0.7), material=Material.PLAIN, tint=iron),
        Part(
            shape=block((x_m, y_m, height_m), (0.28, 0.28, 0.42), top_scale=(1.35, 1.35)),
            material=Material.GLASS,
            tint=(0.95, 0.90, 0.72),
        ),
        Part(
            shape=block((x_m, y_m, height_m + 0.42), (0.46, 0.46, 0.22), top_scale=(0.1, 0.1)),
            material=Material.PLAIN,
            tint=iron,
        ),
    )
    return Thing(label="lamp", kind=None, cover=Cover.OTHER, parts=parts)


def parasol(x_m: float, y_m: float, *, tint: Triple = (0.86, 0.33, 0.26)) -> Thing:
    """A café table under a parasol.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        tint: sRGB colour of the parasol, in [0, 1].
    """
    wood = (0.52, 0.38, 0.26)
    parts = (
        Part(shape=Cylinder(base_m=(x_m, y_m, 0), radius_m=0.025, height_m=2.5), material=Material.PLAIN, tint=wood),
        Part(shape=Cylinder(base_m=(x_m, y_m, 0.7), radius_m=0.42, height_m=0.04), material=Material.PLAIN, tint=wood),
        Part(
            shape=block((x_m, y_m, 2.05), (2.3, 2.3, 0.6), top_scale=(0.02, 0.02)), material=Material.STRIPES, tint=tint
        ),
        *(
            Part(
                shape=Cylinder(base_m=(x_m + dx, y_m + dy, 0.0), radius_m=0.2, height_m=0.46),
                material=Material.PLAIN,
                tint=wood,
            )
            for dx, dy in ((0.8, 0.1), (-0.75, 0.3), (0.1, -0.8))
        ),
    )
    return Thing(label="café", kind=None, cover=Cover.OTHER, parts=parts)


def road(y_m: tuple[float, float], x_m: tuple[float, float] = (-400.0, 400.0)) -> Strip:
    """A road along x."""
    return Strip(label="road traffic", kind="line", cover=Cover.ROAD, material=Material.ASPHALT, x_m=x_m, y_m=y_m)
