import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.boxes.footprint import is_cut
from server.pipeline.boxes.seen import seen_part
from server.pipeline.stages import Box
from server.pipeline.views import View

SPHERE = View(name="picture", projection="equirectangular", width_px=360, height_px=180)


def box(left, right, top=60.0, bottom=120.0, view=SPHERE):
    return Box(view=view, left_px=left, top_px=top, right_px=right, bottom_px=bottom)


def columns_unseen(first, stop):
    unseen = np.zeros((180, 360), np.bool_)
    unseen[:, np.arange(first, stop) % 360] = True
    return unseen


@given(st.floats(0.0, 359.0), st.floats(2.0, 60.0))
def test_a_box_of_what_was_seen_stays_as_it_is(left, width):
    whole = box(left, left + width)
    assert seen_part(whole, None) is whole
    beside = columns_unseen(int(left + width) + 2, int(left) + 358)
    assert seen_part(whole, beside) is whole


def test_a_box_mostly_of_the_unseen_is_left_out():
    assert seen_part(box(100.0, 140.0), columns_unseen(110, 200)) is None


def test_a_box_ends_where_the_unseen_begins_also_across_the_seam():
    kept = seen_part(box(330.0, 370.0), columns_unseen(2, 100))
    assert kept is not None
    assert (kept.left_px, kept.right_px) == (330.0, 362.0)
    assert is_cut(kept)
    assert not is_cut(box(330.0, 362.0))


def test_a_mask_may_be_coarser_than_the_window():
    kept = seen_part(box(100.0, 140.0), columns_unseen(130, 200)[::2, ::2])
    assert kept is not None
    assert kept.right_px == 130.0
