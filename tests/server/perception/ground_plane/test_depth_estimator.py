from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from benchmarks.distance import errors, thing_errors
from server.perception.ground_plane.depth_estimator import FARTHEST, GroundPlaneDepthEstimator, ground_plane_distance
from server.perception.ground_plane.horizon import Horizon
from server.perception.land_cover.classes import Cover, LandCover, land_cover
from server.pipeline.picture.image import read_picture
from server.pipeline.stages import DistanceMap
from server.pipeline.views import Picture, View
from server.synthetic.painting import Rendering, rendered
from server.synthetic.truth import truth
from server.synthetic.world import World
from tests.oracle.detections import boxed
from tests.oracle.glimpses import Glimpse, glimpse, held, panorama, photograph
from tests.oracle.worlds import street_world

WIDTH_PX = 1024
LEVEL = held(sigma_deg=0.3)
GROUND = (Cover.GRASS, Cover.WATER, Cover.ROAD, Cover.PAVED)


def _shown(world: World, view: View, horizon: Horizon, *, yaw_deg: float = 0.0) -> Glimpse:
    """What distances need of a world: nobody looks at the colours."""
    rendering = Rendering(pixels=np.zeros((WIDTH_PX // 2, WIDTH_PX, 3), np.uint8), truth=truth(world, WIDTH_PX))
    return glimpse(rendering, view, horizon, yaw_deg=yaw_deg)


@pytest.fixture(scope="module")
def worlds() -> tuple[World, ...]:
    return tuple(street_world(seed) for seed in (0, 1, 2))


@pytest.fixture(scope="module")
def streets(worlds: tuple[World, ...]) -> tuple[Glimpse, ...]:
    return tuple(_shown(world, panorama(WIDTH_PX), LEVEL) for world in worlds)


def _cover(classes: np.ndarray, view: View) -> LandCover:
    return LandCover(view=view, classes=classes.astype(np.uint8), confidence=np.ones(classes.shape, np.float32))


def _rolled_cover(cover: LandCover, columns_px: int) -> LandCover:
    return _cover(np.roll(cover.classes, columns_px, axis=1), cover.view)


def _mirrored(cover: LandCover) -> LandCover:
    return _cover(cover.classes[:, ::-1], cover.view)


def _agreement(distance_m: np.ndarray, other: DistanceMap) -> float:
    """Which share of pixels is as far in both, to a tenth, or sky in both."""
    both = np.isfinite(distance_m) & np.isfinite(other.distance_m)
    log = np.zeros(both.shape)
    log[both] = np.abs(np.log(distance_m[both] / other.distance_m[both]))
    return float(np.mean((log < 0.1) & (np.isfinite(distance_m) == np.isfinite(other.distance_m))))


def _plane(view: View, horizon: Horizon) -> LandCover:
    """Grass up to the horizon."""
    return _cover(np.where(_depression_deg(view, horizon) > 0, Cover.GRASS, Cover.SKY), view)


def _depression_deg(view: View, horizon: Horizon) -> np.ndarray:
    columns, rows = np.meshgrid(np.arange(view.width_px) + 0.5, np.arange(view.height_px) + 0.5)
    return -horizon.levelled(*view.direction(columns, rows))[1]


@pytest.mark.parametrize("view", [panorama(512), photograph(256)])
@pytest.mark.parametrize("horizon", [held(), held(pitch_deg=-8.0, roll_deg=3.0)])
def test_rays_meet_a_bare_plane_at_h_over_sin_of_their_depression(view: View, horizon: Horizon) -> None:
    found = ground_plane_distance(_plane(view, horizon), horizon, 2.0)
    down_deg = _depression_deg(view, horizon)
    near = down_deg > 1.0
    np.testing.assert_allclose(found.distance_m[near], 2.0 / np.sin(np.radians(down_deg[near])), rtol=1e-6)
    along_m = found.distance_m[near] * np.cos(np.radians(down_deg[near]))
    np.testing.assert_allclose(along_m, 2.0 / np.tan(np.radians(down_deg[near])), rtol=1e-5)
    assert np.isinf(found.distance_m[down_deg < 0]).all()
    assert np.isinf(found.sigma_m[down_deg < 0]).all()


@settings(max_examples=8, deadline=None)
@given(camera_height_m=st.floats(min_value=0.5, max_value=20.0), factor=st.floats(min_value=0.1, max_value=10.0))
def test_distances_on_the_ground_are_proportional_to_the_height_of_the_camera(
    streets: tuple[Glimpse, ...], camera_height_m: float, factor: float
) -> None:
    one, other = (
        ground_plane_distance(streets[0].cover, LEVEL, h) for h in (camera_height_m, factor * camera_height_m)
    )
    ground = np.isin(streets[0].cover.classes, GROUND)
    np.testing.assert_allclose(other.distance_m[ground], one.distance_m[ground] * np.float32(factor), rtol=1e-5)
    np.testing.assert_allclose(other.sigma_m[ground], one.sigma_m[ground] * np.float32(factor), rtol=1e-5)


def test_true_land_cover_gives_true_distances(worlds: tuple[World, ...], streets: tuple[Glimpse, ...]) -> None:
    bounds = {**dict.fromkeys(GROUND, 0.03), Cover.BUILDING: 0.06, Cover.TREES: 0.12, Cover.OTHER: 0.3}
    for world, street in zip(worlds, streets, strict=True):
        found = errors(ground_plane_distance(street.cover, LEVEL, world.camera_height_m), street)
        for cover, bound in bounds.items():
            mine = found.cover == cover
            if mine.sum() > 100:
                assert np.median(found.log[mine]) < bound, cover
                assert np.mean(found.sigmas[mine] < 3.0) > 0.6, cover


def test_people_and_cars_are_where_their_boxes_tell_though_land_cover_misses_them(
    worlds: tuple[World, ...], streets: tuple[Glimpse, ...]
) -> None:
    off: list[tuple[float, float]] = []
    for world, street in zip(worlds, streets, strict=True):
        things = list(boxed(world, street))
        # To land cover they are whatever is below them.
        classes = np.where(street.cover.classes == Cover.OTHER, Cover.GRASS, street.cover.classes)
        found = ground_plane_distance(
            _cover(classes, street.cover.view),
            LEVEL,
            world.camera_height_m,
            detections=[each.detection for each in things],
        )
        off += [each for name in ("person", "car") for each in thing_errors(found, things)[name]]
    log, sigmas = np.array(off).T
    assert np.median(log) < 0.05
    assert np.mean(sigmas < 1.0) > 0.68
    assert np.mean(sigmas < 2.0) > 0.9


@pytest.mark.parametrize("blurred_deg", [0.0, 0.7])
def test_sigmas_of_what_stands_hold(
    worlds: tuple[World, ...], streets: tuple[Glimpse, ...], blurred_deg: float
) -> None:
    found = [
        errors(ground_plane_distance(_blurred(street.cover, blurred_deg), LEVEL, world.camera_height_m), street)
        for world, street in zip(worlds, streets, strict=True)
    ]
    cover, sigmas = (np.concatenate([getattr(one, key) for one in found]) for key in ("cover", "sigmas"))
    for kind in (Cover.TREES, Cover.BUILDING):
        assert np.mean(sigmas[cover == kind] < 1.0) > 0.68, kind
        assert np.mean(sigmas[cover == kind] < 2.0) > 0.93, kind


def _blurred(cover: LandCover, by_deg: float) -> LandCover:
    """The cover as somebody sees it who loses what is slim: stems, legs and posts."""
    if by_deg == 0.0:
        return cover
    by_px = by_deg / 360.0 * cover.view.width_px
    shares = [
        gaussian_filter((cover.classes == each).astype(np.float32), by_px, mode=("nearest", "wrap")) for each in Cover
    ]
    return _cover(np.argmax(shares, axis=0), cover.view)


def test_what_stands_is_about_where_it_is_by_what_is_seen_alone() -> None:
    world = street_world(3)
    seen = glimpse(rendered(world, 2 * WIDTH_PX), panorama(2 * WIDTH_PX), held(pitch_deg=1.0, roll_deg=-2.0))
    (found,) = GroundPlaneDepthEstimator().estimate_depth([seen.picture], world.camera_height_m)
    off = errors(found, seen)
    for cover, bound in ((Cover.BUILDING, 0.2), (Cover.TREES, 0.4)):
        mine = off.cover == cover
        assert np.median(off.log[mine]) < bound, cover
        assert np.mean(off.sigmas[mine] < 1.0) > 0.68, cover
        assert np.mean(off.sigmas[mine] < 2.0) > 0.85, cover


def test_the_sky_is_infinitely_far_and_nothing_else_is(streets: tuple[Glimpse, ...]) -> None:
    for street in streets:
        found = ground_plane_distance(street.cover, LEVEL, 1.0)
        assert np.array_equal(np.isinf(found.distance_m), street.cover.classes == Cover.SKY)
        assert np.array_equal(np.isinf(found.sigma_m), np.isinf(found.distance_m))
        assert found.distance_m.min() > 0.2
        assert found.distance_m[np.isfinite(found.distance_m)].max() <= FARTHEST


def test_a_facade_gets_longer_rays_the_higher_one_looks(
    worlds: tuple[World, ...], streets: tuple[Glimpse, ...]
) -> None:
    found = ground_plane_distance(streets[0].cover, LEVEL, worlds[0].camera_height_m)
    is_wall = streets[0].cover.classes == Cover.BUILDING
    column = int(np.argmax(is_wall.sum(axis=0)))
    rows = np.flatnonzero(is_wall[:, column])
    elevation_deg = 90.0 - (rows + 0.5) / (WIDTH_PX // 2) * 180.0
    above = elevation_deg > 0
    along_m = found.distance_m[rows, column] * np.cos(np.radians(elevation_deg))
    assert elevation_deg.max() > 15.0
    np.testing.assert_allclose(along_m[above], along_m[above][0], rtol=1e-5)


def test_sigma_grows_with_distance_and_with_the_doubt_about_the_horizon() -> None:
    view = panorama(512)
    sure, unsure = (ground_plane_distance(_plane(view, LEVEL), replace(LEVEL, sigma_deg=s), 2.0) for s in (0.2, 1.0))
    rows = slice(130, 250)
    assert (np.diff(sure.sigma_m[rows, 7]) <= 0).all(), "lower is nearer"
    assert (unsure.sigma_m[rows] >= sure.sigma_m[rows]).all()
    assert unsure.sigma_m[150, 7] > 2.0 * sure.sigma_m[150, 7]


def test_ground_is_within_three_sigmas_though_the_horizon_is_off_by_one(
    worlds: tuple[World, ...], streets: tuple[Glimpse, ...]
) -> None:
    for world, street in zip(worlds, streets, strict=True):
        found = errors(
            ground_plane_distance(street.cover, held(pitch_deg=0.8, sigma_deg=0.8), world.camera_height_m), street
        )
        assert np.mean(found.sigmas[np.isin(found.cover, GROUND)] < 3.0) > 0.95


@pytest.mark.parametrize("columns_px", [1, 256, 700])
def test_turning_the_picture_turns_the_map(streets: tuple[Glimpse, ...], columns_px: int) -> None:
    for street in streets:
        one = ground_plane_distance(street.cover, LEVEL, 2.0)
        other = ground_plane_distance(_rolled_cover(street.cover, columns_px), LEVEL, 2.0)
        np.testing.assert_allclose(np.roll(one.distance_m, columns_px, 1), other.distance_m, rtol=1e-5)


def test_a_mirror_mirrors_the_map(streets: tuple[Glimpse, ...]) -> None:
    for street in streets:
        one = ground_plane_distance(street.cover, LEVEL, 2.0)
        other = ground_plane_distance(_mirrored(street.cover), LEVEL, 2.0)
        assert _agreement(one.distance_m[:, ::-1], other) > 0.99


def test_a_known_tilt_costs_nothing(worlds: tuple[World, ...]) -> None:
    tilted = _shown(worlds[0], panorama(WIDTH_PX), held(pitch_deg=4.0, roll_deg=-6.0))
    found = errors(ground_plane_distance(tilted.cover, tilted.horizon, worlds[0].camera_height_m), tilted)
    assert np.median(found.log[np.isin(found.cover, GROUND)]) < 0.02
    assert np.median(found.log[found.cover == Cover.BUILDING]) < 0.08


@pytest.mark.parametrize(("pitch_deg", "yaw_deg"), [(0.0, 0.0), (-12.0, 120.0), (10.0, 240.0)])
def test_a_photograph_is_as_good_as_a_panorama(worlds: tuple[World, ...], pitch_deg: float, yaw_deg: float) -> None:
    for world in worlds:
        photo = _shown(world, photograph(512), held(pitch_deg=pitch_deg), yaw_deg=yaw_deg)
        found = errors(ground_plane_distance(photo.cover, photo.horizon, world.camera_height_m), photo)
        assert np.median(found.log[np.isin(found.cover, GROUND)]) < 0.02
        if (found.cover == Cover.BUILDING).any():
            assert np.median(found.log[found.cover == Cover.BUILDING]) < 0.15


def test_a_tripod_below_the_camera_has_no_distance_and_sky_below_the_horizon_is_its_mirror_image() -> None:
    view = panorama(256)
    cover = _plane(view, LEVEL)
    cover.classes[105:] = Cover.OTHER
    cover.classes[85:90, 100:120] = Cover.SKY
    found, bare = (ground_plane_distance(one, LEVEL, 2.0) for one in (cover, _plane(view, LEVEL)))
    np.testing.assert_allclose(found.distance_m[85:105], bare.distance_m[85:105], rtol=1e-6)
    assert np.isnan(found.distance_m[105:]).all()


def test_grass_high_above_the_horizon_is_a_hill_and_stands() -> None:
    view = panorama(256)
    cover = _plane(view, LEVEL)
    cover.classes[40:64, 50:90] = Cover.GRASS
    found = ground_plane_distance(cover, LEVEL, 1.0)
    assert np.isfinite(found.distance_m[40:64, 50:90]).all()
    assert (found.sigma_m[40:64, 50:90] > 0.3 * found.distance_m[40:64, 50:90]).all()


def _rolled(picture: Picture, columns_px: int) -> Picture:
    return Picture(pixels=np.roll(picture.pixels, columns_px, axis=1), view=picture.view)


def test_the_estimator_gives_each_window_its_map(panoramas: Path) -> None:
    picture = read_picture(panoramas / "royal_esplanade.jpg")
    estimator = GroundPlaneDepthEstimator()
    one, other = estimator.estimate_depth([picture, _rolled(picture, 256)], 1.6)
    assert (one.view.width_px, one.view.projection) == (picture.view.width_px, "equirectangular")
    assert one.distance_m.dtype == one.sigma_m.dtype == np.float32
    assert _agreement(np.roll(one.distance_m, 256, 1), other) > 0.95
    again = next(iter(estimator.estimate_depth([picture], 1.6)))
    assert np.array_equal(again.distance_m, one.distance_m)


@pytest.mark.parametrize("name", ["kloppenheim_05", "royal_esplanade", "venice_sunset"])
def test_turning_or_mirroring_a_real_panorama_turns_or_mirrors_its_map(panoramas: Path, name: str) -> None:
    picture = read_picture(panoramas / f"{name}.jpg")
    cover, columns_px = land_cover(picture), 300
    one = ground_plane_distance(cover, LEVEL, 1.6)
    rolled = ground_plane_distance(_rolled_cover(cover, columns_px), LEVEL, 1.6)
    mirrored = ground_plane_distance(_mirrored(cover), LEVEL, 1.6)
    assert _agreement(np.roll(one.distance_m, columns_px, 1), rolled) > 0.999
    assert _agreement(one.distance_m[:, ::-1], mirrored) > 0.99
