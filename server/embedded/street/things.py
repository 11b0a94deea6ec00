"""Things of a street: trees, houses, people, vehicles and more, each made of a few solids."""

from __future__ import annotations

import numpy as np

from server.embedded.eyes.landcover import Cover
from server.embedded.street.materials import Material
from server.embedded.street.raycast import Part, Strip, Thing
from server.embedded.street.shapes import Convex, Cylinder, Ellipsoid, Triple, block


def tree(x_m: float, y_m: float, *, height_m: float = 8.0, seed: int = 0) -> Thing:
    """A broad-leaved tree: a trunk and a crown of several lumps, each tree with its own."""
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


def house(
    x_m: tuple[float, float],
    y_m: tuple[float, float],
    *,
    height_m: float = 9.0,
    tint: Triple = (0.83, 0.72, 0.55),
    roof_m: float = 3.0,
    bricks: bool = False,
    seed: int = 0,
) -> Thing:
    """A house with a gabled roof, its ridge along x."""
    x, y, size = sum(x_m) / 2, sum(y_m) / 2, (x_m[1] - x_m[0], y_m[1] - y_m[0])
    material = Material.BRICK if bricks else Material.PLASTER
    parts = [Part(shape=block((x, y, 0.0), (*size, height_m)), material=material, tint=tint, seed=seed)]
    if roof_m > 0:
        gable = block((x, y, height_m), (size[0] + 0.3, size[1] + 0.7, roof_m), top_scale=(1.0, 0.0))
        slate = (0.56, 0.29, 0.21) if seed % 3 else (0.33, 0.34, 0.38)
        parts.append(Part(shape=gable, material=Material.ROOF, tint=slate, seed=seed))
        chimney = block((x + 0.25 * size[0], y + 0.1 * size[1], height_m), (0.7, 0.7, roof_m + 0.7))
        parts.append(Part(shape=chimney, material=Material.ROOF, tint=(0.50, 0.33, 0.27)))
    return Thing(label="house", kind=None, cover=Cover.BUILDING, parts=tuple(parts))


def tower(x_m: float, y_m: float, *, height_m: float = 24.0) -> Thing:
    """A church with its bell tower and a pointed roof."""
    stone = (0.77, 0.71, 0.61)
    parts = (
        Part(shape=block((x_m, y_m, 0.0), (6.0, 6.0, height_m)), material=Material.PLASTER, tint=stone, seed=5),
        Part(
            shape=block((x_m, y_m, height_m), (6.6, 6.6, 0.45 * height_m), top_scale=(0.0, 0.0)),
            material=Material.ROOF,
            tint=(0.32, 0.43, 0.40),
        ),
        Part(shape=block((x_m + 9, y_m, 0.0), (14.0, 9.0, 8.0)), material=Material.PLASTER, tint=stone, seed=9),
        Part(
            shape=block((x_m + 9, y_m, 8.0), (14.4, 9.8, 5.0), top_scale=(1.0, 0.0)),
            material=Material.ROOF,
            tint=(0.50, 0.27, 0.21),
        ),
    )
    return Thing(label="church bell", kind="point", cover=Cover.BUILDING, parts=parts)


def car(x_m: float, y_m: float, *, tint: Triple = (0.72, 0.16, 0.13), length_m: float = 4.2) -> Thing:
    """A car along x."""
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


def person(x_m: float, y_m: float, *, seed: int = 0, facing_deg: float = 0.0) -> Thing:
    """A person who stands or strolls, in clothes of their own."""
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


def fountain(x_m: float, y_m: float, *, size_m: float = 3.2) -> Thing:
    """A round stone basin with a bowl and falling water."""
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
    """A street lamp with a lantern."""
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


def balloon(x_m: float, y_m: float, z_m: float, *, size_m: float = 16.0, tint: Triple = (0.84, 0.24, 0.2)) -> Thing:
    """A hot-air balloon around (x, y, z)."""
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


def parasol(x_m: float, y_m: float, *, tint: Triple = (0.86, 0.33, 0.26)) -> Thing:
    """A café table under a parasol."""
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


def boat(x_m: float, y_m: float, *, tint: Triple = (0.20, 0.42, 0.45)) -> Thing:
    """A small canal boat along x with a cabin."""
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


def hill(x_m: float, y_m: float, *, radius_m: float, height_m: float, seed: int = 0) -> Thing:
    """A wooded hill far away."""
    shape = Ellipsoid(centre_m=(x_m, y_m, 0.0), radii_m=(radius_m, radius_m, height_m))
    part = Part(shape=shape, material=Material.WOODS, tint=(0.22, 0.34, 0.2), seed=seed)
    return Thing(label="hill", kind=None, cover=Cover.TREES, parts=(part,))


def road(y_m: tuple[float, float], x_m: tuple[float, float] = (-400.0, 400.0)) -> Strip:
    """A road along x."""
    return Strip(label="road traffic", kind="line", cover=Cover.ROAD, material=Material.ASPHALT, x_m=x_m, y_m=y_m)
