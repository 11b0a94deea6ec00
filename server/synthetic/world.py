"""A world of solids on a flat ground, in metres: x to the front, y to the left, z up."""

from __future__ import annotations

from dataclasses import dataclass, field

from protocol.scene import Kind
from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Shape, Triple
from server.synthetic.textures import Sun


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One solid of one material. ``tint`` is its sRGB colour in [0, 1]; ``seed`` shifts its texture."""

    shape: Shape
    material: Material
    tint: Triple = (0.5, 0.5, 0.5)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    """Something made of solids. ``kind`` is None for what makes no sound."""

    label: str
    kind: Kind | None
    cover: Cover
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A rectangle of ground; of two that overlap, the later lies on top."""

    label: str
    kind: Kind | None
    cover: Cover
    material: Material
    x_m: tuple[float, float]
    y_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """A flat meadow with strips of other ground and things on it, seen from above its origin.

    Attributes:
        strips: rectangles of ground, in metres.
        things: what stands there, in metres.
        camera_height_m: of the eye above the ground.
        yaw_deg: by how much the whole world, with its sun, is turned to the left.
        sun: where the light comes from, in the world's own frame.
    """

    strips: tuple[Strip, ...] = ()
    things: tuple[Thing, ...] = ()
    camera_height_m: float = 2.5
    yaw_deg: float = 0.0
    sun: Sun = field(default_factory=Sun)
