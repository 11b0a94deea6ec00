"""Directions at which views are compared with each other and with the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from protocol.coordinates import fibonacci_sphere, polar_from_scene
from server.models.calibrate.surfaces import Surfaces
from server.pipeline.views import Value, View, pixel_values

Array = NDArray[np.float64]

_APART_DEG = 1.5
_SMOOTH = 1.0 / 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """What views show in common directions; arrays of shape (N,), one entry for each view and direction.

    Attributes:
        view: number of the view.
        direction: number of the direction; those of several views are compared.
        depth: the value in the view's depth map, in its own unit.
        log_secant: ln of the ray's length over its depth along the optical axis.
        elevation_deg: of the direction.
        ground: the likelihood of flat ground, in [0, 1].
    """

    view: NDArray[np.int64] = field(repr=False)
    direction: NDArray[np.int64] = field(repr=False)
    depth: Array = field(repr=False)
    log_secant: Array = field(repr=False)
    elevation_deg: Array = field(repr=False)
    ground: Array = field(repr=False)


def sampled(
    views: Sequence[View],
    depths: Sequence[NDArray[np.float32]],
    surfaces: Sequence[Surfaces],
    unseen: Sequence[NDArray[np.bool_] | None],
) -> Samples:
    """The samples of all views in directions 1.5° apart that were photographed, without sky and infinite values.

    Args:
        views: geometry of each, at any resolution.
        depths: the answer of the depth model for each view, shape (h, w), at any resolution.
        surfaces: of each view.
        unseen: of each view, where nothing was photographed, bool (h, w) at any resolution; None: all was.
    """
    azimuth_deg, elevation_deg = _directions()
    parts = []
    for number, (view, depth, surface, hidden) in enumerate(zip(views, depths, surfaces, unseen, strict=True)):
        shown = np.flatnonzero(view.contains(azimuth_deg, elevation_deg))
        column, row = view.pixel(azimuth_deg[shown], elevation_deg[shown])
        across, down = column / view.width_px, row / view.height_px
        value = map_values(smoothed(depth), across, down).astype(np.float64)
        usable = np.isfinite(value) & ~map_values(surface.sky, across, down)
        if hidden is not None:
            usable &= ~map_values(hidden, across, down)
        shown, across, down, value = shown[usable], across[usable], down[usable], value[usable]
        parts.append(
            np.stack(
                [
                    np.full(len(shown), number),
                    shown,
                    value,
                    log_secant(view, across, down),
                    elevation_deg[shown],
                    map_values(surface.ground, across, down),
                ]
            )
        )
    view_of, direction, value, secant, elevation, ground = np.concatenate(parts, axis=1)
    return Samples(
        view=view_of.astype(np.int64),
        direction=direction.astype(np.int64),
        depth=value,
        log_secant=secant,
        elevation_deg=elevation,
        ground=ground,
    )


def smoothed(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Medians of a depth map, shape (h, w), over a few degrees, since noise would flatten the fitted slopes."""
    return np.asarray(median_filter(depth, size=max(3, round(_SMOOTH * depth.shape[1])), mode="nearest"))


def log_secant(view: View, across: Array, down: Array) -> Array:
    """The ln of a ray's length over its depth along the axis of a perspective view; a panorama's depths are rays.

    Args:
        view: at any resolution.
        across: positions from 0 at the left to 1 at the right, of any shape.
        down: positions from 0 at the top to 1 at the bottom, of a shape that broadcasts with it.

    Returns:
        The broadcast shape.
    """
    if view.projection == "equirectangular":
        return np.zeros(np.broadcast(across, down).shape)
    right = (across - 0.5) * view.width_px / view.focal_px
    below = (down - 0.5) * view.height_px / view.focal_px
    return np.asarray(0.5 * np.log1p(right**2 + below**2))


def map_values(values: NDArray[Value], across: Array, down: Array) -> NDArray[Value]:
    """The values of a map's pixels at some positions.

    Args:
        values: shape (h, w).
        across: positions from 0 at the left to 1 at the right, of any shape.
        down: positions from 0 at the top to 1 at the bottom, of the same shape.

    Returns:
        The shape of the positions.
    """
    height_px, width_px = values.shape
    return pixel_values(values, across * width_px, down * height_px)


def _directions() -> tuple[Array, Array]:
    """Azimuths and elevations of directions spread evenly over the sphere."""
    count = round(4.0 * np.pi / np.radians(_APART_DEG) ** 2)
    azimuth_deg, elevation_deg, _ = polar_from_scene(fibonacci_sphere(count))
    return azimuth_deg, elevation_deg
