import numpy as np

from server.place.alignment.alignment import seen_by
from server.place.alignment.unplaced import with_unplaced
from server.place.viewpoints import Viewpoints
from tests.server.place.synthetic import Noise, onto, walk


def _blind(viewpoints: Viewpoints, which: list[int]) -> Viewpoints:
    position, yaw = viewpoints.position_m.copy(), viewpoints.yaw_rad.copy()
    position[which, :2], yaw[which] = 0.0, 0.0
    return Viewpoints(
        position_m=position,
        position_sigma_m=viewpoints.position_sigma_m,
        yaw_rad=yaw,
        yaw_sigma_rad=viewpoints.yaw_sigma_rad,
        camera_height_m=viewpoints.camera_height_m,
    )


def test_a_panorama_without_a_pose_is_placed_by_what_it_sees():
    scene = walk(0, cameras=4, noise=Noise(bearing_deg=0.5, log_distance=0.05))
    blind = _blind(scene.viewpoints, [2])
    found, placed = with_unplaced(blind, seen_by(blind, scene.sightings), np.array([True, True, False, True]))
    assert placed.all()
    assert np.linalg.norm(found.position_m[2] - scene.viewpoints.position_m[2]) < 1.0
    turn = np.angle(np.exp(1j * (found.yaw_rad[2] - scene.viewpoints.yaw_rad[2])))
    assert abs(np.degrees(turn)) < 3.0


def test_without_any_pose_the_first_is_the_origin_and_the_others_stand_around_it():
    scene = walk(1, cameras=4, noise=Noise(bearing_deg=0.5, log_distance=0.05))
    blind = _blind(scene.viewpoints, [0, 1, 2, 3])
    found, placed = with_unplaced(blind, seen_by(blind, scene.sightings), np.zeros(4, dtype=bool))
    assert placed.all()
    rotation, shift = onto(found.position_m[:, :2], scene.viewpoints.position_m[:, :2])
    off = found.position_m[:, :2] @ rotation.T + shift - scene.viewpoints.position_m[:, :2]
    assert np.linalg.norm(off, axis=1).max() < 2.0


def test_what_sees_nothing_of_the_others_stays_unplaced():
    scene = walk(0, cameras=3)
    alone = scene.sightings.only(scene.sightings.viewpoint != 2)
    blind = _blind(scene.viewpoints, [2])
    _, placed = with_unplaced(blind, seen_by(blind, alone), np.array([True, True, False]))
    assert placed.tolist() == [True, True, False]
