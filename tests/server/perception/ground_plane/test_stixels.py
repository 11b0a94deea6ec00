from __future__ import annotations

import numpy as np
import pytest

from server.perception.ground_plane.runs import AIR, BUILT, CLUTTER, CROWNED, LYING, UNSEEN
from server.perception.ground_plane.stains import without_holes, without_stains
from server.perception.ground_plane.stixels import Feet, feet, relative_sigma

WALL = BUILT + 1
FARTHEST = 100.0
SIGNS = {" ": UNSEEN, ".": AIR, "_": LYING, "c": CLUTTER, "t": CROWNED, "W": WALL, "B": WALL + 1}


def _kinds(picture: str) -> np.ndarray:
    """Rows of signs from above, as kinds."""
    return np.array([[SIGNS[sign] for sign in row] for row in picture.strip("\n").split("\n")], np.uint8)


def _feet(picture: str, *, top_deg: float, step_deg: float = 10.0) -> Feet:
    return feet(
        _kinds(picture),
        top_deg=top_deg,
        step_deg=step_deg,
        horizon_sigma_deg=0.5,
        farthest=FARTHEST,
        camera_height_m=2.3,
    )


def _cot(depression_deg: float) -> float:
    return 1.0 / float(np.tan(np.radians(depression_deg)))


def test_what_stands_on_the_ground_is_where_it_meets_it() -> None:
    found = _feet("\n".join([".." * 9, "WW" * 9, "WW" * 9, "__" * 9]), top_deg=20.0)
    np.testing.assert_allclose(found.away[1:3], _cot(10.0))
    assert np.isnan(found.away[[0, 3]]).all()
    assert np.isnan(found.sigma[[0, 3]]).all()


def test_sigma_is_the_depressions_carried_to_the_foot() -> None:
    away = _cot(10.0)
    found = _feet("\n".join([".." * 9, "WW" * 9, "WW" * 9, "__" * 9]), top_deg=20.0)
    # |d cot δ / dδ| = 1 / sin² δ, and half a row and more is the border's.
    least = np.radians(0.5) / np.sin(np.radians(10.0)) ** 2 / away
    assert (found.sigma[1:3] > least).all()
    np.testing.assert_allclose(relative_sigma(np.array([away]), 0.5), least)
    assert relative_sigma(np.array([1e6]), 0.5) == 1.0


def test_a_foot_at_or_above_the_horizon_is_as_far_as_anything() -> None:
    found = _feet("\n".join(["W" * 18, "_" * 18]), top_deg=10.0)
    np.testing.assert_allclose(found.away[0], FARTHEST)
    assert (found.sigma[0] == 1.0).all()


def test_what_shows_no_foot_stands_behind_what_hides_it() -> None:
    found = _feet("\n".join(["B" * 18, "W" * 18, "_" * 18]), top_deg=20.0)
    lower = _feet("\n".join(["B" * 18, "B" * 18, "W" * 18, "_" * 18]), top_deg=0.0)
    assert (lower.away[0] > lower.away[2]).all()
    assert (lower.sigma[0] > lower.sigma[2]).all()
    np.testing.assert_allclose(lower.away[0], 1.5 * lower.away[2])
    np.testing.assert_allclose(found.away[0], FARTHEST, err_msg="nothing is farther than the farthest")


def test_what_is_partly_hidden_stands_about_where_its_own_foot_is_seen() -> None:
    kinds = np.full((40, 90), LYING, np.uint8)
    kinds[:30] = WALL + 1
    kinds[15:40, 40:] = WALL
    found = feet(kinds, top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    beside, aside = found.away[5, 42], found.away[5, 85]
    assert beside == pytest.approx(_cot(10.0), rel=0.1)
    # Far from that foot, what hides it has more of a say.
    assert found.away[20, 85] < aside < 1.05 * _cot(10.0)
    assert found.sigma[5, 4] < found.sigma[5, 42] < found.sigma[5, 85]


def test_what_stands_above_something_is_no_nearer_than_that() -> None:
    # On the left it stands at 20° below the horizon, on the right above something that stands at 10°.
    found = _feet("\n".join(["B" * 18, "B" * 9 + "W" * 9, "B" * 9 + "_" * 9, "_" * 18]), top_deg=10.0)
    assert (found.away[0, 9:] >= 0.99 * _cot(10.0)).all()


def test_a_crown_over_a_facade_stands_before_it() -> None:
    kinds = np.full((60, 360), AIR, np.uint8)
    kinds[33:] = LYING
    kinds[20:33] = BUILT
    kinds[2:25, 100:120] = CROWNED
    found = feet(kinds, top_deg=30.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    assert found.away[10, 110] < 0.5 * found.away[28, 110]
    assert found.sigma[10, 110] > 0.3


def test_what_floats_is_somewhere_between_what_is_below_and_as_far_as_anything() -> None:
    found = _feet("\n".join(["W" * 18, "." * 18, "B" * 18, "_" * 18]), top_deg=20.0)
    below = found.away[2, 0]
    np.testing.assert_allclose(found.away[0], np.sqrt(below * FARTHEST))
    assert (found.sigma[0] == 1.0).all()


def test_what_floats_but_shows_its_foot_elsewhere_is_about_there() -> None:
    kinds = np.full((40, 90), LYING, np.uint8)
    kinds[:25] = AIR
    kinds[5:30, 40:], kinds[5:10] = WALL, WALL
    found = feet(kinds, top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    assert found.away[7, 37] == pytest.approx(found.away[7, 60], rel=0.1)


def test_what_the_frame_cuts_off_stands_a_little_nearer_than_the_ground_would_be() -> None:
    found = _feet("\n".join(["..", "WW", "WW"]), top_deg=10.0)
    np.testing.assert_allclose(found.away[1:], 0.8 * _cot(20.0))
    above = _feet("\n".join(["..", "WW"]), top_deg=40.0)
    np.testing.assert_allclose(above.away[1], np.sqrt(FARTHEST), err_msg="a frame above the horizon tells nothing")


def test_a_crown_is_as_far_as_its_trunk_and_not_as_the_ground_behind_it() -> None:
    step_deg = 1.0
    kinds = np.full((60, 360), LYING, np.uint8)
    kinds[:30] = AIR
    # A crown down to 5° below the horizon, its trunk's foot at 20°: the ground at 5° is four times as far.
    kinds[10:35, 170:190] = CROWNED
    kinds[35:50, 179:181] = CROWNED
    found = feet(kinds, top_deg=30.0, step_deg=step_deg, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    # The face of the crown is nearer than the trunk.
    assert (found.away[20, 170:190] < 0.9 * _cot(20.0)).all()
    assert (found.away[20, 170:190] > 0.6 * _cot(20.0)).all()


def test_a_tree_without_a_foot_is_about_as_far_as_a_common_tree_would_be() -> None:
    kinds = np.full((60, 360), AIR, np.uint8)
    kinds[40:] = LYING
    kinds[5:25, 100:120] = CROWNED
    kinds[5:25, 200:220] = WALL
    found = feet(kinds, top_deg=30.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    tree, other = found.away[10, 110], found.away[10, 210]
    # 2.5 camera heights above the eye, seen at 25°; the face of the crown is nearer.
    assert tree < 0.7 * other
    assert abs(tree - 0.8 * 2.5 * _cot(25.0)) < found.sigma[10, 110] * tree


def test_a_house_is_where_its_foot_is_seen_and_else_as_far_as_a_common_house_would_be() -> None:
    kinds = np.full((80, 360), AIR, np.uint8)
    kinds[40:] = LYING
    kinds[20:60, 100:120] = BUILT
    kinds[20:40, 200:220] = BUILT
    found = feet(kinds, top_deg=40.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
    shown, hidden = found.away[30, 110], found.away[30, 210]
    assert shown == pytest.approx(_cot(20.0), rel=0.1)
    # 3.5 camera heights above the eye, seen at 20°; without a foot it could as well be a tower far away.
    assert 3.5 * _cot(20.0) < hidden < FARTHEST / 3
    assert found.sigma[30, 210] > 3 * found.sigma[30, 110]


def test_the_seam_is_no_border() -> None:
    kinds = np.full((40, 360), LYING, np.uint8)
    kinds[:20] = AIR
    kinds[5:30, :30] = WALL
    kinds[5:22, 330:] = WALL
    # Something in front hides the foot just before the seam.
    kinds[15:35, 340:] = WALL + 1
    turned = np.roll(kinds, 100, axis=1)
    one, other = (
        feet(each, top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3)
        for each in (kinds, turned)
    )
    np.testing.assert_allclose(np.roll(one.away, 100, axis=1), other.away)
    np.testing.assert_allclose(np.roll(one.sigma, 100, axis=1), other.sigma)
    mirrored = feet(
        kinds[:, ::-1], top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=2.3
    )
    np.testing.assert_allclose(mirrored.away[:, ::-1], one.away)


def test_a_map_in_which_nothing_stands_has_no_feet() -> None:
    found = _feet("\n".join(["." * 36, "_" * 36]), top_deg=10.0)
    assert np.isnan(found.away).all()


def test_clutter_that_would_be_as_high_as_the_camera_far_below_the_horizon_is_a_stain() -> None:
    stain = _kinds("\n".join(["...", "___", "_c_", "_W_", "___"]))
    # From 10° to 20° below the horizon: half as high as the camera. From 10° to 40°: four fifths.
    assert without_stains(stain, top_deg=10.0, step_deg=10.0)[2, 1] == CLUTTER
    tall = _kinds("\n".join(["...", "_W_", "_c_", "_c_", "_c_", "_c_", "___"]))
    assert (without_stains(tall, top_deg=10.0, step_deg=10.0) == tall).all(), "it does not end at the ground"
    high = _kinds("\n".join(["..", "__", "_c", "_c", "_c", "_c", "__"]))
    assert (without_stains(high, top_deg=10.0, step_deg=10.0)[2:6, 1] == LYING).all()


def test_clutter_that_reaches_the_horizon_stands() -> None:
    kinds = _kinds("\n".join(["__", "_c", "_c", "_c", "_c", "__"]))
    assert (without_stains(kinds, top_deg=10.0, step_deg=10.0) == kinds).all()


@pytest.mark.parametrize("sign", "tW")
def test_only_clutter_may_be_a_stain(sign: str) -> None:
    kinds = _kinds("\n".join(["..", "__", *[f"_{sign}"] * 4, "__"]))
    assert (without_stains(kinds, top_deg=10.0, step_deg=10.0) == kinds).all()


def test_a_hole_in_a_facade_is_its_window() -> None:
    kinds = np.full((40, 90), LYING, np.uint8)
    kinds[:20] = AIR
    kinds[10:28, 20:50] = BUILT
    whole = kinds.copy()
    kinds[15:18, 30:34], kinds[22:24, 40:44] = AIR, LYING
    for turn in (0, 58):
        turned, expected = np.roll(kinds, turn, axis=1), np.roll(whole, turn, axis=1)
        assert np.array_equal(without_holes(turned, around=True), expected)


def test_a_gap_between_two_houses_is_none() -> None:
    kinds = np.full((40, 90), LYING, np.uint8)
    kinds[:20] = AIR
    kinds[10:28, 20:50] = kinds[10:28, 55:80] = BUILT
    assert np.array_equal(without_holes(kinds, around=False), kinds)


def test_under_a_canopy_stems_stand_where_they_meet_the_ground() -> None:
    kinds = np.full((130, 360), CROWNED, np.uint8)
    kinds[110:] = LYING
    found = feet(kinds, top_deg=90.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST, camera_height_m=1.6)
    np.testing.assert_allclose(found.away[:110], _cot(20.0), rtol=0.05)
