"""What a camera that is not held level sees of a drawn world: its picture, and the truth about every pixel."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from server.perception.ground_plane.horizon import Horizon
from server.perception.land_cover.classes import LandCover
from server.pipeline.views import Picture, View
from server.synthetic.painting import Rendering


@dataclass(frozen=True, kw_only=True, eq=False)
class Glimpse:
    """A picture, its true land cover, its true ray lengths in metres, what each pixel shows, and its true horizon."""

    picture: Picture
    cover: LandCover
    distance_m: NDArray[np.float32] = field(repr=False)
    object_id: NDArray[np.int16] = field(repr=False)
    horizon: Horizon


def panorama(width_px: int) -> View:
    """The view of a whole panorama."""
    return View(name="picture", projection="equirectangular", width_px=width_px, height_px=width_px // 2)


def photograph(width_px: int = 1024, hfov_deg: float = 65.0) -> View:
    """The view of a photograph, three by four."""
    return View(
        name="picture", projection="perspective", width_px=width_px, height_px=width_px * 3 // 4, hfov_deg=hfov_deg
    )


def held(*, pitch_deg: float = 0.0, roll_deg: float = 0.0, sigma_deg: float = 0.3) -> Horizon:
    """The horizon of a camera that looks up by ``pitch_deg``, and in whose picture the zenith leans to the left."""
    front, left = np.tan(np.radians([pitch_deg, roll_deg]))
    # tan(pitch) is front over the length of the rest, tan(roll) left over up.
    up = np.array([front * np.hypot(left, 1.0), left, 1.0])
    up /= np.linalg.norm(up)
    return Horizon(up=(float(up[0]), float(up[1]), float(up[2])), sigma_deg=sigma_deg)


def glimpse(rendering: Rendering, view: View, horizon: Horizon, *, yaw_deg: float = 0.0) -> Glimpse:
    """What a camera shows that is held so that ``horizon`` is its horizon, turned to the left by ``yaw_deg``."""
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    azimuth_deg, elevation_deg = horizon.levelled(*view.direction(columns, rows))
    true = rendering.truth
    whole = panorama(true.cover.shape[1])
    column, row = whole.pixel(azimuth_deg + yaw_deg, elevation_deg)
    at = np.minimum(row.astype(np.intp), whole.height_px - 1), np.minimum(column.astype(np.intp), whole.width_px - 1)
    around = np.concatenate([rendering.pixels[:, -1:], rendering.pixels, rendering.pixels[:, :1]], axis=1)
    # remap counts from the centre of the first pixel, here the one before the seam.
    maps = (column + 0.5).astype(np.float32), (row - 0.5).astype(np.float32)
    pixels = cv2.remap(around, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Glimpse(
        picture=Picture(pixels=np.asarray(pixels, dtype=np.uint8), view=view),
        cover=LandCover(view=view, classes=true.cover[at], confidence=np.ones(true.cover.shape, np.float32)[at]),
        distance_m=true.distance_m[at],
        object_id=true.object_id[at],
        horizon=horizon,
    )


def off_deg(one: Horizon, other: Horizon) -> float:
    """The angle between two zeniths."""
    return float(np.degrees(2.0 * np.arcsin(min(1.0, np.linalg.norm(np.subtract(one.up, other.up)) / 2.0))))
