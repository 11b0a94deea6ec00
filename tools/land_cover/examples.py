"""What a head learns from: cells of panoramas, and of photographs cut from them, whose cover is known.

A head has to serve panoramas and photographs of any camera. So photographs of all fields of view are cut, not quite
level; and light, colour and sharpness differ from each to the next. Roads and pavements are repaved, lighter or darker:
the few that there are to learn from would else teach that what is dark is a road.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from protocol.coordinates import wrapped_azimuth_deg
from server.perception.detector.feature_grid import features_at, grid_view
from server.perception.detector.sight import sight
from server.perception.land_cover.cover import Cover
from server.perception.land_cover.inputs import own_inputs
from server.pipeline.views import Picture, View, pixel_values

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

_PHOTOGRAPH_PX = (512, 384)
_CELLS_OF_PANORAMA, _CELLS_OF_PHOTOGRAPH = 3000, 450


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """Cells of a panorama and of photographs cut from it.

    Attributes:
        known: float16 (N, inputs), what the head is told.
        azimuth_deg: (N,), where they are.
        elevation_deg: (N,).
        look: (N,), from which picture: 0 is the panorama as it is.
    """

    known: NDArray[np.float16] = field(repr=False)
    azimuth_deg: NDArray[np.float32] = field(repr=False)
    elevation_deg: NDArray[np.float32] = field(repr=False)
    look: Pixels = field(repr=False)

    def covers(self, classes: Pixels) -> Pixels:
        """What they show, uint8 (N,), by the classes (H, 2 H) of the panorama's pixels."""
        height_px, width_px = classes.shape
        whole = View(name="", projection="equirectangular", width_px=width_px, height_px=height_px)
        return pixel_values(classes, *whole.pixel(self.azimuth_deg, self.elevation_deg))


def examples(pixels: Pixels, classes: Pixels | None, *, seed: int, panoramas: int, photographs: int) -> Examples:
    """The examples of one panorama, each direction as probable as any other.

    Args:
        pixels: uint8 RGB (H, 2 H, 3).
        classes: the class of each pixel of the panorama, (h, 2 h); None to leave its ground as it is.
        seed: of all that is drawn by chance.
        panoramas: how many times the whole is looked at; the first time as it is.
        photographs: how many photographs are cut.
    """
    chance = np.random.default_rng(seed)
    hard = None if classes is None else _hard_ground(classes, pixels.shape[1])
    pictures = [*_panoramas(pixels, hard, panoramas, chance), *_photographs(pixels, hard, photographs, chance)]
    parts = [_of(picture, truth, chance) for picture, truth in pictures]
    return Examples(
        known=np.concatenate([known for known, *_ in parts]),
        azimuth_deg=np.concatenate([azimuth_deg for _, azimuth_deg, _ in parts]),
        elevation_deg=np.concatenate([elevation_deg for *_, elevation_deg in parts]),
        look=np.concatenate([np.full(len(part[0]), number, np.uint8) for number, part in enumerate(parts)]),
    )


def as_panorama(pixels: Pixels) -> Picture:
    """A panorama as the pipeline sees it."""
    height_px, width_px = pixels.shape[:2]
    view = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
    return Picture(pixels=pixels, view=view)


def photograph(pixels: Pixels, window: View) -> Pixels:
    """What a camera with a window's field of view and direction sees in a panorama."""
    column, row = np.meshgrid(np.arange(window.width_px) + 0.5, np.arange(window.height_px) + 0.5)
    whole = as_panorama(pixels).view
    column, row = whole.pixel(*window.direction(column, row))
    shrinks = whole.width_px / 360.0 / (window.focal_px * np.pi / 180.0)
    source = cv2.GaussianBlur(pixels, (0, 0), 0.4 * shrinks) if shrinks > 1.0 else pixels
    seen = cv2.remap(
        source,
        (column - 0.5).astype(np.float32),
        (row - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return np.asarray(seen, np.uint8)


def _hard_ground(classes: Pixels, width_px: int) -> Floats:
    """How much of each pixel is road and how much pavement, float32 (W / 2, W, 2), with soft edges."""
    shares = np.stack([classes == Cover.ROAD, classes == Cover.PAVED], axis=2).astype(np.float32)
    shares = cv2.resize(shares, (width_px, width_px // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(shares, (0, 0), width_px / 1024.0), np.float32)


def _panoramas(
    pixels: Pixels, hard: Floats | None, count: int, chance: np.random.Generator
) -> Iterator[tuple[Picture, View]]:
    for number in range(count):
        picture = as_panorama(_relit(_repaved(pixels, hard, chance), chance) if number else pixels)
        yield picture, picture.view


def _photographs(
    pixels: Pixels, hard: Floats | None, count: int, chance: np.random.Generator
) -> Iterator[tuple[Picture, View]]:
    """Photographs, each with the window that it truly is; it is taken for level, and its field of view is guessed."""
    width_px, height_px = _PHOTOGRAPH_PX
    first_deg = chance.uniform(0.0, 360.0)
    for number in range(count):
        hfov_deg = chance.uniform(50.0, 110.0)
        truth = View(
            name="picture",
            projection="perspective",
            width_px=width_px,
            height_px=height_px,
            hfov_deg=hfov_deg,
            yaw_deg=float(wrapped_azimuth_deg(first_deg + 360.0 * number / count)),
            pitch_deg=float(np.clip(chance.normal(0.0, 6.0), -12.0, 12.0)),
        )
        # What is taken for narrower than it is appears sharper, and farther away.
        guessed = View(
            name="picture",
            projection="perspective",
            width_px=width_px,
            height_px=height_px,
            hfov_deg=max(40.0, hfov_deg * chance.uniform(0.55, 1.1)),
        )
        seen = photograph(_repaved(pixels, hard, chance), truth)
        yield Picture(pixels=_relit(seen, chance), view=guessed), truth


def _repaved(pixels: Pixels, hard: Floats | None, chance: np.random.Generator) -> Pixels:
    """The same with roads and pavements of another colour: each lighter or darker by up to a factor of 1.7."""
    if hard is None:
        return pixels
    gain = np.exp(chance.uniform(-1.0, 1.0, (2, 1)) * np.log(1.7)) * chance.uniform(0.92, 1.08, (2, 3))
    paved = 1.0 + hard @ (gain.astype(np.float32) - 1.0)
    return np.asarray(np.clip(pixels * paved + 0.5, 0, 255), np.uint8)


def _relit(pixels: Pixels, chance: np.random.Generator) -> Pixels:
    """The same in another light and by another camera: exposure, contrast, white balance, saturation, sharpness."""
    light = (pixels.astype(np.float32) / 255.0) ** chance.uniform(0.75, 1.4)
    light = light * chance.uniform(0.8, 1.25) * chance.uniform(0.93, 1.07, 3).astype(np.float32)
    grey = light.mean(axis=2, keepdims=True)
    light = grey + (light - grey) * chance.uniform(0.6, 1.3)
    soft = cv2.GaussianBlur(light, (0, 0), 1.2)
    light = light + chance.uniform(-0.5, 1.5) * (light - soft)
    light = light + chance.normal(0.0, chance.uniform(0.0, 0.015), light.shape)
    return np.asarray(np.clip(255.0 * light + 0.5, 0, 255), np.uint8)


def _of(
    picture: Picture, truth: View, chance: np.random.Generator
) -> tuple[NDArray[np.float16], NDArray[np.float32], NDArray[np.float32]]:
    """Some cells of a picture and their directions; ``truth`` is the window that the picture really is."""
    seen = sight(picture)
    cells = grid_view(seen)
    column, row = np.meshgrid(np.arange(cells.width_px) + 0.5, np.arange(cells.height_px) + 0.5)
    window = truth.resized(cells.width_px, cells.height_px)
    share = window.pixel_solid_angle_sr(column, row).ravel()
    count = _CELLS_OF_PANORAMA if truth.projection == "equirectangular" else _CELLS_OF_PHOTOGRAPH
    at = chance.choice(share.size, count, replace=False, p=share / share.sum())
    rows, columns = np.unravel_index(at, column.shape)
    own = own_inputs(picture, cells)[:, rows, columns]
    known = np.concatenate([own, features_at(seen, columns, rows)])
    azimuth_deg, elevation_deg = window.direction(columns + 0.5, rows + 0.5)
    return known.T.astype(np.float16), azimuth_deg.astype(np.float32), elevation_deg.astype(np.float32)
