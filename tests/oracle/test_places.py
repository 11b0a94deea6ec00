"""Many panoramas of one street, held against what is true of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from server.pipeline.locate.location import located
from server.pipeline.merge.grouping import merged
from server.place.alignment.alignment import aligned
from server.place.found import Found, found
from server.place.fusion.association import associated
from server.place.fusion.fused import sightings_of
from server.place.sightings import alone
from server.place.viewpoints import Viewpoints
from tests.oracle.streets import CAMERA_HEIGHT_M, Street, street
from tests.oracle.stubs import Oracle, blank_picture, truthful_stages
from tests.server.place.synthetic import disturbed, exact, onto

SEEDS = (0, 1, 2, 3)
GATE_M = 3.0


@cache
def drawn(seed: int, cameras: int) -> tuple[Street, tuple[Found, ...], frozenset[int]]:
    """A street, what truthful stages tell from each camera, and the things that any of them shows."""
    one = street(seed, cameras=cameras)
    oracles = [Oracle.of(one.seen_from(camera), 1024) for camera in one.cameras]
    shown = frozenset(sight.object_id for each in oracles for sight in each.sights if sight.kind == "point")
    return one, tuple(_told(each) for each in oracles), shown


def _told(oracle: Oracle) -> Found:
    windows, stages = blank_picture(), truthful_stages(oracle, sees="picture")
    assert stages.ground is not None
    named = {each.label: each for some in stages.propose.propose(windows) for each in some.proposals}
    boxed = [each for some in stages.ground.ground(windows, list(named.values())) for each in some]
    maps = list(stages.estimate_depth.estimate_depth(windows, oracle.camera_height_m))
    places = [located(each, maps) for each in boxed]
    return found(places, merged(places), camera_height_m=oracle.camera_height_m)


def cameras_of(one: Street) -> Viewpoints:
    places = np.array([(camera.x_m, camera.y_m, CAMERA_HEIGHT_M) for camera in one.cameras])
    return exact(places, np.radians([camera.yaw_deg for camera in one.cameras]))


def score(
    one: Street, shown: frozenset[int], found_m: np.ndarray, labels: list[str]
) -> tuple[list[float], float, float]:
    """Errors of what was found, F1, and the share of duplicates: second finds of a thing."""
    things, names = one.middles_m(), one.labels()
    left, errors, duplicates = set(shown), [], 0
    order = np.argsort([min(np.linalg.norm(things[k, :2] - place[:2]) for k in shown) for place in found_m])
    for index in order:
        alike = [k for k in shown if names[k] == labels[index]]
        near = {k: float(np.linalg.norm(things[k, :2] - found_m[index, :2])) for k in alike}
        free = {k: away for k, away in near.items() if k in left and away < GATE_M}
        if free:
            best = min(free, key=free.__getitem__)
            left.remove(best)
            errors.append(free[best])
        elif near and min(near.values()) < GATE_M:
            duplicates += 1
    return errors, 2.0 * len(errors) / (len(shown) + len(found_m)), duplicates / len(found_m)


def fusion(seed: int, cameras: int, *, noise: bool = False) -> tuple[list[float], float, float]:
    one, told, shown = drawn(seed, cameras)
    sightings, words = sightings_of(told)
    viewpoints = cameras_of(one)
    if noise:
        viewpoints = aligned(disturbed(viewpoints, seed), sightings).viewpoints
    thing, places = associated(viewpoints, sightings)
    position_m = places.position_m
    if noise:
        # No alignment can tell where on the earth all of it is.
        rotation, shift = onto(viewpoints.position_m[:, :2], cameras_of(one).position_m[:, :2])
        position_m = np.column_stack([position_m[:, :2] @ rotation.T + shift, position_m[:, 2]])
    labels = [""] * len(position_m)
    for row, number in enumerate(thing):
        labels[int(number)] = words[row].label
    return score(one, shown, position_m, labels)


def singly(seed: int, cameras: int) -> list[float]:
    """How far off each thing is as the scenes of single panoramas have it."""
    one, told, _ = drawn(seed, cameras)
    sightings, words = sightings_of(told)
    position_m, _ = alone(cameras_of(one), sightings)
    things, names = one.middles_m(), one.labels()
    return [
        min(np.linalg.norm(things[k, :2] - place[:2]) for k, name in enumerate(names) if name == word.label)
        for place, word in zip(position_m, words, strict=True)
    ]


@pytest.mark.parametrize("cameras", [3, 6])
def test_several_panoramas_tell_each_thing_once_and_where_it_is(cameras):
    scores = [fusion(seed, cameras) for seed in SEEDS]
    errors = [error for some, _, _ in scores for error in some]
    assert np.median(errors) <= 0.5
    assert 3.0 * np.median(errors) <= np.median([error for seed in SEEDS for error in singly(seed, cameras)])
    assert np.mean([f1 for _, f1, _ in scores]) >= 0.95
    assert np.mean([share for _, _, share in scores]) <= 0.01


@pytest.mark.parametrize("cameras", [3, 6])
def test_with_poses_of_a_phone_things_are_within_a_metre_and_a_half_of_each_other(cameras):
    scores = [fusion(seed, cameras, noise=True) for seed in SEEDS]
    assert np.median([error for some, _, _ in scores for error in some]) <= 1.5
    assert np.mean([f1 for _, f1, _ in scores]) >= 0.95
    assert np.mean([share for _, _, share in scores]) <= 0.01
