from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.coordinates import great_circle_deg, polar_from_scene
from server.perception.ground_plane.horizon import Horizon, estimated_horizon
from server.pipeline.picture.image import read_picture
from server.pipeline.views import Picture, View
from server.synthetic.demo import demo_world
from server.synthetic.painting import Rendering, rendered
from tests.oracle.glimpses import glimpse, held, off_deg, panorama, photograph
from tests.oracle.worlds import street_world

WIDTH_PX = 1536

slightly = st.floats(min_value=-30.0, max_value=30.0)
azimuths = st.floats(min_value=-179.0, max_value=179.0)
elevations = st.floats(min_value=-80.0, max_value=80.0)


@pytest.fixture(scope="module")
def streets() -> tuple[Rendering, ...]:
    return rendered(demo_world(), WIDTH_PX), rendered(street_world(0), WIDTH_PX)


def _blank(view: View) -> Picture:
    return Picture(pixels=np.full((view.height_px, view.width_px, 3), 128, np.uint8), view=view)


def _tilt_deg(horizon: Horizon) -> float:
    """The angle between the zenith and the picture's own up, in [0, 180]."""
    return float(np.degrees(np.arctan2(np.hypot(*horizon.up[:2]), horizon.up[2])))


def _pitch_deg(horizon: Horizon) -> float:
    """How far the camera looks up, in [−90, 90]."""
    return float(np.degrees(np.arctan2(horizon.up[0], np.hypot(*horizon.up[1:]))))


def _roll_deg(horizon: Horizon) -> float:
    """How far the zenith leans to the left in the picture."""
    return float(np.degrees(np.arctan2(horizon.up[1], horizon.up[2])))


def _rolled(picture: Picture, columns_px: int) -> Picture:
    return Picture(pixels=np.roll(picture.pixels, columns_px, axis=1), view=picture.view)


def _mirrored(picture: Picture) -> Picture:
    return Picture(pixels=np.ascontiguousarray(picture.pixels[:, ::-1]), view=picture.view)


@given(pitch_deg=slightly, roll_deg=slightly, azimuth_deg=azimuths, elevation_deg=elevations)
def test_tilting_undoes_levelling(pitch_deg: float, roll_deg: float, azimuth_deg: float, elevation_deg: float) -> None:
    horizon = held(pitch_deg=pitch_deg, roll_deg=roll_deg)
    direction = np.array([azimuth_deg]), np.array([elevation_deg])
    back = horizon.tilted(*horizon.levelled(*direction))
    assert great_circle_deg(*back, *direction)[0] < 1e-5


@given(pitch_deg=slightly, roll_deg=slightly, azimuth_deg=azimuths, elevation_deg=elevations)
def test_levelled_elevation_is_the_angle_above_the_horizon(
    pitch_deg: float, roll_deg: float, azimuth_deg: float, elevation_deg: float
) -> None:
    horizon = held(pitch_deg=pitch_deg, roll_deg=roll_deg)
    direction = np.array([azimuth_deg]), np.array([elevation_deg])
    from_zenith_deg = great_circle_deg(*polar_from_scene(horizon.up)[:2], *direction)
    np.testing.assert_allclose(horizon.levelled(*direction)[1], 90.0 - from_zenith_deg, atol=1e-6)


@given(pitch_deg=slightly, roll_deg=slightly)
def test_angles_say_how_the_camera_was_held(pitch_deg: float, roll_deg: float) -> None:
    horizon = held(pitch_deg=pitch_deg, roll_deg=roll_deg)
    assert (_pitch_deg(horizon), _roll_deg(horizon)) == pytest.approx((pitch_deg, roll_deg), abs=1e-9)
    assert np.cos(np.radians(_tilt_deg(horizon))) == pytest.approx(horizon.up[2])
    _, above_deg = horizon.levelled(np.zeros(1), np.zeros(1))
    assert above_deg[0] == pytest.approx(np.degrees(np.arcsin(horizon.up[0])), abs=1e-9)


def test_a_camera_that_looks_up_has_the_horizon_below_its_centre() -> None:
    horizon = held(pitch_deg=10.0)
    forward = horizon.levelled(np.zeros(1), np.zeros(1))
    assert (forward[0][0], forward[1][0]) == pytest.approx((0.0, 10.0), abs=1e-9)


def test_a_zenith_that_leans_to_the_left_lifts_what_is_left() -> None:
    assert held(roll_deg=5.0).levelled(np.array([90.0, -90.0]), np.zeros(2))[1] == pytest.approx([5.0, -5.0])


@pytest.mark.parametrize(("pitch_deg", "roll_deg"), [(0.0, 0.0), (4.0, -3.0), (-2.0, 0.0), (0.0, 5.0)])
def test_a_tilted_street_is_levelled(streets: tuple[Rendering, ...], pitch_deg: float, roll_deg: float) -> None:
    for street in streets:
        seen = glimpse(street, panorama(WIDTH_PX), held(pitch_deg=pitch_deg, roll_deg=roll_deg))
        found = estimated_horizon(seen.picture)
        assert off_deg(found, seen.horizon) < 0.7
        assert off_deg(found, seen.horizon) < 3.0 * found.sigma_deg
        assert found.sigma_deg < 1.0, "a street has plenty of edges"


def test_a_strongly_tilted_street_is_levelled(streets: tuple[Rendering, ...]) -> None:
    seen = glimpse(streets[0], panorama(WIDTH_PX), held(pitch_deg=-7.0, roll_deg=7.0))
    assert off_deg(estimated_horizon(seen.picture), seen.horizon) < 0.7


@pytest.mark.parametrize(("pitch_deg", "roll_deg", "yaw_deg"), [(0.0, 0.0, 0.0), (-12.0, 1.0, 40.0), (15.0, -2.0, 0.0)])
def test_the_pitch_of_a_photograph_is_recovered(
    streets: tuple[Rendering, ...], pitch_deg: float, roll_deg: float, yaw_deg: float
) -> None:
    # In one direction the second street shows a dozen edges, and the horizon says how unsure it is.
    for street in streets:
        seen = glimpse(street, photograph(), held(pitch_deg=pitch_deg, roll_deg=roll_deg), yaw_deg=yaw_deg)
        found = estimated_horizon(seen.picture)
        assert off_deg(found, seen.horizon) < found.sigma_deg
        if found.sigma_deg < 4.0:
            assert abs(_pitch_deg(found) - pitch_deg) < 1.5
            assert abs(_roll_deg(found) - roll_deg) < 0.5


def test_a_picture_without_edges_is_level_and_not_sure_of_it() -> None:
    around, photo = (estimated_horizon(_blank(view)) for view in (panorama(512), photograph(640)))
    assert _tilt_deg(around) == _tilt_deg(photo) == 0.0
    assert around.sigma_deg > 2.5
    assert photo.sigma_deg > 20.0


def _posts(leans_deg: np.ndarray) -> Picture:
    """A panorama of posts all round, each leaning to the right by its own angle."""
    view, rows = panorama(1024), np.arange(200, 300)
    pixels = np.full((512, 1024, 3), 200, np.uint8)
    for left, lean_deg in zip(np.linspace(10.0, 1000.0, leans_deg.size), leans_deg, strict=True):
        columns = np.round(left + np.tan(np.radians(lean_deg)) * (250 - rows)).astype(int)
        for aside in range(3):
            pixels[rows, (columns + aside) % 1024] = 30
    return Picture(pixels=pixels, view=view)


def test_the_more_posts_lean_every_way_the_less_sure_the_horizon() -> None:
    found = [estimated_horizon(_posts(np.random.default_rng(3).uniform(-lean, lean, 60))) for lean in (0, 2, 5, 15)]
    sigmas_deg = [one.sigma_deg for one in found]
    assert sigmas_deg == sorted(sigmas_deg)
    assert sigmas_deg[-1] > 2.0 * sigmas_deg[0]
    assert all(_tilt_deg(one) < one.sigma_deg for one in found)


def test_a_few_posts_are_not_believed() -> None:
    azimuth_deg = 180.0 - np.linspace(10.0, 1000.0, 60) / 1024.0 * 360.0
    # What leans right before and left behind stands upright in a picture whose zenith leans to the right.
    leans_deg = 4.0 * np.cos(np.radians(azimuth_deg))
    assert _roll_deg(estimated_horizon(_posts(leans_deg))) < -3.0
    few = estimated_horizon(_posts(leans_deg[28:31]))
    assert abs(_roll_deg(few)) < 2.0
    assert few.sigma_deg > 2.0


def test_a_mirror_turns_the_roll_around(streets: tuple[Rendering, ...]) -> None:
    seen = glimpse(streets[1], panorama(WIDTH_PX), held(pitch_deg=2.0, roll_deg=3.0))
    one, other = estimated_horizon(seen.picture), estimated_horizon(_mirrored(seen.picture))
    assert (_pitch_deg(other), _roll_deg(other)) == pytest.approx((_pitch_deg(one), -_roll_deg(one)), abs=0.15)
    assert other.sigma_deg == pytest.approx(one.sigma_deg, rel=0.2)


def test_turning_a_panorama_turns_its_tilt_along(streets: tuple[Rendering, ...]) -> None:
    seen = glimpse(streets[1], panorama(WIDTH_PX), held(pitch_deg=3.0, roll_deg=1.0))
    one = estimated_horizon(seen.picture)
    # To the right by a quarter: what was on the left is now in front.
    other = estimated_horizon(_rolled(seen.picture, WIDTH_PX // 4))
    turned = Horizon(up=(one.up[1], -one.up[0], one.up[2]), sigma_deg=one.sigma_deg)
    assert off_deg(other, turned) < 0.15


def test_resolution_hardly_matters(streets: tuple[Rendering, ...]) -> None:
    seen = [glimpse(streets[0], panorama(width_px), held(pitch_deg=3.0)) for width_px in (1024, 1536, 2048)]
    assert all(off_deg(estimated_horizon(one.picture), one.horizon) < 0.5 for one in seen)


def test_the_same_picture_has_the_same_horizon(streets: tuple[Rendering, ...]) -> None:
    picture = Picture(pixels=streets[0].pixels, view=panorama(WIDTH_PX))
    assert estimated_horizon(picture) == estimated_horizon(picture)


def test_published_panoramas_are_level(panoramas: Path) -> None:
    found = {path.stem: estimated_horizon(read_picture(path)) for path in sorted(panoramas.glob("*.jpg"))}
    # The survey car below the viaduct leans to the right, and so do the lamp posts and pillars before it.
    car = found.pop("street_viaduct")
    assert -2.0 < _roll_deg(car) < -0.5
    assert max(_tilt_deg(one) for one in found.values()) < 1.0
    assert all(_tilt_deg(one) < 2.0 * one.sigma_deg for one in found.values())
