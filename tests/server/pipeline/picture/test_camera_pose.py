import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.pipeline.picture.camera_pose import CameraPose, Crop, read_camera_pose


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
    assert read_camera_pose(opened(around.encode())).crop is None


@given(st.data())
def test_every_pixel_of_a_part_comes_to_its_own_place_on_the_sphere(data):
    height_px = data.draw(st.integers(2, 24))
    size_px = (data.draw(st.integers(1, 2 * height_px)), data.draw(st.integers(1, height_px)))
    left_px = data.draw(st.integers(0, 2 * height_px - 1))
    top_px = data.draw(st.integers(0, height_px - size_px[1]))
    crop = Crop(
        full_width_px=2 * height_px,
        full_height_px=height_px,
        left_px=left_px,
        top_px=top_px,
        width_px=size_px[0],
        height_px=size_px[1],
    )
    pixels = np.random.default_rng(0).integers(1, 256, (size_px[1], size_px[0], 3)).astype(np.uint8)
    sphere = crop.on_sphere(pixels, largest_width_px=1000)
    columns = (left_px + np.arange(size_px[0])) % (2 * height_px)
    rows = top_px + np.arange(size_px[1])
    np.testing.assert_array_equal(sphere[np.ix_(rows, columns)], pixels)
    assert np.count_nonzero(sphere) == 3 * height_px * size_px[0]
