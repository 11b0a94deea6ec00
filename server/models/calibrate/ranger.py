"""Depth models as stages: metres along every ray, with a sigma."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from server.models.calibrate.alignment import Alignment, aligned
from server.models.calibrate.samples import log_secant, looked_up, samples, smoothed
from server.models.calibrate.surfaces import Look, Surfaces, below_the_horizon
from server.models.depth.kinds import MetricDepth, RelativeDepth
from server.pipeline.stages import DistanceMap, Sees
from server.pipeline.views import Picture, View

Array = NDArray[np.float64]

# Samples are neighbours of each other and err alike: so many of them count as one.
_ALIKE = 50.0
# What a model errs by over wide parts of a view, alike in all views that see them: nothing here shows it.
_MODEL_SIGMA = 0.05
_MAD_TO_SIGMA = 1.4826
# Where nothing tells metres, a distance may be half or twice what is said.
_RELATIVE_SIGMA = float(np.log(2.0))
_FARTHEST_M = 1000.0
_NEAREST_M = 0.1

NO_METRES = "no ground in sight tells how far things are: distances are relative, and may all be half or twice as far"


class CalibratedRanger:
    """A model of relative depth, and what brings its views to metres; see :mod:`server.models.calibrate.alignment`.

    Args:
        model: answers ln depth up to a slope and a shift for each view.
        look: says what is ground and what is sky.
        looked_by: name and revision of ``look``, which distances depend on.
    """

    sees: Sees = "views"

    def __init__(self, model: RelativeDepth, *, look: Look = below_the_horizon, looked_by: str = "horizon@1") -> None:
        self._model, self._look = model, look
        self.identity = f"{model.identity}+ground@1/{looked_by}"

    def distance(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window; the first once all are looked at, since they are calibrated together."""
        values = [np.asarray(value, dtype=np.float32) for value in self._model.relative(windows)]
        surfaces = [self._look(window) for window in windows]
        views = [window.view for window in windows]
        alignment = aligned(samples(views, values, surfaces), views=len(views), camera_height_m=camera_height_m)
        yield from _maps(views, values, surfaces, alignment)


class MetricRanger:
    """A model of metric depth, whose views are brought to agree, and to the ground where it is seen.

    Args:
        model: answers metres along the optical axis.
        look: says what is ground and what is sky.
        looked_by: name and revision of ``look``, which distances depend on.
    """

    sees: Sees = "views"

    def __init__(self, model: MetricDepth, *, look: Look = below_the_horizon, looked_by: str = "horizon@1") -> None:
        self._model, self._look = model, look
        self.identity = f"{model.identity}+ground@1/{looked_by}"

    def distance(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        """One map of metres for each window."""
        values = [np.log(np.maximum(value, _NEAREST_M)).astype(np.float32) for value in self._model.metric(windows)]
        surfaces = [self._look(window) for window in windows]
        views = [window.view for window in windows]
        alignment = aligned(
            samples(views, values, surfaces),
            views=len(views),
            camera_height_m=camera_height_m,
            slope=1.0,
            shift_sigma=self._model.relative_error,
        )
        yield from _maps(views, values, surfaces, alignment)


def _maps(
    views: Sequence[View],
    values: Sequence[NDArray[np.float32]],
    surfaces: Sequence[Surfaces],
    alignment: Alignment,
) -> Iterator[DistanceMap]:
    """Metres along the rays of each view."""
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
        is_sky = looked_up(surface.sky, across, down)
        yield DistanceMap(
            view=view,
            distance_m=np.where(is_sky, np.inf, distance_m).astype(np.float32),
            sigma_m=np.where(is_sky, np.inf, sigma_m).astype(np.float32),
            scale_sigma=whole,
            notes=() if alignment.is_metric else (NO_METRES,),
        )
