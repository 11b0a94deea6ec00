from __future__ import annotations

import numpy as np
import pytest

from server.pipeline.boxes.footprint import covered, footprint, framed, is_cut
from server.pipeline.stages import Box
from server.pipeline.views import View

SPHERE = View(name="picture", projection="equirectangular", width_px=720, height_px=360)
AHEAD = View(name="ahead", projection="perspective", width_px=400, height_px=400, hfov_deg=90.0)


def _box(view: View, left: float, top: float, right: float, bottom: float) -> Box:
    return Box(view=view, left_px=left, top_px=top, right_px=right, bottom_px=bottom)


def test_whole_sphere_has_four_pi() -> None:
    assert footprint(_box(SPHERE, 0, 0, 720, 360)).solid_angle_sr.sum() == pytest.approx(4 * np.pi, rel=1e-4)
    everywhere = np.ones((90, 180), dtype=bool)
    assert footprint(_box(SPHERE, 0, 0, 1, 1), everywhere).solid_angle_sr.sum() == pytest.approx(4 * np.pi, rel=1e-3)


def test_face_of_a_cube_has_a_sixth_of_the_sphere() -> None:
    assert footprint(_box(AHEAD, 0, 0, 400, 400)).solid_angle_sr.sum() == pytest.approx(4 * np.pi / 6, rel=1e-3)


def test_thinned_mask_keeps_its_solid_angle() -> None:
    mask = np.zeros((180, 360), dtype=bool)
    mask[60:120, 30:300] = True
    fine = footprint(_box(SPHERE, 0, 0, 1, 1), mask).solid_angle_sr.sum()
    coarse = footprint(_box(SPHERE, 0, 0, 1, 1), mask, at_most=500)
    assert coarse.azimuth_deg.size <= 500
    assert coarse.solid_angle_sr.sum() == pytest.approx(fine, rel=0.03)


def test_empty_mask_counts_as_none() -> None:
    box = _box(AHEAD, 100, 100, 200, 200)
    empty = np.zeros((40, 40), dtype=bool)
    assert footprint(box, empty).solid_angle_sr.sum() == pytest.approx(footprint(box).solid_angle_sr.sum())


def test_box_beyond_the_frame_is_held_inside() -> None:
    assert framed(_box(AHEAD, -50, -60, 500, 600)) == (0.0, 0.0, 400.0, 400.0)
    left, top, right, bottom = framed(_box(AHEAD, 450, 450, 460, 460))
    assert left < right
    assert top < bottom
    assert framed(_box(SPHERE, 700, 10, 2000, 20))[2] == 700 + 720


def test_box_across_the_seam_covers_both_sides_of_it() -> None:
    box = _box(SPHERE, 700, 170, 740, 190)
    hit = covered(box, None, np.array([179.0, -179.0, 168.0, -168.0]), np.zeros(4))
    assert hit.tolist() == [True, True, False, False]


def test_margin_widens_box_and_mask_alike() -> None:
    box = _box(AHEAD, 180, 180, 220, 220)
    mask = np.zeros((400, 400), dtype=bool)
    mask[180:220, 180:220] = True
    edge_deg = float(np.degrees(np.arctan(20 / 200)))
    beside = np.array([edge_deg + 0.5])
    for one in (None, mask):
        assert not covered(box, one, beside, np.zeros(1)).any()
        assert covered(box, one, beside, np.zeros(1), margin_deg=1.0).all()


def test_margin_near_a_pole_is_as_wide_on_the_sphere() -> None:
    box = _box(SPHERE, 350, 40, 370, 60)
    beside = np.array([5.0 + 1.5])
    assert covered(box, None, beside, np.array([65.0]), margin_deg=1.0).all()
    assert not covered(box, None, beside, np.array([65.0]), margin_deg=0.3).any()


def test_what_lies_behind_a_view_is_in_none_of_its_masks() -> None:
    mask = np.ones((40, 40), dtype=bool)
    hit = covered(_box(AHEAD, 0, 0, 400, 400), mask, np.array([0.0, 180.0, 60.0]), np.zeros(3))
    assert hit.tolist() == [True, False, False]


def test_mask_of_the_whole_picture_goes_on_around_the_seam() -> None:
    mask = np.zeros((180, 360), dtype=bool)
    mask[:, :4] = True
    assert covered(_box(SPHERE, 0, 0, 8, 360), mask, np.array([180.0, 179.0]), np.zeros(2)).all()


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        ((50, 50, 350, 350), False),
        ((3, 50, 350, 350), True),
        ((50, 2, 350, 350), True),
        ((50, 50, 398, 350), True),
        ((50, 50, 350, 399), True),
    ],
)
def test_box_that_touches_the_frame_is_cut(box: tuple[float, float, float, float], cut: bool) -> None:
    assert is_cut(_box(AHEAD, *box)) is cut


def test_a_panorama_cuts_nothing() -> None:
    assert not is_cut(_box(SPHERE, 0, 0, 720, 360))
