"""Distances from things of known height, where nothing else tells metres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.distance.scale import KnownDistance, in_metres, known_distances
from server.pipeline.stages import Box, DistanceMap, Proposal
from server.pipeline.views import View

SPHERE = View(name="picture", projection="equirectangular", width_px=2048, height_px=1024)
AHEAD = View(name="view-0", projection="perspective", width_px=640, height_px=640, hfov_deg=90.0)
LN2 = float(np.log(2.0))


def standing(label: str, *, height_m: float, ground_m: float, camera_height_m: float = 2.5, view: View = AHEAD):
    """The proposal of something upright straight ahead of the camera."""
    low, high = np.degrees(np.arctan([-camera_height_m / ground_m, (height_m - camera_height_m) / ground_m]))
    column, rows = view.pixel(0.0, np.array([high, low]))
    box = Box(
        view=view,
        left_px=float(np.max(column)) - 8.0,
        right_px=float(np.max(column)) + 8.0,
        top_px=float(rows[0]),
        bottom_px=float(rows[1]),
    )
    return Proposal(
        label=label, prompt="", kind="point", level_db_spl_1m=60.0, evidence="seen", confidence=0.8, box=box
    )


def relative_map(metres: float, *, sigma: float = 0.1) -> DistanceMap:
    """Everything is equally far, but the sky, and nothing tells how far that is."""
    distance_m = np.full((64, 64), metres, np.float32)
    distance_m[:8] = np.inf
    sigma_m = np.where(np.isfinite(distance_m), distance_m * np.hypot(sigma, LN2), np.inf).astype(np.float32)
    return DistanceMap(
        view=AHEAD.resized(64, 64), distance_m=distance_m, sigma_m=sigma_m, scale_sigma=LN2, notes=("no metres",)
    )


@given(ground_m=st.floats(5.0, 40.0), camera_height_m=st.floats(1.0, 4.0), sees=st.sampled_from([AHEAD, SPHERE]))
def test_a_person_is_as_far_as_a_person_looks_high(ground_m, camera_height_m, sees):
    person = standing("woman", height_m=1.7, ground_m=ground_m, camera_height_m=camera_height_m, view=sees)
    (found,) = known_distances([person])
    middle_deg = np.mean(np.degrees(np.arctan([-camera_height_m / ground_m, (1.7 - camera_height_m) / ground_m])))
    assert found.distance_m == pytest.approx(ground_m / np.cos(np.radians(middle_deg)), rel=1e-3)


def test_what_is_cut_off_or_tiny_or_without_a_box_tells_nothing():
    whole = standing("person", height_m=1.7, ground_m=8.0)
    assert len(known_distances([whole])) == 1
    at_the_edge = replace(whole, box=replace(whole.box, bottom_px=640.0))
    tiny = standing("person", height_m=1.7, ground_m=150.0)
    assert known_distances([at_the_edge, tiny, replace(whole, box=None)]) == []


@given(factor=st.floats(0.2, 5.0))
def test_all_distances_are_scaled_by_what_things_of_known_height_tell(factor):
    things = [standing(label, height_m=high, ground_m=10.0) for label, high in (("person", 1.7), ("car", 1.5))]
    known = known_distances(things)
    true_m = float(np.mean([one.distance_m for one in known]))
    (found,) = in_metres([relative_map(factor * true_m)], known)
    there = np.isfinite(found.distance_m)
    np.testing.assert_allclose(found.distance_m[there], true_m, rtol=0.02)
    assert np.array_equal(there, np.isfinite(found.sigma_m))
    assert not there[:8].any()
    relative = found.sigma_m[there] / found.distance_m[there]
    assert np.all((relative > 0.1) & (relative < 0.2))
    assert found.scale_sigma == 0.0
    assert found.notes == ("no ground in sight: distances come from the usual height of what was found (car, person)",)


def test_one_that_is_half_hidden_hardly_moves_the_rest():
    known = [KnownDistance(proposal=standing("person", height_m=1.7, ground_m=10.0), distance_m=10.0, spread=0.12)] * 5
    (without,) = in_metres([relative_map(4.0)], known)
    (with_it,) = in_metres([relative_map(4.0)], [*known, replace(known[0], distance_m=25.0)])
    assert with_it.distance_m[-1, 0] == pytest.approx(without.distance_m[-1, 0], rel=0.04)


def test_more_things_tell_the_scale_more_surely():
    known = [KnownDistance(proposal=standing("person", height_m=1.7, ground_m=10.0), distance_m=10.0, spread=0.12)]
    (one,), (many,) = (in_metres([relative_map(4.0)], known * count) for count in (1, 9))
    assert many.sigma_m[-1, 0] < one.sigma_m[-1, 0]


def test_without_anything_of_known_height_maps_stay_as_they_are():
    one = relative_map(4.0)
    assert list(in_metres([one], [])) == [one]


def test_a_thing_that_the_maps_take_for_sky_tells_nothing():
    sky = relative_map(4.0)
    sky = replace(sky, distance_m=np.full_like(sky.distance_m, np.inf), sigma_m=np.full_like(sky.sigma_m, np.inf))
    known = known_distances([standing("person", height_m=1.7, ground_m=10.0)])
    assert list(in_metres([sky], known)) == [sky]


def test_maps_in_metres_pass_as_they_come():
    metric = replace(relative_map(4.0), scale_sigma=0.0)

    def answers():
        yield metric
        raise AssertionError("asked for more than was taken")

    known = known_distances([standing("person", height_m=1.7, ground_m=10.0)])
    assert next(in_metres(answers(), known)) is metric
