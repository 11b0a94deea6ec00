"""Metres from one picture and the height of the camera: the ground is a plane, and things stand on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from server.perception.detector.sight import Detection, sight
from server.perception.ground_plane.association import association_sigma
from server.perception.ground_plane.horizon import Horizon, estimated_horizon
from server.perception.ground_plane.known_things import with_known_things
from server.perception.ground_plane.runs import AIR, BUILT, CLUTTER, CROWNED, LYING, UNSEEN
from server.perception.ground_plane.stains import without_holes, without_stains
from server.perception.ground_plane.stems import with_stems
from server.perception.ground_plane.stixels import feet
from server.perception.land_cover.classes import Cover, LandCover, land_cover
from server.perception.things.heard import things_in
from server.pipeline.distance.unseen import without
from server.pipeline.stages import DistanceMap, Sees
from server.pipeline.views import Picture, View, pixel_values

Array = NDArray[np.float64]

FARTHEST = 120.0
"""In camera heights: 300 m from 2.5 m up, where a ray is half a degree below the horizon."""

_FAR_SIGMA = 0.5
# Streets are cambered and lawns uneven: even a well-seen foot is this uncertain, relative to its distance.
_UNEVEN_SIGMA = 0.03
# Clutter straight below carries the camera (a tripod, a car's roof), down to this depression; whatever else seems to
# stand there is ground.
_NADIR_DEG = 30.0
# A sky that reaches this far below the horizon is its mirror image, or a pale floor.
_DEEPEST_SKY_DEG = 10.0
# What looks like ground but is this high up stands: hills that begin at the viewer are rarely steeper.
_STEEPEST_HILL_DEG = 12.0
# Overhead, a wall's ray length D / cos(elevation) has no end; roofs and branches there have.
_LEAST_COS = 0.2
_MOST_COLUMNS = 1440
_STEEP = BUILT + 1
_KIND_OF_COVER = np.full(len(Cover), LYING, dtype=np.uint8)
_KIND_OF_COVER[[Cover.OTHER, Cover.SKY, Cover.TREES]] = CLUTTER, AIR, CROWNED
_KIND_OF_COVER[[Cover.BUILDING, Cover.INTERIOR]] = BUILT


class GroundPlaneDepthEstimator:
    """Tells how far everything is by the ground plane; see :func:`ground_plane_distance`."""

    identity = "ground-plane@3"
    sees: Sees = "picture"

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window, in the pixels of its land cover."""
        for window in windows:
            cover = land_cover(window)
            things, _ = things_in(sight(window).detections, cover)
            yield ground_plane_distance(
                with_stems(cover, window),
                estimated_horizon(window),
                camera_height_m,
                detections=[each.detection for each in things],
            )


def ground_plane_distance(
    cover: LandCover, horizon: Horizon, camera_height_m: float, *, detections: Sequence[Detection] = ()
) -> DistanceMap:
    """Ray lengths by the ground plane.

    A ray δ below the horizon meets the ground after h / sin δ, with |dr / dδ| = r / tan δ. What stands has the distance
    D of its foot along the ground (see :func:`server.perception.ground_plane.stixels.feet`), so D / cos(elevation)
    along the ray, and what stands near a border may be what is on its other side. The sky is infinitely far. What was
    not photographed, and the tripod or the car's roof that carries the camera, has no distance (NaN). Nothing else is
    farther than 120 camera heights; ground at or above the horizon, which is a hill, is put there with a sigma of half
    of that.

    Args:
        cover: what each pixel shows.
        horizon: of the same picture.
        camera_height_m: of the camera above the ground, > 0; distances on the ground are proportional to it.
        detections: believed, boxed in the same picture; those of known height stand where that and their feet tell.
    """
    view = cover.view
    columns, rows = _middles(view.width_px, view.height_px)
    azimuth_deg, elevation_deg = horizon.levelled(*view.direction(columns, rows))
    kinds = _kinds(cover, elevation_deg)
    grid = _LevelGrid.of(view, azimuth_deg, elevation_deg)
    whole = without_holes(grid.filled(kinds, view, horizon), around=view.projection == "equirectangular")
    upright = without_stains(whole, top_deg=grid.top_deg, step_deg=grid.step_deg)
    found = feet(
        upright,
        top_deg=grid.top_deg,
        step_deg=grid.step_deg,
        horizon_sigma_deg=horizon.sigma_deg,
        farthest=FARTHEST,
        camera_height_m=camera_height_m,
    )
    at = grid.place(azimuth_deg, elevation_deg)
    kinds[(kinds == CLUTTER) & (upright[at] == LYING)] = LYING
    away, sigma = found.away[at], found.sigma[at]
    lost = (kinds > LYING) & np.isnan(away)
    if lost.any():
        # On the border of a region a pixel's place in the levelled grid may belong to what is beside it.
        near = _nearest_known(found.away, at[0][lost], at[1][lost])
        away[lost], sigma[lost] = np.nan_to_num(found.away[near], nan=FARTHEST), np.nan_to_num(found.sigma[near], nan=1)
    sine = np.maximum(np.sin(np.radians(-elevation_deg)), 1.0 / FARTHEST)
    lying = 1.0 / sine
    lying_sigma = np.radians(horizon.sigma_deg) * np.sqrt(np.maximum(lying**2 - 1.0, 0.0))
    standing = away / np.maximum(np.cos(np.radians(elevation_deg)), _LEAST_COS)
    is_lying = kinds == LYING
    heights = np.minimum(np.where(is_lying, lying, standing), FARTHEST)
    is_sky, is_unseen = kinds == AIR, kinds == UNSEEN
    beside_sigma = association_sigma(np.log(np.select([is_unseen, is_sky], [np.nan, FARTHEST], heights)), view)
    relative = np.hypot(np.where(is_lying, lying_sigma, np.hypot(sigma, beside_sigma)), _UNEVEN_SIGMA)
    relative = np.where(heights >= FARTHEST, np.maximum(relative, _FAR_SIGMA), relative).clip(0.0, 1.0)
    distance_m = np.where(is_sky, np.inf, heights * camera_height_m)
    sigma_m = np.where(is_sky, np.inf, relative * heights * camera_height_m)
    bare = DistanceMap(view=view, distance_m=distance_m.astype(np.float32), sigma_m=sigma_m.astype(np.float32))
    measured = with_known_things(
        bare,
        is_lying,
        detections,
        horizon=horizon,
        camera_height_m=camera_height_m,
        farthest_m=FARTHEST * camera_height_m,
    )
    return without(measured, is_unseen)


def _middles(width_px: int, height_px: int) -> tuple[Array, Array]:
    """Middles of columns, (1, W), and of rows, (H, 1): their sines are few until they broadcast."""
    columns: Array = np.arange(width_px, dtype=np.float64)[None, :] + 0.5
    rows: Array = np.arange(height_px, dtype=np.float64)[:, None] + 0.5
    return columns, rows


def _nearest_known(
    away: Array, row: NDArray[np.intp], column: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column, (N,) each, of the nearest place of a map that is not NaN."""
    is_lost = np.isnan(away)
    if is_lost.all():
        return row, column
    _, label = cv2.distanceTransformWithLabels(is_lost.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    known = np.flatnonzero(~is_lost)
    place = np.zeros(int(label.max()) + 1, np.intp)
    place[label.ravel()[known]] = known
    nearest = place[label[row, column]]
    return nearest // away.shape[1], nearest % away.shape[1]


def _kinds(cover: LandCover, elevation_deg: Array) -> NDArray[np.uint8]:
    """What lies, stands, is air or is unseen, by their cover."""
    classes = cover.classes
    kinds = _KIND_OF_COVER[classes]
    kinds[(kinds == AIR) & (elevation_deg < -_DEEPEST_SKY_DEG)] = LYING
    too_steep = (kinds == LYING) & (elevation_deg > _STEEPEST_HILL_DEG)
    kinds[too_steep] = _STEEP
    is_clutter = kinds > LYING
    if cover.view.projection == "perspective":
        is_clutter &= classes == Cover.OTHER
    from_below = np.logical_and.accumulate(is_clutter[::-1], axis=0)[::-1]
    is_nadir = from_below & (elevation_deg < -_NADIR_DEG)
    is_carrier = (classes == Cover.OTHER) & (cover.view.projection == "equirectangular")
    kinds[is_nadir] = np.where(is_carrier[is_nadir], UNSEEN, LYING)
    kinds[~cover.seen] = UNSEEN
    return kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class _LevelGrid:
    """An upright equirectangular map that holds all of a picture, so that what stands does so in its columns."""

    left_deg: float
    top_deg: float
    step_deg: float
    width_px: int
    height_px: int

    @classmethod
    def of(cls, view: View, azimuth_deg: Array, elevation_deg: Array) -> _LevelGrid:
        """As fine as the picture is, for the levelled directions of its pixels."""
        if view.projection == "equirectangular":
            step_deg = 360.0 / view.width_px
            return cls(
                left_deg=180.0, top_deg=90.0, step_deg=step_deg, width_px=view.width_px, height_px=view.height_px
            )
        aside_deg = wrapped_azimuth_deg(azimuth_deg - view.yaw_deg)
        left_deg, span_deg = float(aside_deg.max()), float(np.ptp(aside_deg))
        step_deg = max(view.hfov_deg / view.width_px, span_deg / _MOST_COLUMNS)
        return cls(
            left_deg=view.yaw_deg + left_deg + step_deg / 2.0,
            top_deg=float(elevation_deg.max()) + step_deg / 2.0,
            step_deg=step_deg,
            width_px=ceil(span_deg / step_deg) + 1,
            height_px=ceil(float(np.ptp(elevation_deg)) / step_deg) + 1,
        )

    def filled(self, kinds: NDArray[np.uint8], view: View, horizon: Horizon) -> NDArray[np.uint8]:
        """The picture's kinds in this map; UNSEEN outside it."""
        columns, rows = _middles(self.width_px, self.height_px)
        directions = horizon.tilted(self.left_deg - self.step_deg * columns, self.top_deg - self.step_deg * rows)
        column, row = view.pixel(*directions)
        with np.errstate(invalid="ignore"):
            inside = (column >= 0) & (column <= view.width_px) & (row >= 0) & (row <= view.height_px)
        filled = np.full(inside.shape, UNSEEN, np.uint8)
        filled[inside] = pixel_values(kinds, column[inside], row[inside])
        return filled

    def place(self, azimuth_deg: Array, elevation_deg: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of levelled directions."""
        column = np.floor(np.mod(self.left_deg - azimuth_deg, 360.0) / self.step_deg).astype(np.intp)
        row = np.floor((self.top_deg - elevation_deg) / self.step_deg).astype(np.intp)
        return np.clip(row, 0, self.height_px - 1), np.clip(column, 0, self.width_px - 1)
