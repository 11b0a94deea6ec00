"""Houses and a church."""

from __future__ import annotations

from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Triple, block
from server.synthetic.world import Part, Thing


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
    """A house with a gabled roof, its ridge along x.

    Args:
        x_m: from where to where it stands, to the front.
        y_m: from where to where, to the left.
        height_m: of its walls.
        tint: sRGB colour of its walls, in [0, 1].
        roof_m: height of the gable; 0 leaves it flat.
        bricks: whether it is of bricks, not plastered.
        seed: of its doors, windows and tiles.
    """
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
    """A church with its bell tower and a pointed roof.

    Args:
        x_m: where it stands, to the front.
        y_m: to the left.
        height_m: of the tower without its roof.
    """
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
