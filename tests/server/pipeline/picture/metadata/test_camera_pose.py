import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.pipeline.attitude import Attitude
from server.pipeline.picture.metadata.camera_pose import CameraPose, read_camera_pose


def opened(packet):
    content = io.BytesIO()
    Image.new("RGB", (32, 16)).save(content, "JPEG", xmp=packet)
    return Image.open(content)


@given(st.floats(-360, 360))
def test_every_heading_that_can_be_told_lies_in_the_range_of_a_scene(told):
    heading_deg = read_camera_pose(opened(f'<a GPano:PoseHeadingDegrees="{told!r}"/>'.encode())).heading_deg
    assert heading_deg is not None
    assert 0.0 <= heading_deg < 360.0
    turn = np.radians(heading_deg - told)
    np.testing.assert_allclose([np.cos(turn), np.sin(turn)], [1.0, 0.0], atol=1e-12)


@given(st.binary(max_size=60), st.text(max_size=60))
def test_damaged_metadata_tell_nothing_and_break_nothing(packet, words):
    assert read_camera_pose(opened(packet)) == CameraPose()
    around = f'GPano:PoseHeadingDegrees="{words}" GPano:CroppedAreaLeftPixels="{words}"'
    read_camera_pose(opened(around.encode()))


@pytest.mark.parametrize(
    ("told", "attitude"),
    [
        ({"PosePitchDegrees": "17.0", "PoseRollDegrees": "0.0"}, Attitude(pitch_deg=17.0)),
        ({"PoseRollDegrees": "-25"}, Attitude(roll_deg=-25.0)),
        ({"PosePitchDegrees": "-3.5", "PoseRollDegrees": "335"}, Attitude(pitch_deg=-3.5, roll_deg=-25.0)),
        # What cameras write that don't know.
        ({"PosePitchDegrees": "0.0", "PoseRollDegrees": "0.0"}, None),
        ({}, None),
        ({"PosePitchDegrees": "120", "PoseRollDegrees": "1"}, None),
        ({"PosePitchDegrees": "nan", "PoseRollDegrees": "1"}, None),
        ({"PosePitchDegrees": "level"}, None),
    ],
)
def test_pitch_and_roll_are_read_where_they_say_something(told, attitude):
    properties = " ".join(f'GPano:{name}="{value}"' for name, value in told.items())
    assert read_camera_pose(opened(f"<a {properties}/>".encode())).attitude == attitude
