from __future__ import annotations

import numpy as np
import pytest

from binaural.head_path import HeadPath, Pose


def test_between_poses_the_head_goes_straight_and_beyond_them_it_stays() -> None:
    path = HeadPath(Pose(time_s=1.0), Pose(time_s=3.0, yaw_deg=90.0, position_m=(2.0, 0.0, 0.0)))
    for time_s, yaw_deg, front_m in ((0.0, 0.0, 0.0), (2.0, 45.0, 1.0), (9.0, 90.0, 2.0)):
        listener = path.listener(time_s)
        nose = listener.rotation[:, 0]
        assert np.degrees(np.arctan2(nose[1], nose[0])) == pytest.approx(yaw_deg)
        assert listener.position_m[0] == pytest.approx(front_m)


def test_more_than_a_turn_is_meant_so() -> None:
    path = HeadPath(Pose(time_s=0.0), Pose(time_s=1.0, yaw_deg=720.0))
    assert path.listener(0.25).rotation[:, 0] == pytest.approx([-1.0, 0.0, 0.0])


@pytest.mark.parametrize("times_s", [(), (0.0, 0.0), (1.0, 0.5)])
def test_times_must_rise(times_s: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="later time"):
        HeadPath(*(Pose(time_s=time_s) for time_s in times_s))


def test_the_farthest_place_is_told_along_the_whole_path():
    path = HeadPath(Pose(time_s=0.0), Pose(time_s=1.0, position_m=(3.0, 0.0, 0.0)), Pose(time_s=2.0))
    assert path.farthest_m(np.array([[-1.0, 0.0, 0.0], [1.0, 2.0, 0.0]])) == pytest.approx(4.0)
    assert path.farthest_m(np.zeros((0, 3))) == 0.0


def test_a_head_that_only_turns_does_not_walk() -> None:
    here = (1.0, 2.0, 0.0)
    assert not HeadPath(Pose(time_s=0.0, position_m=here), Pose(time_s=1.0, yaw_deg=720.0, position_m=here)).walks
    assert HeadPath(Pose(time_s=0.0, position_m=here), Pose(time_s=1.0)).walks
