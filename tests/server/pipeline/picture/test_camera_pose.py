import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.pipeline.picture.camera_pose import CameraPose, read_camera_pose


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
