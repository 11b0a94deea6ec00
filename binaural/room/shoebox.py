"""The place around the listener as a shoebox room: the size of the box, and the absorption of its six sides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.room.materials import OPEN, Array, absorption

WALLS = ("back", "front", "right", "left", "floor", "ceiling")
"""The sides in the order of all arrays: along the axis, across and up, the lower one first."""

Surroundings = Literal["outdoor", "covered", "indoor", "unknown"]

# With less confidence than a coin has, no room is assumed: wrong reverberation is worse than none.
_LEAST_CONFIDENCE = 0.5
# Beyond this, a street adds nothing to its reverberation.
_STREET_LENGTH_M = 100.0
# A listener needs air on every side.
_MARGIN_M = 0.5
# What is farther away is not in the same room, or not under the same roof.
_FARTHEST_IN_A_ROOM_M = 25.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShoeboxRoom:
    """A box around the listener, with or without walls on each side.

    Attributes:
        name: what it stands for.
        size_m: along its axis, across and up.
        listener_m: the listener's place in it: from its back, from its right side and from its floor.
        absorption: of each of its ``WALLS`` in each octave, shape (6, 8): a fraction of the energy; 1 for no wall.
        azimuth_deg: which way its axis points in the scene, positive to the left.
    """

    name: str
    size_m: tuple[float, float, float]
    listener_m: tuple[float, float, float]
    absorption: Array = field(repr=False)
    azimuth_deg: float = 0.0

    @property
    def volume_m3(self) -> float:
        """Of the box."""
        return float(np.prod(self.size_m))

    @property
    def areas_m2(self) -> Array:
        """Of its sides, shape (6,)."""
        length, width, height = self.size_m
        return np.repeat([width * height, length * height, length * width], 2)

    @property
    def faced(self) -> NDArray[np.bool_]:
        """Whether two walls face each other along its axis, across and up, shape (3,)."""
        faced: NDArray[np.bool_] = (self.absorption.min(axis=1) < 1.0).reshape(3, 2).all(axis=1)
        return faced

    @property
    def is_enclosed(self) -> bool:
        """Whether any two walls face each other, so that there is reverberation."""
        return bool(self.faced.any())

    @property
    def rt60_s(self) -> Array:
        """The reverberation time in each octave, shape (8,), to fall by 60 dB; 0 where there is no reverberation.

        Eyring 1930, JASA 1, 217-241: 24 ln 10 / c · V / (−S ln(1 − ā) + 4 m V), with the mean absorption ā of the sides
        and the attenuation m of air at 20 °C and 50 % humidity.
        """
        if not self.is_enclosed:
            return np.zeros(self.absorption.shape[1])
        areas = self.areas_m2
        mean = areas @ self.absorption / areas.sum()
        absorbed_m2 = -areas.sum() * np.log1p(-mean) + 4.0 * _air_per_m() * self.volume_m3
        rt60_s: Array = 24.0 * np.log(10.0) / SPEED_OF_SOUND_M_S * self.volume_m3 / absorbed_m2
        return rt60_s

    @property
    def mixing_time_s(self) -> float:
        """The time after the direct sound from which echoes are too dense to be told apart.

        Lindau, Kosanke and Weinzierl 2012, JAES 60, 887-898: 20 V / S + 12 ms, for half of the listeners.
        """
        return (20.0 * self.volume_m3 / float(self.areas_m2.sum()) + 12.0) * 1e-3

    def holds(self, position_m: Array) -> bool:
        """Whether a source at a place in the scene, shape (3,), is on the listener's side of all walls around."""
        place = self.in_box(position_m)
        lowest, highest = self._bounds_m(place, self.absorption)
        return bool(((lowest < place) & (place < highest))[:2].all())

    def around(self, position_m: Array) -> Self:
        """The room for one source at a place in the scene, shape (3,): where it is open, it reaches beyond the source.

        A source behind a wall has the floor alone.
        """
        sides = self.absorption
        if not self.holds(position_m):
            sides = np.where(np.array(WALLS)[:, None] == "floor", sides, OPEN)
        lowest, highest = self._bounds_m(self.in_box(position_m), sides)
        size_m, listener_m = highest - lowest, np.array(self.listener_m) - lowest
        return replace(self, size_m=tuple(size_m), listener_m=tuple(listener_m), absorption=sides)

    def _bounds_m(self, place_m: Array, sides: Array) -> tuple[Array, Array]:
        """Corners of the box; where there is no side, a metre beyond the listener and a place in it."""
        both = np.stack([place_m, self.listener_m])
        lower_side, upper_side = (sides.min(axis=1) < 1.0).reshape(3, 2).T
        lowest = np.where(lower_side, 0.0, both.min(axis=0) - 1.0)
        return lowest, np.where(upper_side, self.size_m, both.max(axis=0) + 1.0)

    def in_box(self, position_m: Array) -> Array:
        """Places in the scene, relative to the listener, as places in the box, from its corner; metres, (..., 3)."""
        return np.asarray(position_m, dtype=np.float64) @ self._turn() + self.listener_m

    def in_scene(self, position_m: Array) -> Array:
        """The inverse of :meth:`in_box`; metres, shape (..., 3)."""
        return (np.asarray(position_m, dtype=np.float64) - self.listener_m) @ self._turn().T

    def _turn(self) -> Array:
        angle = np.radians(self.azimuth_deg)
        return np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])

    @classmethod
    def open_ground(cls, *, camera_height_m: float) -> Self:
        """Hard ground such as asphalt, and sky."""
        return cls(
            name="open ground",
            size_m=(2.0, 2.0, camera_height_m + 1.0),
            listener_m=(1.0, 1.0, camera_height_m),
            absorption=np.stack([OPEN, OPEN, OPEN, OPEN, _ground(), OPEN]),
        )

    @classmethod
    def street(
        cls,
        *,
        camera_height_m: float,
        left_m: float = 8.0,
        right_m: float = 8.0,
        facade_height_m: float = 12.0,
        azimuth_deg: float = 0.0,
    ) -> Self:
        """Ground between two rows of houses, open above and at its ends.

        Args:
            camera_height_m: of the listener above the ground.
            left_m: distance of the façades to the left of the axis; by default, the street is 16 m wide.
            right_m: distance of the façades to the right of it.
            facade_height_m: by default, four storeys.
            azimuth_deg: direction of the street.
        """
        facade = absorption({"brick_wall_rough": 0.7, "glass_window": 0.3})
        return cls(
            name="street",
            size_m=(_STREET_LENGTH_M, left_m + right_m, max(facade_height_m, camera_height_m + _MARGIN_M)),
            listener_m=(_STREET_LENGTH_M / 2.0, right_m, camera_height_m),
            absorption=np.stack([OPEN, OPEN, facade, facade, _ground(), OPEN]),
            azimuth_deg=azimuth_deg,
        )

    @classmethod
    def covered(cls, *, camera_height_m: float, positions_m: Array | None = None) -> Self:
        """A roof on pillars: hard ground and a hard ceiling, 5 m apart, open all around.

        Args:
            camera_height_m: of the listener above the ground.
            positions_m: of the sources in the scene, shape (N, 3): the roof covers those within 25 m.
        """
        size_m, listener_m = _around(positions_m, camera_height_m, (20.0, 20.0, 5.0))
        roof = absorption({"rough_concrete": 1.0})
        return cls(
            name="roof",
            size_m=size_m,
            listener_m=listener_m,
            absorption=np.stack([OPEN, OPEN, OPEN, OPEN, _ground(), roof]),
        )

    @classmethod
    def indoor(cls, *, camera_height_m: float, positions_m: Array | None = None) -> Self:
        """A furnished room: plastered walls with windows and curtains, a wooden floor, a plain ceiling.

        Args:
            camera_height_m: of the listener above the floor.
            positions_m: of the sources in the scene, shape (N, 3): the room is 8 m by 6 m by 3 m, or as large as it
                must be to hold those within 25 m.
        """
        size_m, listener_m = _around(positions_m, camera_height_m, (8.0, 6.0, 3.0))
        wall = absorption({"hard_surface": 0.55, "glass_window": 0.2, "curtains_cotton_0.5": 0.15, "wooden_door": 0.1})
        # A third of the floor is carpeted or stands full of upholstery.
        floor = absorption({"wood_1.6cm": 0.65, "carpet_cotton": 0.2, "chairs_upholstered_cloth": 0.15})
        return cls(
            name="room",
            size_m=size_m,
            listener_m=listener_m,
            absorption=np.stack([wall, wall, wall, wall, floor, absorption({"ceiling_plasterboard": 1.0})]),
        )


def shoebox_of(
    surroundings: Surroundings,
    confidence: float,
    *,
    camera_height_m: float,
    street: tuple[float, float, float] | None = None,
    positions_m: Array | None = None,
) -> ShoeboxRoom | None:
    """The room that stands for a scene's environment; None if that is unknown, or known with little confidence.

    Args:
        surroundings: as the scene has them.
        confidence: in them, in [0, 1].
        street: of a scene in a street: its azimuth in degrees, and the distances in metres of its façades to the left
            and to the right of that direction. Elsewhere outdoors, there is ground alone.
        camera_height_m: of the listener above the ground.
        positions_m: of the sources in the scene, metres, shape (N, 3).
    """
    if confidence < _LEAST_CONFIDENCE:
        return None
    if surroundings == "outdoor" and street is not None:
        azimuth_deg, left_m, right_m = street
        return ShoeboxRoom.street(
            camera_height_m=camera_height_m, left_m=left_m, right_m=right_m, azimuth_deg=azimuth_deg
        )
    if surroundings == "outdoor":
        return ShoeboxRoom.open_ground(camera_height_m=camera_height_m)
    if surroundings == "covered":
        return ShoeboxRoom.covered(camera_height_m=camera_height_m, positions_m=positions_m)
    if surroundings == "indoor":
        return ShoeboxRoom.indoor(camera_height_m=camera_height_m, positions_m=positions_m)
    return None


def _ground() -> Array:
    """Asphalt."""
    return absorption({"linoleum_on_concrete": 1.0})


def _around(
    positions_m: Array | None, camera_height_m: float, least_m: tuple[float, float, float]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The size of a box that holds the least size and all near sources, and the listener's place in it."""
    near = np.zeros((0, 3)) if positions_m is None else np.asarray(positions_m, dtype=np.float64).reshape(-1, 3)
    near = near[np.linalg.norm(near, axis=1) <= _FARTHEST_IN_A_ROOM_M]
    length, width, height = least_m
    lowest = np.minimum(np.array([-length / 2.0, -width / 2.0]), near[:, :2].min(axis=0, initial=0.0) - _MARGIN_M)
    highest = np.maximum(np.array([length / 2.0, width / 2.0]), near[:, :2].max(axis=0, initial=0.0) + _MARGIN_M)
    top_m = max(height, camera_height_m + max(0.0, float(near[:, 2].max(initial=0.0))) + _MARGIN_M)
    along, across = (float(value) for value in highest - lowest)
    return (along, across, top_m), (float(-lowest[0]), float(-lowest[1]), camera_height_m)


def _air_per_m() -> Array:
    """The attenuation of air's energy by the metre, shape (8,): ISO 9613-1 as tabulated by pyroomacoustics."""
    from pyroomacoustics.parameters import Physics

    tabulated = Physics(temperature=20, humidity=50).get_air_absorption()["coeffs"]
    # The table ends at 8 kHz. Above, losses grow about as the square of frequency.
    return np.append(tabulated, 4.0 * tabulated[-1])
