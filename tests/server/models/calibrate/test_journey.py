"""A whole run whose distances come from a model that knows neither scale nor shift."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.models.calibrate.depth_estimator import CalibratedDepthEstimator
from server.pipeline.distance.scale import in_metres, known_distances
from server.pipeline.locate.location import located
from server.pipeline.stages import Stages
from tests.oracle.depths import AffineDepth, no_ground, true_surfaces
from tests.oracle.stubs import Noise, Oracle, blank_views, truthful_stages
from tests.oracle.worlds import street_world


def test_things_are_found_as_far_as_they_are():
    errors = []
    for seed in (50, 51):
        oracle = Oracle.of(street_world(seed), 1024)
        model = AffineDepth(oracle=oracle, noise=0.05, outliers=0.05)
        estimator = CalibratedDepthEstimator(model, find_surfaces=true_surfaces(oracle, wrong=0.2))
        stages: Stages = replace(truthful_stages(oracle), estimate_depth=estimator)
        windows = blank_views(8, hfov_deg=90.0)
        maps = list(stages.estimate_depth.estimate_depth(windows, oracle.camera_height_m))
        proposals = [proposal for impression in stages.propose.propose(windows) for proposal in impression.proposals]
        true_m = {sight.label: [] for sight in oracle.sights}
        for sight in oracle.sights:
            true_m[sight.label].append(sight.distance_m)
        for boxes in stages.ground.ground(windows, proposals):
            for box in boxes:
                if box.kind == "point":
                    found_m = located(box, maps).distance_m
                    errors.append(min(abs(np.log(found_m / one_m)) for one_m in true_m[box.label]))
    assert len(errors) > 50
    assert np.median(errors) < 0.05


def test_without_ground_people_and_cars_tell_how_far_everything_is():
    errors = []
    for seed in (50, 51, 52):
        oracle = Oracle.of(street_world(seed), 1024)
        model = AffineDepth(oracle=oracle, noise=0.05, outliers=0.05)
        estimator = CalibratedDepthEstimator(model, find_surfaces=no_ground(true_surfaces(oracle)))
        stages = truthful_stages(oracle, noise=Noise(box_jitter_deg=0.2))
        windows = blank_views(8, hfov_deg=90.0)
        proposals = [proposal for impression in stages.propose.propose(windows) for proposal in impression.proposals]
        boxed = [proposal for boxes in stages.ground.ground(windows, proposals) for proposal in boxes]
        for distances in in_metres(estimator.estimate_depth(windows, oracle.camera_height_m), known_distances(boxed)):
            true_m = oracle.far(distances.view)
            there = np.isfinite(true_m) & (true_m < 100.0)
            errors.append(np.abs(np.log(distances.distance_m[there] / true_m[there])))
            assert (np.abs(distances.distance_m[there] - true_m[there]) < 2.0 * distances.sigma_m[there]).mean() > 0.9
    assert np.median(np.concatenate(errors)) < 0.07
