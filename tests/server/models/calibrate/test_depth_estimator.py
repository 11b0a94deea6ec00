"""Calibration in drawn streets, whose truth is known to the pixel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.models.calibrate.depth_estimator import NO_METRES, CalibratedDepthEstimator, MetricDepthEstimator
from server.models.calibrate.surfaces import Surfaces, horizon_surfaces
from server.pipeline.views import Picture, View
from tests.oracle.depths import AffineDepth, no_ground, true_surfaces
from tests.oracle.stubs import Oracle, blank_views
from tests.oracle.worlds import street_world

FARTHEST_M = 100.0


@pytest.fixture(scope="module")
def oracles():
    return [Oracle.of(street_world(seed), 1024) for seed in (50, 51)]


def log_errors(oracle, maps):
    """The ln of found over true, of every pixel that isn't sky or very far."""
    errors = []
    for distances in maps:
        true_m = oracle.far(distances.view)
        there = np.isfinite(true_m) & (true_m < FARTHEST_M)
        errors.append(np.log(distances.distance_m[there] / true_m[there]))
    return np.concatenate(errors)


def estimated(oracle, *, views=8, find_surfaces=None, noise=0.05, outliers=0.05, scale=1.0):
    estimator = CalibratedDepthEstimator(
        AffineDepth(oracle=oracle, noise=noise, outliers=outliers),
        find_surfaces=find_surfaces or true_surfaces(oracle, wrong=0.2),
    )
    windows = blank_views(views, hfov_deg=max(90.0, 360.0 / views + 30.0))
    return list(estimator.estimate_depth(windows, scale * oracle.camera_height_m))


@pytest.mark.parametrize("views", [6, 8, 12])
def test_with_ground_in_sight_half_of_all_distances_are_right_to_five_percent(oracles, views):
    errors = np.concatenate([log_errors(oracle, estimated(oracle, views=views)) for oracle in oracles])
    assert np.median(np.abs(errors)) < 0.05
    assert abs(np.median(errors)) < 0.01


def test_exact_values_give_exact_distances_whatever_slope_and_shift_each_view_has(oracles):
    errors = np.abs(log_errors(oracles[0], estimated(oracles[0], noise=0.0, outliers=0.0)))
    assert np.median(errors) < 0.005
    assert np.quantile(errors, 0.95) < 0.02


def test_geometry_alone_tells_ground_well_enough(oracles):
    errors = log_errors(oracles[0], estimated(oracles[0], find_surfaces=horizon_surfaces))
    assert np.median(np.abs(errors)) < 0.05


def test_views_without_ground_learn_their_metres_from_their_neighbours(oracles):
    whole = true_surfaces(oracles[0])

    def find_surfaces(window):
        return (whole if abs(window.view.yaw_deg) < 50.0 else no_ground(whole))(window)

    errors = log_errors(oracles[0], estimated(oracles[0], find_surfaces=find_surfaces))
    assert np.median(np.abs(errors)) < 0.05


@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_nearly_all_pixels_are_within_two_sigmas(oracles, noise):
    within = []
    for distances in estimated(oracles[0], noise=noise, outliers=0.0):
        true_m = oracles[0].far(distances.view)
        there = np.isfinite(true_m) & np.isfinite(distances.distance_m) & (true_m < FARTHEST_M)
        within.append(np.abs(distances.distance_m[there] - true_m[there]) < 2.0 * distances.sigma_m[there])
    assert np.concatenate(within).mean() > 0.93


@settings(max_examples=5, deadline=None)
@given(scale=st.floats(0.2, 5.0))
def test_a_camera_so_many_times_as_high_sees_everything_so_many_times_as_far(oracles, scale):
    for distances, other in zip(estimated(oracles[0]), estimated(oracles[0], scale=scale), strict=True):
        near = distances.distance_m < 150.0
        np.testing.assert_allclose(other.distance_m[near], scale * distances.distance_m[near], rtol=1e-4)


def test_sky_is_infinitely_far(oracles):
    for distances in estimated(oracles[0]):
        assert np.isinf(distances.distance_m[np.isinf(oracles[0].far(distances.view))]).mean() > 0.95
        assert np.all(np.isinf(distances.sigma_m) == np.isinf(distances.distance_m))


def test_without_any_ground_distances_are_told_to_be_relative(oracles):
    maps = estimated(oracles[0], find_surfaces=no_ground(true_surfaces(oracles[0])))
    assert {distances.notes for distances in maps} == {(NO_METRES,)}
    for distances in maps:
        there = np.isfinite(distances.distance_m)
        assert np.all(distances.sigma_m[there] > 0.5 * distances.distance_m[there])


def test_without_any_ground_order_is_kept_across_views(oracles):
    maps = estimated(oracles[0], find_surfaces=no_ground(true_surfaces(oracles[0])), noise=0.02, outliers=0.0)
    errors = log_errors(oracles[0], maps)
    # They may all be off together, but not each by something else.
    assert np.quantile(np.abs(errors - np.median(errors)), 0.5) < 0.5


def test_same_values_same_distances(oracles):
    one, other = estimated(oracles[0]), estimated(oracles[0])
    assert [a.distance_m.tobytes() for a in one] == [b.distance_m.tobytes() for b in other]


def test_a_metric_model_that_is_off_is_put_right_by_the_ground(oracles):
    model = AffineDepth(oracle=oracles[0], noise=0.05, outliers=0.05, off=0.5)
    estimator = MetricDepthEstimator(model, find_surfaces=true_surfaces(oracles[0]))
    errors = log_errors(oracles[0], estimator.estimate_depth(blank_views(8), oracles[0].camera_height_m))
    assert np.median(np.abs(errors)) < 0.05


def test_a_metric_model_stands_by_itself_where_no_ground_is_seen(oracles):
    model = AffineDepth(oracle=oracles[0], noise=0.05, outliers=0.05)
    estimator = MetricDepthEstimator(model, find_surfaces=no_ground(true_surfaces(oracles[0])))
    maps = list(estimator.estimate_depth(blank_views(8), 1.0))
    assert np.median(np.abs(log_errors(oracles[0], maps))) < 0.05
    assert {distances.notes for distances in maps} == {()}


def test_a_photograph_is_calibrated_by_its_own_ground():
    oracle = Oracle.of(street_world(50), 1024)
    view = View(name="photo", projection="perspective", width_px=900, height_px=600, hfov_deg=75.0)
    photo = Picture(pixels=np.zeros((600, 900, 3), np.uint8), view=view)
    estimator = CalibratedDepthEstimator(AffineDepth(oracle=oracle, noise=0.03), find_surfaces=true_surfaces(oracle))
    (distances,) = estimator.estimate_depth([photo], oracle.camera_height_m)
    assert distances.distance_m.shape == (64, 96)
    assert np.median(np.abs(log_errors(oracle, [distances]))) < 0.05


def test_what_finds_surfaces_matters_to_the_cache():
    model = AffineDepth(oracle=None)
    one, other = (
        CalibratedDepthEstimator(model),
        CalibratedDepthEstimator(model, find_surfaces=lambda _: Surfaces, surfaces_identity="cover@2"),
    )
    assert one.identity != other.identity
    assert one.identity.startswith("affine-truth@1")
