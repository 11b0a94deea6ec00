"""Depth models as stages: metres along every ray, with a sigma."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from server.models.calibrate.alignment import Alignment, fitted_alignment
from server.models.calibrate.samples import log_secant, map_values, sampled, smoothed
from server.models.calibrate.surfaces import SurfaceFinder, Surfaces, horizon_surfaces
from server.models.depth.protocols import MetricDepthModel, RelativeDepthModel
from server.pipeline.distance.unseen import without
from server.pipeline.stages import DistanceMap, Sees
from server.pipeline.views import Picture, View

Array = NDArray[np.float64]
Model = TypeVar("Model", RelativeDepthModel, MetricDepthModel)

# Neighbouring samples err alike, so this many count as one.
_ALIKE = 50.0
# The error of a model over wide parts of a view, alike in all views that see them, which no equation here reveals.
_MODEL_SIGMA = 0.05
_MAD_TO_SIGMA = 1.4826
# Where nothing ties distances to metres, they may all be half or twice as far.
_RELATIVE_SIGMA = float(np.log(2.0))
_FARTHEST_M = 1000.0
_NEAREST_M = 0.1

NO_METRES = "no ground in sight tells how far things are: distances are relative, and may all be half or twice as far"


class _CalibratedViews(Generic[Model]):
    """A depth estimator that brings the views of a model to agree with each other, and with the ground.

    Args:
        model: predicts depth.
        find_surfaces: finds ground and sky.
        surfaces_identity: name and revision of ``find_surfaces``, which distances depend on.
    """

    sees: Sees = "views"

    def __init__(
        self,
        model: Model,
        *,
        find_surfaces: SurfaceFinder = horizon_surfaces,
        surfaces_identity: str = "horizon@1",
    ) -> None:
        self._model: Model = model
        self._find_surfaces = find_surfaces
        self.identity = f"{model.identity}+ground@2/{surfaces_identity}"

    def _calibrated(
        self,
        windows: Sequence[Picture],
        values: Sequence[NDArray[np.float32]],
        camera_height_m: float,
        *,
        slope: float | None = None,
        shift_sigma: float = np.inf,
    ) -> Iterator[DistanceMap]:
        """Metres along the rays of each window, out of values that are ln depth up to a slope and a shift."""
        surfaces = [self._find_surfaces(window) for window in windows]
        views = [window.view for window in windows]
        alignment = fitted_alignment(
            sampled(views, values, surfaces, [window.unseen for window in windows]),
            views=len(views),
            camera_height_m=camera_height_m,
            slope=slope,
            shift_sigma=shift_sigma,
        )
        for window, found in zip(windows, _maps(views, values, surfaces, alignment), strict=True):
            yield without(found, window.unseen_in(found.view))


class CalibratedDepthEstimator(_CalibratedViews[RelativeDepthModel]):
    """A depth estimator that brings the views of a model of relative depth to metres by the ground.

    :mod:`server.models.calibrate.alignment` says how.
    """

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window; the first when all have been looked at, since all are solved at once.

        Raises:
            SonoramaError: as the model raises it.
        """
        values = [np.asarray(value, dtype=np.float32) for value in self._model.predict_log_depth(windows)]
        yield from self._calibrated(windows, values, camera_height_m)


class MetricDepthEstimator(_CalibratedViews[MetricDepthModel]):
    """A depth estimator that brings the views of a metric model to agree, also with the ground where it is seen."""

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window; the first when all have been looked at, since all are solved at once.

        Raises:
            SonoramaError: as the model raises it.
        """
        depths_m = self._model.predict_depth(windows)
        values = [np.log(np.maximum(depth_m, _NEAREST_M)).astype(np.float32) for depth_m in depths_m]
        shift_sigma = self._model.relative_error
        yield from self._calibrated(windows, values, camera_height_m, slope=1.0, shift_sigma=shift_sigma)


def _maps(
    views: Sequence[View],
    values: Sequence[NDArray[np.float32]],
    surfaces: Sequence[Surfaces],
    alignment: Alignment,
) -> Iterator[DistanceMap]:
    """Metres along the rays of each view, with their sigma."""
    for number, (window, value, surface) in enumerate(zip(views, values, surfaces, strict=True)):
        height_px, width_px = value.shape
        view = window.resized(width_px, height_px)
        across, down = np.meshgrid((np.arange(width_px) + 0.5) / width_px, (np.arange(height_px) + 0.5) / height_px)
        log_m = alignment.slope[number] * value + alignment.shift[number] + log_secant(view, across, down)
        distance_m = np.exp(np.clip(log_m, np.log(_NEAREST_M), np.log(_FARTHEST_M)))
        (slope_variance, both), (_, shift_variance) = alignment.covariance[number]
        fit_variance = _ALIKE * np.maximum(slope_variance * value**2 + 2.0 * both * value + shift_variance, 0.0)
        whole = 0.0 if alignment.is_metric else _RELATIVE_SIGMA
        noise = alignment.slope[number] * _MAD_TO_SIGMA * float(np.median(np.abs(value - smoothed(value))))
        relative = np.sqrt(fit_variance + alignment.sigma**2 + noise**2 + _MODEL_SIGMA**2 + whole**2)
        sigma_m = distance_m * np.minimum(relative, 1.0)
        is_sky = map_values(surface.sky, across, down)
        yield DistanceMap(
            view=view,
            distance_m=np.where(is_sky, np.inf, distance_m).astype(np.float32),
            sigma_m=np.where(is_sky, np.inf, sigma_m).astype(np.float32),
            scale_sigma=whole,
            notes=() if alignment.is_metric else (NO_METRES,),
        )
