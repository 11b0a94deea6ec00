"""From the picture of a tilted camera to one in which up is up: a sphere is turned, a photograph's view is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from protocol.coordinates import polar_from_scene, scene_from_polar
from server.pipeline.attitude import Attitude
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.projections.unroll import on_sphere
from server.pipeline.views import Picture, PixelMapping, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Levelled:
    """Where the pixels of a tilted camera's picture look in the level frame.

    Attributes:
        tilted: where they look in the camera's own.
        attitude: of the camera.
    """

    tilted: PixelMapping
    attitude: Attitude

    @property
    def width_px(self) -> int:
        """Columns of the picture."""
        return self.tilted.width_px

    @property
    def height_px(self) -> int:
        """Rows of the picture."""
        return self.tilted.height_px

    @property
    def sphere_width_px(self) -> float:
        """Columns of a whole sphere; the picture is one."""
        return self.tilted.width_px

    def direction(self, column: ArrayLike, row: ArrayLike) -> tuple[Any, Any]:
        """Azimuth and elevation against gravity, in degrees, of continuous pixel positions, arrays, in their shape."""
        return _turned(*self.tilted.direction(column, row), self.attitude.rotation())

    def pixel(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[Any, Any]:
        """Continuous column and row of directions, arrays, in their shape; NaN where nothing was photographed."""
        return self.tilted.pixel(*_turned(azimuth_deg, elevation_deg, self.attitude.rotation().T))


def levelled(picture: Picture, attitude: Attitude) -> Picture:
    """The picture, what is unseen in it and the way back to its file's pixels, in the frame in which up is up.

    A panorama's pixels are sampled anew. A photograph keeps its own: its view looks up or down, and aslant.

    Args:
        picture: as its camera saw it.
        attitude: of that camera.
    """
    if attitude.is_level:
        return picture
    digest = hashlib.sha256(f"{picture.sha256} {attitude!r}".encode()).hexdigest() if picture.sha256 else ""
    view, original = picture.view, picture.original or picture.view
    if view.projection == "perspective":
        return replace(picture, view=_tilted(view, attitude), original=_tilted(original, attitude), sha256=digest)
    mapping = Levelled(tilted=SpherePart.whole(view.width_px, view.height_px), attitude=attitude)
    pixels, unseen = on_sphere(picture.pixels, mapping, largest_width_px=view.width_px, unseen=picture.unseen)
    return replace(
        picture,
        pixels=pixels,
        view=view.resized(pixels.shape[1], pixels.shape[0]),
        unseen=unseen,
        original=Levelled(tilted=original, attitude=attitude),
        sha256=digest,
    )


def _tilted(mapping: Any, attitude: Attitude) -> View:
    """The view of a photograph, which looked straight ahead."""
    view: View = replace(mapping, pitch_deg=attitude.pitch_deg, roll_deg=attitude.roll_deg)
    return view


def _turned(azimuth_deg: ArrayLike, elevation_deg: ArrayLike, rotation: NDArray[np.float64]) -> tuple[Any, Any]:
    azimuth, elevation, _ = polar_from_scene(scene_from_polar(azimuth_deg, elevation_deg) @ rotation.T)
    return azimuth, elevation
