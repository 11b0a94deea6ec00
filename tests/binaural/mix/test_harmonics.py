import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from binaural.mix.harmonics import channel_count, degrees_of_channels, harmonics, harmonics_rotation
from protocol.coordinates import scene_from_polar

ORDERS = [1, 2, 3, 5]


def lattice(count=200):
    return scene_from_polar(
        np.arange(count) * 137.50776, np.degrees(np.arcsin(1.0 - (2.0 * np.arange(count) + 1.0) / count))
    )


@pytest.mark.parametrize("order", ORDERS)
def test_harmonics_are_orthogonal_and_each_has_the_power_of_sn3d(order):
    """Gauss-Legendre over height and even steps over azimuth integrate these polynomials exactly."""
    heights, weights = np.polynomial.legendre.leggauss(order + 1)
    azimuth_deg = np.arange(2 * order + 2) * 360.0 / (2 * order + 2)
    directions = scene_from_polar(azimuth_deg[None, :], np.degrees(np.arcsin(heights))[:, None])
    values = harmonics(directions, order)
    gram = np.einsum("h,hac,had->cd", weights, values, values) / (2.0 * len(azimuth_deg))
    np.testing.assert_allclose(gram, np.diag(1.0 / (2 * degrees_of_channels(order) + 1)), atol=1e-14)


def test_they_are_the_formulas_that_ambix_tabulates():
    """Nachbar et al. (2011) by azimuth and elevation; degree 3 by its outermost and its middle."""
    azimuth_deg, elevation_deg = np.array([0.0, 90.0, -35.0, 170.0]), np.array([0.0, 10.0, -60.0, 45.0])
    a, e = np.radians(azimuth_deg), np.radians(elevation_deg)
    found = harmonics(scene_from_polar(azimuth_deg, elevation_deg), 3).T
    half = np.sqrt(3.0) / 2.0
    expected = {
        0: np.ones(4),
        1: np.sin(a) * np.cos(e),
        2: np.sin(e),
        3: np.cos(a) * np.cos(e),
        4: half * np.sin(2 * a) * np.cos(e) ** 2,
        5: half * np.sin(a) * np.sin(2 * e),
        6: (3 * np.sin(e) ** 2 - 1) / 2,
        7: half * np.cos(a) * np.sin(2 * e),
        8: half * np.cos(2 * a) * np.cos(e) ** 2,
        9: np.sqrt(5 / 8) * np.sin(3 * a) * np.cos(e) ** 3,
        12: np.sin(e) * (5 * np.sin(e) ** 2 - 3) / 2,
        15: np.sqrt(5 / 8) * np.cos(3 * a) * np.cos(e) ** 3,
    }
    for channel, values in expected.items():
        np.testing.assert_allclose(found[channel], values, atol=1e-14)


def test_every_direction_has_the_same_power_in_every_degree():
    squares = harmonics(lattice(), 3) ** 2
    for degree in range(4):
        np.testing.assert_allclose(squares[:, degrees_of_channels(3) == degree].sum(axis=1), 1.0, rtol=1e-12)


@settings(max_examples=60)
@given(
    st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 1e-3),
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.sampled_from(ORDERS),
)
def test_turning_the_coefficients_is_encoding_the_turned_direction(quaternion, azimuth_deg, elevation_deg, order):
    turn = Rotation.from_quat(quaternion).as_matrix()
    direction = scene_from_polar(azimuth_deg, elevation_deg)
    turned = harmonics_rotation(turn, order) @ harmonics(direction, order)
    np.testing.assert_allclose(turned, harmonics(turn @ direction, order), atol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_rotations_are_orthogonal_keep_degrees_apart_and_compose(order):
    one, two = Rotation.random(2, rng=np.random.default_rng(3)).as_matrix()
    first, second = harmonics_rotation(one, order), harmonics_rotation(two, order)
    np.testing.assert_allclose(first @ first.T, np.eye(channel_count(order)), atol=1e-12)
    np.testing.assert_allclose(second @ first, harmonics_rotation(two @ one, order), atol=1e-12)
    degrees = degrees_of_channels(order)
    assert not np.any(first[degrees[:, None] != degrees])


def test_a_quarter_turn_to_the_left_takes_front_to_left():
    quarter = Rotation.from_euler("z", 90, degrees=True).as_matrix()
    turned = harmonics_rotation(quarter, 1) @ harmonics([1.0, 0.0, 0.0], 1)
    np.testing.assert_allclose(turned, [1.0, 1.0, 0.0, 0.0], atol=1e-15)
