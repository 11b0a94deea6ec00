import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.place.fusion.association import associated
from server.place.sightings import Sightings
from server.place.viewpoints import Viewpoints
from tests.server.place.synthetic import Noise, apart_m, exact, walk

NOISY = Noise(bearing_deg=0.7, log_distance=0.12, wrong=0.05, missed=0.1)


def _same(thing: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(thing == number).tolist()) for number in np.unique(thing)}


def test_each_thing_that_several_viewpoints_see_is_one_thing_in_its_place():
    scene = walk(0, cameras=5)
    thing, found = associated(scene.viewpoints, scene.sightings)
    assert _same(thing) == _same(scene.thing)
    assert apart_m(found.position_m, scene.things_m).max() < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_noise_and_wrong_distances_leave_most_things_whole_and_near_their_places(seed):
    scene = walk(seed, cameras=6, noise=NOISY)
    thing, found = associated(scene.viewpoints, scene.sightings)
    firm = np.bincount(thing) > 1
    assert np.median(apart_m(found.position_m[firm], scene.things_m)) < 0.5
    true = len(np.unique(scene.thing))
    assert 0.9 * true <= len(found.position_m) <= 1.15 * true


def test_two_sightings_of_one_viewpoint_never_become_one_thing():
    scene = walk(3, cameras=6, noise=NOISY)
    thing, _ = associated(scene.viewpoints, scene.sightings)
    pairs = list(zip(thing.tolist(), scene.sightings.viewpoint.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)


def test_a_wrong_distance_does_not_pull_a_thing_away():
    eyes = np.array([[0.0, 0.0, 2.0], [10.0, 0.0, 2.0], [20.0, 0.0, 2.0]])
    there = np.array([10.0, 12.0, 2.0])
    offset = there - eyes
    distance = np.linalg.norm(offset, axis=1)
    sightings = Sightings(
        viewpoint=np.arange(3),
        label=np.zeros(3, dtype=np.int64),
        azimuth_rad=np.arctan2(offset[:, 1], offset[:, 0]),
        elevation_rad=np.zeros(3),
        distance_m=distance * [1.0, 1.0, 2.2],
        distance_sigma_m=0.1 * distance,
        width_rad=np.full(3, 0.03),
        height_rad=np.full(3, 0.03),
        confidence=np.full(3, 0.8),
    )
    thing, found = associated(exact(eyes, np.zeros(3)), sightings)
    assert thing.tolist() == [0, 0, 0]
    assert np.linalg.norm(found.position_m[0] - there) < 0.4


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), order=st.randoms(use_true_random=False))
def test_the_order_of_viewpoints_and_sightings_does_not_matter(seed, order):
    scene = walk(seed, cameras=4, noise=NOISY)
    thing, found = associated(scene.viewpoints, scene.sightings)
    rows, views = list(range(len(scene.sightings))), list(range(4))
    order.shuffle(rows)
    order.shuffle(views)
    shuffled = scene.sightings.only(np.array(rows))
    renumbered = Sightings(
        **{name: getattr(shuffled, name) for name in Sightings.__dataclass_fields__ if name != "viewpoint"},
        viewpoint=np.argsort(views)[shuffled.viewpoint],
    )
    again, other = associated(scene.viewpoints.only(views), renumbered)
    back = np.empty(len(rows), dtype=np.int64)
    back[rows] = again
    assert _same(back) == _same(thing)
    assert np.allclose(np.sort(other.position_m[:, 0]), np.sort(found.position_m[:, 0]), atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50), turn=st.floats(-3.0, 3.0), x=st.floats(-500, 500), y=st.floats(-500, 500))
def test_turning_and_moving_the_world_turns_and_moves_everything(seed, turn, x, y):
    scene = walk(seed, cameras=4, noise=NOISY)
    thing, found = associated(scene.viewpoints, scene.sightings)
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
    moved = Viewpoints(
        position_m=scene.viewpoints.position_m @ rotation.T + [x, y, 0.0],
        position_sigma_m=scene.viewpoints.position_sigma_m,
        yaw_rad=scene.viewpoints.yaw_rad + turn,
        yaw_sigma_rad=scene.viewpoints.yaw_sigma_rad,
        camera_height_m=scene.viewpoints.camera_height_m,
    )
    again, other = associated(moved, scene.sightings)
    assert _same(again) == _same(thing)
    order = [int(again[np.flatnonzero(thing == number)[0]]) for number in range(len(found.position_m))]
    assert np.allclose(other.position_m[order], found.position_m @ rotation.T + [x, y, 0.0], atol=1e-3)


def test_nothing_seen_is_nothing():
    nothing = walk(0).sightings.only(np.zeros(0, dtype=np.intp))
    thing, found = associated(walk(0).viewpoints, nothing)
    assert len(thing) == len(found.position_m) == 0


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 50))
def test_another_panorama_moves_nothing_farther_than_its_sigma_allows(seed):
    scene = walk(seed, cameras=5, noise=Noise(bearing_deg=0.7, log_distance=0.12))
    few = scene.sightings.only(scene.sightings.viewpoint < 4)
    thing, found = associated(scene.viewpoints.only(range(4)), few)
    again, more = associated(scene.viewpoints, scene.sightings)
    kept = np.flatnonzero(scene.sightings.viewpoint < 4)
    sigmas = []
    for number in range(len(found.position_m)):
        # The thing that most of the same sightings belong to.
        after = np.bincount(again[kept[thing == number]]).argmax()
        offset = more.position_m[after] - found.position_m[number]
        sigmas.append(float(np.sqrt(offset @ np.linalg.solve(found.covariance_m2[number], offset))))
    assert np.quantile(sigmas, 0.95) < 3.0
