"""Depth models that answer from a world's truth, each view with a slope and a shift of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.models.calibrate.samples import log_secant
from server.models.calibrate.surfaces import Surfaces
from server.pipeline.views import Picture
from tests.oracle.stubs import Oracle

# What a model says of the sky; ln metres.
_SKY = np.log(1000.0)
_SIDE_PX = 96


@dataclass(frozen=True, kw_only=True, eq=False)
class AffineDepth:
    """The logarithm of true depth with noise and outliers, then mapped to a range of each view's own.

    Attributes:
        noise: standard deviation of ln depth in every pixel.
        outliers: which part of the pixels shows any depth at all.
        off: by how much the metric answer is wrong everywhere; ln.
    """

    oracle: Oracle
    noise: float = 0.0
    outliers: float = 0.0
    off: float = 0.0
    seed: int = 0
    identity: str = "affine-truth@1"
    relative_error: float = 0.2

    def predict_log_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        for number, window in enumerate(windows):
            random = np.random.default_rng([self.seed, number])
            log_depth = self._log_depth(window, random)
            yield ((log_depth - random.uniform(-2.0, 3.0)) / random.uniform(0.5, 4.0)).astype(np.float32)

    def predict_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        for number, window in enumerate(windows):
            random = np.random.default_rng([self.seed, number])
            yield np.exp(self._log_depth(window, random) + self.off).astype(np.float32)

    def _log_depth(self, window: Picture, random: np.random.Generator) -> NDArray[np.float64]:
        view = window.view.resized(_SIDE_PX, _SIDE_PX * window.view.height_px // window.view.width_px)
        far_m = self.oracle.far(view)
        height_px, width_px = far_m.shape
        across, down = np.meshgrid((np.arange(width_px) + 0.5) / width_px, (np.arange(height_px) + 0.5) / height_px)
        true = np.where(np.isfinite(far_m), np.log(far_m), _SKY) - log_secant(view, across, down)
        found = true + random.normal(size=true.shape) * self.noise
        wrong = random.random(true.shape) < self.outliers
        found[wrong] = random.uniform(true.min(), np.log(300.0), int(wrong.sum()))
        return found


def true_surfaces(oracle: Oracle, *, wrong: float = 0.0) -> Callable[[Picture], Surfaces]:
    """What is ground and sky, from truth; a part of what lies below the horizon is told wrongly.

    Args:
        oracle: the truth.
        wrong: which part, in [0, 1].
    """

    def look(window: Picture) -> Surfaces:
        view = window.view.resized(128, 128 * window.view.height_px // window.view.width_px)
        far_m = oracle.far(view)
        columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
        _, elevation_deg = view.direction(columns, rows)
        below = elevation_deg < 0.0
        with np.errstate(invalid="ignore"):
            up_m = far_m * np.sin(np.radians(elevation_deg)) + oracle.camera_height_m
            ground = below & (np.abs(up_m) < 0.02 * oracle.camera_height_m)
        flipped = below & (np.random.default_rng(7).random(ground.shape) < wrong)
        return Surfaces(ground=(ground ^ flipped).astype(np.float32), sky=~np.isfinite(far_m))

    return look


def no_ground(look: Callable[[Picture], Surfaces]) -> Callable[[Picture], Surfaces]:
    """The same, where no ground is to be seen."""

    def looked(window: Picture) -> Surfaces:
        surfaces = look(window)
        return Surfaces(ground=np.zeros_like(surfaces.ground), sky=surfaces.sky)

    return looked
