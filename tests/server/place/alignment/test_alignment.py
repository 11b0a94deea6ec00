import numpy as np
import pytest

from server.place.alignment.alignment import aligned
from server.place.fusion.association import associated
from tests.server.place.synthetic import Noise, apart_m, disturbed, onto, walk

NOISE = Noise(bearing_deg=0.5, log_distance=0.1, missed=0.1)


def _turned_deg(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    turn = np.degrees(np.angle(np.exp(1j * (found - true))))
    return np.abs(turn - np.median(turn))


@pytest.mark.parametrize("cameras", [3, 6, 12])
def test_poses_off_by_metres_and_degrees_come_to_where_what_they_see_fits(cameras):
    metres, before, degrees = [], [], []
    for seed in range(6):
        scene = walk(seed, cameras=cameras, noise=NOISE)
        given = disturbed(scene.viewpoints, seed)
        found = aligned(given, scene.sightings).viewpoints
        true = scene.viewpoints.position_m[:, :2]
        for list_m, poses in ((metres, found), (before, given)):
            rotation, shift = onto(poses.position_m[:, :2], true)
            list_m.append(np.median(np.linalg.norm(poses.position_m[:, :2] @ rotation.T + shift - true, axis=1)))
        degrees.append(np.median(_turned_deg(found.yaw_rad, scene.viewpoints.yaw_rad)))
    assert np.median(metres) < 0.3
    assert np.median(metres) < 0.25 * np.median(before)
    assert np.median(degrees) < 0.5


def test_aligned_viewpoints_make_one_world():
    scene = walk(1, cameras=6, noise=NOISE)
    given = disturbed(scene.viewpoints, 1)
    found = aligned(given, scene.sightings).viewpoints
    thing, placed = associated(found, scene.sightings)
    firm = np.bincount(thing) > 1
    rotation, shift = onto(found.position_m[:, :2], scene.viewpoints.position_m[:, :2])
    assert np.median(apart_m(placed.position_m[firm, :2] @ rotation.T + shift, scene.things_m)) < 0.5
    assert len(placed.position_m) <= 1.15 * len(np.unique(scene.thing))


def test_exact_poses_stay():
    scene = walk(0, cameras=4, noise=NOISE)
    result = aligned(scene.viewpoints, scene.sightings)
    assert result.moved_m.max() == 0.0
    assert np.abs(result.turned_deg).max() == 0.0


def test_viewpoints_that_share_nothing_stay_where_they_were_given():
    scene = walk(0, cameras=2, spacing_m=500.0)
    given = disturbed(scene.viewpoints, 0)
    result = aligned(given, scene.sightings)
    assert result.moved_m.max() < 1e-6


def test_a_compass_that_was_never_read_is_found():
    scene = walk(2, cameras=5, noise=NOISE)
    given = disturbed(scene.viewpoints, 2, metres=1.0, degrees=5.0)
    blind = given.yaw_rad.copy()
    blind[2] += 2.0
    sigma = given.yaw_sigma_rad.copy()
    sigma[2] = np.pi
    from dataclasses import replace

    found = aligned(replace(given, yaw_rad=blind, yaw_sigma_rad=sigma), scene.sightings).viewpoints
    assert _turned_deg(found.yaw_rad, scene.viewpoints.yaw_rad)[2] < 1.0
