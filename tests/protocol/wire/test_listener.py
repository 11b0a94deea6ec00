from dataclasses import replace

import pytest
from pydantic import ValidationError

from protocol.wire.listener import ListenerLeft, ListenerPose, LiveReport

POSE = ListenerPose(
    scene_id="a", position_m=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=0.0, listener_id="l-1"
)


@pytest.mark.parametrize("orientation", [(0.0, 0.0, 0.0, 0.5), (1.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 2.0)])
def test_an_orientation_is_a_rotation(orientation):
    with pytest.raises(ValidationError):
        replace(POSE, orientation=orientation)


def test_a_pose_rounded_on_the_way_is_still_a_rotation():
    assert replace(POSE, orientation=(0.0, 0.0, 0.71, 0.71)).orientation[2] == 0.71


def test_a_departure_replaces_the_pose_of_the_same_listener_only():
    assert ListenerLeft(scene_id="a", listener_id="l-1").key == POSE.key
    assert ListenerLeft(scene_id="a", listener_id="l-2").key != POSE.key


def test_reports_of_two_streams_do_not_replace_each_other():
    report = LiveReport(stream_id=1, server_time_s=0.0, blocks=1, underruns=0, dropped=0)
    assert report.key != replace(report, stream_id=2).key
