from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.coordinates import great_circle_deg, wrapped_azimuth_deg
from protocol.scene import Kind
from server.pipeline.distance.shown import FAR_M
from server.pipeline.locate.location import located
from server.pipeline.stages import Box, DistanceMap, Proposal
from server.pipeline.views import View

SPHERE = View(name="picture", projection="equirectangular", width_px=720, height_px=360)


def _view(yaw_deg: float, name: str = "view", pitch_deg: float = 0.0) -> View:
    return View(
        name=name,
        projection="perspective",
        width_px=600,
        height_px=600,
        hfov_deg=90.0,
        yaw_deg=yaw_deg,
        pitch_deg=pitch_deg,
    )


def _proposal(kind: Kind = "point", box: Box | None = None, mask: np.ndarray | None = None) -> Proposal:
    return Proposal(
        label="thing",
        prompt="a thing",
        kind=kind,
        level_db_spl_1m=70.0,
        evidence="seen",
        confidence=0.8,
        box=box,
        mask=mask,
    )


def _box(view: View, azimuth_deg: float, elevation_deg: float, width_deg: float, height_deg: float) -> Box:
    """The box between the directions of its edges, seen through a view without pitch."""
    columns, _ = view.pixel(azimuth_deg + np.array([width_deg / 2, -width_deg / 2]), 0.0)
    _, rows = view.pixel(azimuth_deg, elevation_deg + np.array([height_deg / 2, -height_deg / 2]))
    left, right = columns
    if view.projection == "equirectangular" and right < left:
        right += view.width_px
    return Box(view=view, left_px=float(left), top_px=float(rows[0]), right_px=float(right), bottom_px=float(rows[1]))


def _flat(view: View, metres: float, sigma: float = 0.05) -> DistanceMap:
    size = (view.height_px, view.width_px)
    return DistanceMap(
        view=view,
        distance_m=np.full(size, metres, np.float32),
        sigma_m=np.full(size, sigma * metres, np.float32),
    )


def _painted(view: View, metres: np.ndarray, sigma: float = 0.05) -> DistanceMap:
    return DistanceMap(view=view, distance_m=metres.astype(np.float32), sigma_m=(sigma * metres).astype(np.float32))


def _mask(azimuth_deg: tuple[float, float], elevation_deg: tuple[float, float]) -> np.ndarray:
    """The half-degree pixels of the panorama between two azimuths, left first, and two elevations, lower first."""
    column, row = np.meshgrid(np.arange(720) + 0.5, np.arange(360) + 0.5)
    azimuth, elevation = SPHERE.direction(column, row)
    inside: np.ndarray = (np.mod(azimuth_deg[0] - azimuth, 360) <= np.mod(azimuth_deg[0] - azimuth_deg[1], 360)) & (
        (elevation >= elevation_deg[0]) & (elevation <= elevation_deg[1])
    )
    return inside


WHOLE = Box(view=SPHERE, left_px=0, top_px=0, right_px=720, bottom_px=360)


@pytest.mark.parametrize("view", [_view(30.0), _view(5.0), _view(60.0), SPHERE])
def test_every_window_tells_the_same_direction_and_size(view: View) -> None:
    one = located(_proposal(box=_box(view, 35.0, -10.0, 12.0, 8.0)), [_flat(view, 5.0)])
    assert (one.azimuth_deg, one.elevation_deg) == pytest.approx((35.0, -10.0), abs=0.05)
    assert (one.width_deg, one.height_deg) == pytest.approx((12.0, 8.0), abs=0.05)


def test_box_across_the_seam_points_at_its_middle() -> None:
    box = Box(view=SPHERE, left_px=710, top_px=170, right_px=750, bottom_px=190)
    one = located(_proposal(box=box), [_flat(SPHERE, 4.0)])
    assert one.azimuth_deg == pytest.approx(175.0)
    assert one.width_deg == pytest.approx(20.0)
    assert one.distance_m == pytest.approx(4.0)


@settings(max_examples=30, deadline=None)
@given(
    turn_deg=st.floats(-180, 180),
    azimuth_deg=st.floats(-30, 30),
    elevation_deg=st.floats(-25, 25),
    size_deg=st.floats(1, 20),
)
def test_yaw_turns_the_azimuth_and_nothing_else_and_a_mirror_negates_it(
    turn_deg: float, azimuth_deg: float, elevation_deg: float, size_deg: float
) -> None:
    view = _view(0.0)
    box = _box(view, azimuth_deg, elevation_deg, size_deg, size_deg)
    # Smooth, since which pixels on a box's edge count hangs on a last bit.
    rows, columns = np.mgrid[:600, :600]
    metres = 5.0 + np.sin(rows / 90.0) + np.cos(columns / 70.0)
    one = located(_proposal(box=box), [_painted(view, metres)])
    turned_view = replace(view, yaw_deg=float(wrapped_azimuth_deg(turn_deg)))
    turned = located(_proposal(box=replace(box, view=turned_view)), [_painted(turned_view, metres)])
    assert great_circle_deg(turned.azimuth_deg, 0.0, one.azimuth_deg + turn_deg, 0.0) < 1e-6
    assert turned.elevation_deg == pytest.approx(one.elevation_deg, abs=1e-6)
    assert turned.distance_m == pytest.approx(one.distance_m, rel=1e-3)
    flipped = replace(box, left_px=600 - box.right_px, right_px=600 - box.left_px)
    mirrored = located(_proposal(box=flipped), [_painted(view, metres[:, ::-1])])
    assert mirrored.azimuth_deg == pytest.approx(-one.azimuth_deg, abs=1e-6)
    assert mirrored.distance_m == pytest.approx(one.distance_m, rel=0.01)


def test_full_ring_of_a_box_around_the_zenith_is_straight_up() -> None:
    one = located(_proposal(box=replace(WHOLE, bottom_px=20)), [_flat(SPHERE, 30.0)])
    assert (one.elevation_deg, one.width_deg, one.height_deg) == (90.0, 360.0, 10.0)
    below = located(_proposal(box=replace(WHOLE, top_px=340)), [_flat(SPHERE, 2.0)])
    assert below.elevation_deg == -90.0


def test_view_that_looks_up_sees_the_zenith_in_its_middle() -> None:
    view = _view(20.0, pitch_deg=90.0)
    box = Box(view=view, left_px=250, top_px=250, right_px=350, bottom_px=350)
    one = located(_proposal(box=box), [_flat(view, 30.0)])
    assert one.elevation_deg == pytest.approx(90.0, abs=1e-6)
    assert one.width_deg == 360.0
    assert 5.0 < one.height_deg < 20.0


def test_mask_points_at_its_middle_whatever_its_box() -> None:
    one = located(_proposal("area", WHOLE, _mask((70.0, 30.0), (-20.0, -10.0))), [_flat(SPHERE, 6.0)])
    assert (one.azimuth_deg, one.elevation_deg) == pytest.approx((50.0, -15.0), abs=0.3)
    assert (one.width_deg, one.height_deg) == pytest.approx((40.0, 10.0), abs=0.8)


def test_stray_pixels_do_not_widen_a_mask() -> None:
    mask = _mask((60.0, 20.0), (-20.0, -10.0))
    mask[100, 600] = mask[200, 100] = True
    one = located(_proposal("area", WHOLE, mask), [_flat(SPHERE, 6.0)])
    assert one.width_deg == pytest.approx(40.0, abs=1.5)
    assert one.height_deg == pytest.approx(10.0, abs=1.0)


def test_mask_across_the_seam_points_at_the_seam() -> None:
    one = located(_proposal("area", WHOLE, _mask((-150.0, 150.0), (-20.0, -10.0))), [_flat(SPHERE, 6.0)])
    assert abs(one.azimuth_deg) == pytest.approx(180.0, abs=0.3)
    assert one.width_deg == pytest.approx(60.0, abs=1.5)


@settings(max_examples=15, deadline=None)
@given(columns_px=st.integers(0, 719))
def test_ring_points_to_where_more_of_it_lies_however_it_is_turned(columns_px: int) -> None:
    ring = _mask((180.0, -179.9), (-30.0, -22.0)) | _mask((75.0, 45.0), (-22.0, -5.0))
    one = located(_proposal("area", WHOLE, np.roll(ring, -columns_px, axis=1)), [_flat(SPHERE, 6.0)])
    assert great_circle_deg(one.azimuth_deg, 0.0, 60.0 + columns_px / 2.0, 0.0) < 0.5
    assert one.width_deg == 360.0


def test_unbroken_ring_is_as_wide_as_the_circle() -> None:
    assert located(_proposal("area", WHOLE, _mask((180.0, -179.9), (-30.0, -20.0))), []).width_deg == 360.0


def test_mask_over_the_zenith_points_up() -> None:
    one = located(_proposal("area", WHOLE, _mask((180.0, -179.9), (80.0, 90.0))), [_flat(SPHERE, 20.0)])
    assert one.elevation_deg == pytest.approx(90.0, abs=0.1)


def test_background_at_the_border_does_not_pull_the_distance() -> None:
    view = _view(0.0)
    metres = np.full((600, 600), 40.0)
    column, row = np.meshgrid(np.arange(600), np.arange(600))
    metres[((column - 300) / 40) ** 2 + ((row - 300) / 80) ** 2 < 1] = 8.0
    one = located(
        _proposal(box=Box(view=view, left_px=250, top_px=210, right_px=350, bottom_px=390)), [_painted(view, metres)]
    )
    assert one.distance_m == pytest.approx(8.0, rel=0.01)
    assert one.distance_sigma_m == pytest.approx(0.4, rel=0.1)


def test_post_before_a_thing_is_not_the_thing() -> None:
    view = _view(0.0)
    metres = np.full((600, 600), 12.0)
    metres[:, 290:310] = 1.5
    one = located(
        _proposal(box=Box(view=view, left_px=250, top_px=210, right_px=350, bottom_px=390)), [_painted(view, metres)]
    )
    assert one.distance_m == pytest.approx(12.0, rel=0.01)


def test_area_takes_the_median_over_solid_angle_and_not_over_pixels() -> None:
    mask = _mask((20.0, -20.0), (-80.0, 0.0))
    row = np.arange(360) + 0.5
    metres = np.where(row < 270, 10.0, 2.0)[:, None] * np.ones(720)
    one = located(_proposal("area", WHOLE, mask), [_painted(SPHERE, metres)])
    # Above −45° lie nine of sixteen rows, but 0.707 / 0.985 of the solid angle.
    assert one.distance_m == pytest.approx(10.0, rel=0.01)
    metres = np.where(row < 240, 10.0, 2.0)[:, None] * np.ones(720)
    lower = located(_proposal("area", WHOLE, mask), [_painted(SPHERE, metres)])
    assert lower.distance_m == pytest.approx(10.0, rel=0.01), "30° of 80° of rows, and yet half of the solid angle"


def test_line_is_as_far_as_its_near_part() -> None:
    column, row = np.meshgrid(np.arange(720) + 0.5, np.arange(360) + 0.5)
    azimuth, elevation = SPHERE.direction(column, row)
    metres = np.where(elevation < 0, 2.0 / np.sin(np.radians(np.minimum(elevation, -0.01)) * -1), np.inf)
    aside = metres * np.cos(np.radians(elevation)) * np.sin(np.radians(azimuth))
    road = (elevation < -1) & (aside > 5.0) & (aside < 9.0)
    one = located(_proposal("line", WHOLE, road), [_painted(SPHERE, np.minimum(metres, 1e6))])
    assert one.distance_m is not None
    assert 5.4 < one.distance_m < 9.5
    assert one.azimuth_deg == pytest.approx(90.0, abs=0.5)


def test_sky_in_a_box_is_ignored_and_a_box_of_sky_is_far() -> None:
    view = _view(0.0)
    metres = np.full((600, 600), np.inf)
    metres[280:320, 280:320] = 90.0
    box = Box(view=view, left_px=200, top_px=200, right_px=400, bottom_px=400)
    assert located(_proposal(box=box), [_painted(view, metres)]).distance_m == pytest.approx(90.0, rel=0.01)
    metres[:] = np.inf
    sky = located(_proposal(box=box), [_painted(view, metres)])
    assert sky.distance_m == FAR_M
    assert sky.distance_sigma_m == pytest.approx(FAR_M / 2)
    assert located(_proposal(box=box), []).distance_m == FAR_M


def test_nothing_is_put_farther_than_the_cap() -> None:
    view = _view(0.0)
    one = located(_proposal(box=_box(view, 0.0, 0.0, 10.0, 10.0)), [_flat(view, 5000.0)])
    assert (one.distance_m, one.distance_sigma_m) == (FAR_M, FAR_M / 2)


def test_map_of_its_own_window_goes_before_the_one_that_looks_straighter() -> None:
    own, other = _view(40.0, "own"), _view(5.0, "other")
    box = _box(own, 8.0, 0.0, 6.0, 6.0)
    maps = [_flat(other, 20.0), _flat(own, 5.0)]
    assert located(_proposal(box=box), maps).distance_m == pytest.approx(5.0)
    unknown = replace(box, view=replace(own, name="third"))
    assert located(_proposal(box=unknown), maps).distance_m == pytest.approx(20.0)


def test_map_may_be_coarser_than_the_window_of_the_box() -> None:
    view = _view(0.0)
    assert located(_proposal(box=_box(view, 9.0, 3.0, 6.0, 6.0)), [_flat(view.resized(60, 60), 7.0)]).distance_m == (
        pytest.approx(7.0)
    )


def test_sigma_grows_with_the_maps_and_with_the_depth_of_the_thing() -> None:
    view = _view(0.0)
    proposal = _proposal(box=_box(view, 0.0, 0.0, 20.0, 20.0))
    sure, unsure = located(proposal, [_flat(view, 9.0, 0.02)]), located(proposal, [_flat(view, 9.0, 0.2)])
    deep = located(proposal, [_painted(view, np.linspace(7, 12, 600)[None, :] * np.ones((600, 1)), 0.02)])
    assert sure.distance_sigma_m == pytest.approx(0.18, rel=0.02)
    assert unsure.distance_sigma_m == pytest.approx(1.8, rel=0.02)
    assert deep.distance_sigma_m is not None
    assert deep.distance_sigma_m > 1.4 * 0.18


def test_ambience_is_everywhere_unless_it_was_boxed() -> None:
    wind = located(_proposal("ambient"), [])
    assert (wind.azimuth_deg, wind.width_deg, wind.height_deg) == (0.0, 360.0, 180.0)
    assert (wind.distance_m, wind.distance_sigma_m, wind.boxes) == (None, None, ())
    boxed = located(_proposal("ambient", _box(SPHERE, 40.0, 10.0, 30.0, 20.0)), [_flat(SPHERE, 5.0)])
    assert boxed.azimuth_deg == pytest.approx(40.0)
    assert boxed.distance_m is None


def test_what_is_not_ambience_needs_a_box() -> None:
    with pytest.raises(ValueError, match="only ambience is everywhere"):
        located(_proposal("point"), [])
