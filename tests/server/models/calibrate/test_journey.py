"""A whole run whose distances come from a model that knows neither scale nor shift."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.models.calibrate.ranger import CalibratedRanger
from server.pipeline.locate import located
from server.pipeline.stages import Stages
from tests.oracle.depths import AffineDepth, true_surfaces
from tests.oracle.stubs import Oracle, blank_views, truthful_stages
from tests.oracle.worlds import street_world


def test_things_are_found_as_far_as_they_are():
    errors = []
    for seed in (50, 51):
        oracle = Oracle.of(street_world(seed), 1024)
        model = AffineDepth(oracle=oracle, noise=0.05, outliers=0.05)
        ranger = CalibratedRanger(model, look=true_surfaces(oracle, wrong=0.2))
        stages: Stages = replace(truthful_stages(oracle), distance=ranger)
        windows = blank_views(8, hfov_deg=90.0)
        maps = list(stages.distance.distance(windows, oracle.camera_height_m))
        proposals = [one for impression in stages.propose.propose(windows) for one in impression.proposals]
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
