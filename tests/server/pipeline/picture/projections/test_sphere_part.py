import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.projections.unroll import on_sphere


@given(st.data())
def test_every_pixel_of_a_part_comes_to_its_own_place_on_the_sphere(data):
    height_px = data.draw(st.integers(2, 24))
    size_px = (data.draw(st.integers(1, 2 * height_px)), data.draw(st.integers(1, height_px)))
    left_px = data.draw(st.integers(0, 2 * height_px - 1))
    top_px = data.draw(st.integers(0, height_px - size_px[1]))
    part = SpherePart(
        full_width_px=2 * height_px,
        full_height_px=height_px,
        left_px=left_px,
        top_px=top_px,
        width_px=size_px[0],
        height_px=size_px[1],
    )
    pixels = np.random.default_rng(0).integers(1, 256, (size_px[1], size_px[0], 3)).astype(np.uint8)
    sphere, unseen = on_sphere(pixels, part, largest_width_px=1000)
    columns = (left_px + np.arange(size_px[0])) % (2 * height_px)
    rows = top_px + np.arange(size_px[1])
    np.testing.assert_array_equal(sphere[np.ix_(rows, columns)], pixels)
    assert np.count_nonzero(sphere) == 3 * height_px * size_px[0]
    seen = sphere.any(axis=-1) if unseen is None else ~unseen
    assert np.count_nonzero(seen) == size_px[0] * size_px[1]
