from __future__ import annotations

import numpy as np
import pytest

from server.embedded.distance.runs import AIR, BUILT, CLUTTER, CROWNED, LYING, UNSEEN
from server.embedded.distance.stixels import Feet, feet, relative_sigma, settled

WALL = BUILT + 1
FARTHEST = 100.0
SIGNS = {" ": UNSEEN, ".": AIR, "_": LYING, "c": CLUTTER, "t": CROWNED, "W": WALL, "B": WALL + 1}


def _kinds(picture: str) -> np.ndarray:
    """Rows of signs from above, as kinds."""
    return np.array([[SIGNS[sign] for sign in row] for row in picture.strip("\n").split("\n")], np.uint8)


def _feet(picture: str, *, top_deg: float, step_deg: float = 10.0) -> Feet:
    return feet(_kinds(picture), top_deg=top_deg, step_deg=step_deg, horizon_sigma_deg=0.5, farthest=FARTHEST)


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


def test_what_is_partly_hidden_stands_where_its_own_foot_is_seen() -> None:
    picture = "\n".join(["B" * 18, "B" * 9 + "W" * 9, "_" * 9 + "W" * 9, "_" * 18])
    found = _feet(picture, top_deg=10.0)
    # The foot is at 10° below the horizon on the left, the hiding one's at 20° on the right.
    np.testing.assert_allclose(found.away[0, 12], _cot(10.0))
    np.testing.assert_allclose(found.away[1, 12], _cot(20.0))
    assert found.sigma[0, 12] > found.sigma[0, 4]


def test_nothing_but_a_crown_is_nearer_than_what_it_appears_above() -> None:
    # On the left it stands at 20° below the horizon, on the right above something that stands at 10°.
    for sign, nearer in (("B", False), ("t", True)):
        picture = "\n".join([sign * 18, sign * 9 + "W" * 9, sign * 9 + "_" * 9, "_" * 18])
        found = _feet(picture, top_deg=10.0)
        assert (found.away[0, 14] < 0.9 * _cot(10.0)) == nearer


def test_what_floats_is_somewhere_between_what_is_below_and_as_far_as_anything() -> None:
    found = _feet("\n".join(["W" * 18, "." * 18, "B" * 18, "_" * 18]), top_deg=20.0)
    below = found.away[2, 0]
    np.testing.assert_allclose(found.away[0], np.sqrt(below * FARTHEST))
    assert (found.sigma[0] == 1.0).all()


def test_what_floats_but_shows_its_foot_elsewhere_is_there() -> None:
    found = _feet("\n".join(["W" * 18, "." * 9 + "W" * 9, "_" * 18]), top_deg=10.0)
    np.testing.assert_allclose(found.away[0, 2], found.away[1, 12])


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
    found = feet(kinds, top_deg=30.0, step_deg=step_deg, horizon_sigma_deg=0.5, farthest=FARTHEST)
    np.testing.assert_allclose(found.away[20, 170:190], _cot(20.0), rtol=0.1)


def test_a_single_column_is_no_trunk() -> None:
    kinds = np.full((60, 360), LYING, np.uint8)
    kinds[:30] = AIR
    kinds[10:35, 170:190] = CROWNED
    kinds[35:50, 180] = CROWNED
    found = feet(kinds, top_deg=30.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST)
    assert found.away[20, 172] > 0.7 * _cot(5.0)


def test_a_tree_without_a_foot_is_about_as_far_as_a_common_tree_would_be() -> None:
    kinds = np.full((60, 360), AIR, np.uint8)
    kinds[40:] = LYING
    kinds[5:25, 100:120] = CROWNED
    kinds[5:25, 200:220] = WALL
    found = feet(kinds, top_deg=30.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST)
    tree, other = found.away[10, 110], found.away[10, 210]
    # 2.5 camera heights above the eye, seen at 25°.
    assert 2.5 * _cot(25.0) < tree < 0.6 * other
    assert abs(tree - 2.5 * _cot(25.0)) < 1.5 * found.sigma[10, 110] * tree


def test_a_house_is_where_its_foot_is_seen_and_else_as_far_as_a_common_house_would_be() -> None:
    kinds = np.full((80, 360), AIR, np.uint8)
    kinds[40:] = LYING
    kinds[20:60, 100:120] = BUILT
    kinds[20:40, 200:220] = BUILT
    found = feet(kinds, top_deg=40.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST)
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
        feet(each, top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST) for each in (kinds, turned)
    )
    np.testing.assert_allclose(np.roll(one.away, 100, axis=1), other.away)
    np.testing.assert_allclose(np.roll(one.sigma, 100, axis=1), other.sigma)
    mirrored = feet(kinds[:, ::-1], top_deg=20.0, step_deg=1.0, horizon_sigma_deg=0.5, farthest=FARTHEST)
    np.testing.assert_allclose(mirrored.away[:, ::-1], one.away)


def test_a_map_in_which_nothing_stands_has_no_feet() -> None:
    found = _feet("\n".join(["." * 36, "_" * 36]), top_deg=10.0)
    assert np.isnan(found.away).all()


def test_clutter_that_would_be_as_high_as_the_camera_far_below_the_horizon_is_a_stain() -> None:
    stain = _kinds("\n".join(["...", "___", "_c_", "_W_", "___"]))
    # From 10° to 20° below the horizon: half as high as the camera. From 10° to 40°: four fifths.
    assert settled(stain, top_deg=10.0, step_deg=10.0)[2, 1] == CLUTTER
    tall = _kinds("\n".join(["...", "_W_", "_c_", "_c_", "_c_", "_c_", "___"]))
    assert (settled(tall, top_deg=10.0, step_deg=10.0) == tall).all(), "it does not end at the ground"
    high = _kinds("\n".join(["..", "__", "_c", "_c", "_c", "_c", "__"]))
    assert (settled(high, top_deg=10.0, step_deg=10.0)[2:6, 1] == LYING).all()


def test_clutter_that_reaches_the_horizon_stands() -> None:
    kinds = _kinds("\n".join(["__", "_c", "_c", "_c", "_c", "__"]))
    assert (settled(kinds, top_deg=10.0, step_deg=10.0) == kinds).all()


@pytest.mark.parametrize("sign", "tW")
def test_only_clutter_may_be_a_stain(sign: str) -> None:
    kinds = _kinds("\n".join(["..", "__", *[f"_{sign}"] * 4, "__"]))
    assert (settled(kinds, top_deg=10.0, step_deg=10.0) == kinds).all()
