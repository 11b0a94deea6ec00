import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.hrtf.hrir import default_hrtf
from binaural.hrtf.spherical_mesh import (
    RefinedMesh,
    SphericalMesh,
    gap_points,
    harmonic_extrapolation,
    smooth_values,
    weighted_sums,
)
from protocol.coordinates import scene_from_polar


def interaural_polar():
    """Circles around the ears' axis, crowded at the ears, nothing below: as CIPIC measured."""
    lateral = np.radians([-80, -65, -55, *range(-45, 46, 5), 55, 65, 80])
    polar = np.radians(-45 + 5.625 * np.arange(50))
    lateral, polar = (angle.ravel() for angle in np.meshgrid(lateral, polar))
    return np.stack([np.cos(lateral) * np.cos(polar), np.sin(lateral), np.cos(lateral) * np.sin(polar)], axis=1)


def scattered(count, seed=0):
    points = np.random.default_rng(seed).standard_normal((count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


GRIDS = {
    "kemar": scene_from_polar(default_hrtf().azimuth_deg, default_hrtf().elevation_deg),
    "interaural polar": interaural_polar(),
    "octahedron": np.concatenate([np.eye(3), -np.eye(3)]),
    "scattered": scattered(300),
}
MESHES = {name: SphericalMesh(points) for name, points in GRIDS.items()}
REFINED = {(name, parts): RefinedMesh(mesh, parts) for name, mesh in MESHES.items() for parts in (1, 2, 5)}
ANYWHERE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(MESHES)), st.lists(ANYWHERE, min_size=1, max_size=20))
def test_weights_are_shares_that_add_up_to_the_direction(name, directions_deg):
    directions = scene_from_polar(*np.array(directions_deg).T)
    corners, weights = MESHES[name].corners(directions)
    assert np.all((weights >= 0) & (weights <= 1))
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    sums = np.einsum("nc,ncx->nx", weights, GRIDS[name][corners])
    np.testing.assert_allclose(sums / np.linalg.norm(sums, axis=1, keepdims=True), directions, atol=1e-7)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(REFINED)), st.lists(ANYWHERE, min_size=1, max_size=20))
def test_the_finer_mesh_encloses_directions_too(name, directions_deg):
    refined, directions = REFINED[name], scene_from_polar(*np.array(directions_deg).T)
    corners, weights = refined.corners(directions)
    assert np.all((weights >= 0) & (weights <= 1))
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)
    flat = np.einsum("kc,kcx->kx", refined.weights, GRIDS[name[0]][refined.parents])
    sums = np.einsum("nc,ncx->nx", weights, flat[corners])
    np.testing.assert_allclose(sums / np.linalg.norm(sums, axis=1, keepdims=True), directions, atol=1e-7)


@pytest.mark.parametrize("name", sorted(MESHES))
def test_no_point_lies_in_the_circle_around_a_triangle(name):
    mesh = MESHES[name]
    first, second, third = np.moveaxis(mesh.points[mesh.triangles], 1, 0)
    centre = np.cross(second - first, third - first)
    centre *= np.sign(np.sum(centre * first, axis=1, keepdims=True)) / np.linalg.norm(centre, axis=1, keepdims=True)
    assert np.max(mesh.points @ centre.T - np.sum(first * centre, axis=1)) < 1e-6
    # Euler: a closed surface of triangles.
    assert len(mesh.triangles) == 2 * len(mesh.points) - 4


@pytest.mark.parametrize("name", sorted(MESHES))
def test_a_point_of_the_mesh_has_all_the_weight(name):
    corners, weights = MESHES[name].corners(GRIDS[name])
    assert np.all(weights.max(axis=1) > 1 - 1e-9)
    np.testing.assert_array_equal(corners[np.arange(len(corners)), weights.argmax(axis=1)], np.arange(len(corners)))


@pytest.mark.parametrize("name", sorted(REFINED))
def test_every_node_has_all_the_weight_where_it_is(name):
    refined = REFINED[name]
    assert len(refined.nodes) == 2 + (len(MESHES[name[0]].points) - 2) * name[1] ** 2
    np.testing.assert_allclose(np.linalg.norm(refined.nodes, axis=1), 1)
    corners, weights = refined.corners(refined.nodes)
    np.testing.assert_array_equal(corners[np.arange(len(corners)), weights.argmax(axis=1)], np.arange(len(corners)))
    assert np.all(weights.max(axis=1) > 1 - 1e-6)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(REFINED)), ANYWHERE, st.integers(0, 99))
def test_what_is_mixed_is_continuous(name, direction_deg, seed):
    """Random values at the nodes; a step of a millionth, over whatever edge or pole, changes little."""
    refined = REFINED[name]
    values = np.random.default_rng(seed).uniform(-1, 1, len(refined.nodes))
    here = scene_from_polar(*direction_deg)
    there = here + 1e-6 * scattered(1, seed)[0]
    pair = np.stack([here, there / np.linalg.norm(there)])
    one, other = weighted_sums(values, *refined.corners(pair))
    assert abs(one - other) < 1e-3


@settings(max_examples=60, deadline=None)
@given(st.lists(ANYWHERE, min_size=1, max_size=20))
def test_one_more_cut_goes_linearly_between_the_coarse_corners(directions_deg):
    directions = scene_from_polar(*np.array(directions_deg).T)
    values = np.random.default_rng(0).uniform(-1, 1, (len(GRIDS["scattered"]), 2))
    refined = REFINED["scattered", 5]
    fine = weighted_sums(weighted_sums(values, refined.parents, refined.weights), *refined.corners(directions))
    np.testing.assert_allclose(fine, weighted_sums(values, *MESHES["scattered"].corners(directions)), atol=1e-7)


def test_gaps_are_filled_where_they_are():
    below = gap_points(GRIDS["kemar"])
    elevation_deg = np.degrees(np.arcsin(below[:, 2]))
    assert elevation_deg.min() == -90
    assert elevation_deg.max() < -51
    assert len(gap_points(scattered(2000))) == 0
    mirrored = below * [1, -1, 1]
    assert np.abs(below @ mirrored.T).max(axis=1) == pytest.approx(1)


def test_the_extrapolation_over_a_gap_lies_between_the_heights_of_its_rim():
    points = GRIDS["kemar"]
    below = gap_points(points)
    mesh = SphericalMesh(np.concatenate([points, below]))
    extrapolation = harmonic_extrapolation(mesh, len(points))
    assert np.all(extrapolation > -1e-12)
    np.testing.assert_allclose(extrapolation.sum(axis=1), 1)
    rim = default_hrtf().elevation_deg == -40
    np.testing.assert_allclose(extrapolation[:, rim].sum(axis=1), 1)
    nadir = extrapolation[np.argmin(below[:, 2]), rim]
    quarters = np.bincount(np.floor((default_hrtf().azimuth_deg[rim] + 179) / 90).astype(int), nadir)
    np.testing.assert_allclose(quarters, 1 / 4, atol=0.02)
    # A wave once around the rim dies out towards the middle.
    wave = extrapolation[:, rim] @ np.sin(np.radians(default_hrtf().azimuth_deg[rim]))
    sizes = [np.abs(wave[np.isclose(below[:, 2], np.sin(np.radians(deg)))]).max() for deg in (-60, -70, -80, -90)]
    assert np.all(np.diff(sizes) < -0.1)
    assert sizes[-1] < 1e-9


def test_without_a_gap_there_is_no_extrapolation():
    assert harmonic_extrapolation(MESHES["scattered"], 300).shape == (0, 300)


@pytest.mark.parametrize("count", [6, 400, 2100])
def test_smooth_values_go_through_what_is_known_and_follow_a_gentle_function(count):
    points = np.concatenate([GRIDS["octahedron"], scattered(count - 6, 1)])

    def gentle(at):
        return np.stack([3 + at @ [1.0, -2.0, 0.5], np.sin(at[:, 0] + 2 * at[:, 1])], axis=1)

    values = gentle(points)
    np.testing.assert_allclose(smooth_values(points, values, points), values, atol=1e-6)
    between = scattered(50, 2)
    plane, wave = (smooth_values(points, values, between) - gentle(between)).T
    assert np.max(np.abs(plane)) < 1e-6
    if count > 6:
        assert np.max(np.abs(wave)) < 0.05
