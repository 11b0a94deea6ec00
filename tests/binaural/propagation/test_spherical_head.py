import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import eval_legendre, spherical_jn, spherical_yn

from binaural.propagation.spherical_head import HEAD_RADIUS_M, kuhn_itd_s, sphere_transfer, woodworth_itd_s


def db(factor):
    return 20 * np.log10(np.abs(factor))


def near_over_far_ear_db(distance_m, frequency_hz):
    return db(sphere_transfer(distance_m, 0, frequency_hz)) - db(sphere_transfer(distance_m, 180, frequency_hz))


@pytest.mark.parametrize(
    ("distance_m", "incidence_deg", "frequency_hz"),
    [(0.11, 30, 300), (0.25, 0, 250), (0.25, 150, 1000), (1.0, 90, 4000), (0.5, 180, 500)],
)
def test_the_recursion_sums_the_series_of_hankel_functions(distance_m, incidence_deg, frequency_hz):
    """Term by term with scipy's Bessel functions, at degrees that don't overflow."""
    size, ratio = 2 * np.pi * frequency_hz * HEAD_RADIUS_M / 343.2, distance_m / HEAD_RADIUS_M
    degree = np.arange(70 if ratio < 2 else 40)

    def hankel(x, derivative):
        return spherical_jn(degree, x, derivative) + 1j * spherical_yn(degree, x, derivative)

    terms = (2 * degree + 1) * eval_legendre(degree, np.cos(np.radians(incidence_deg)))
    terms = terms * hankel(size * ratio, False) / hankel(size, True)
    expected = -ratio / size * np.exp(-1j * size * ratio) * np.sum(terms)
    assert sphere_transfer(distance_m, incidence_deg, frequency_hz) == pytest.approx(expected, rel=1e-5)


@given(ratio=st.floats(1.15, 50), incidence_deg=st.floats(0, 180))
@settings(max_examples=30, deadline=None)
def test_at_0_hz_it_is_a_charge_before_a_sphere(ratio, incidence_deg):
    """Laplace's equation instead of Helmholtz's: the series is Σ (2m + 1) / (m + 1) ρ^−m P_m(cos θ)."""
    degree = np.arange(400)
    terms = (2 * degree + 1) / (degree + 1) * ratio ** -degree.astype(float)
    expected = np.sum(terms * eval_legendre(degree, np.cos(np.radians(incidence_deg))))
    found = sphere_transfer(ratio * HEAD_RADIUS_M, incidence_deg, 0)
    assert abs(found) == pytest.approx(expected, rel=1e-3)


def test_far_away_and_low_it_is_0_db_everywhere():
    """Lord Rayleigh's limit: a long wave doesn't notice a small sphere."""
    np.testing.assert_allclose(db(sphere_transfer(np.inf, np.arange(0, 181, 15), 5)), 0, atol=0.02)


def test_high_tones_double_where_they_meet_the_sphere():
    assert db(sphere_transfer(np.inf, 0, 20_000)) == pytest.approx(6.02, abs=0.1)


def test_behind_the_sphere_is_a_bright_spot():
    """All ways round are as long: the level at 180° is that of 120°, with a shadow of 8 dB and more between."""
    level_db = db(sphere_transfer(np.inf, np.array([160, 180]), np.array([[3000], [10_000]])))
    assert np.all(level_db[:, 1] - level_db[:, 0] > [5, 8])


def test_as_a_source_comes_near_the_bass_gets_a_difference_of_level():
    """Duda and Martens 1998: none far away, and more than 20 dB at 1.25 radii, which no far source has at any pitch."""
    assert near_over_far_ear_db(np.inf, 250) < 0.5
    # At 0 Hz the series is 2 / (1 − x) + ln(1 − x) / x, with x = ±a / r.
    ahead, behind = (2 / (1 - x) + np.log(1 - x) / x for x in (HEAD_RADIUS_M / 0.25, -HEAD_RADIUS_M / 0.25))
    assert near_over_far_ear_db(0.25, 100) == pytest.approx(db(ahead / behind), abs=0.1)
    assert near_over_far_ear_db(0.25, 250) == pytest.approx(db(ahead / behind), abs=0.5)
    assert near_over_far_ear_db(1.25 * HEAD_RADIUS_M, 250) > 20
    differences_db = [near_over_far_ear_db(distance_m, 250) for distance_m in (2.0, 1.0, 0.5, 0.25, 0.15)]
    assert np.all(np.diff(differences_db) > 0)


def test_within_the_head_there_is_no_transfer():
    with pytest.raises(ValueError, match=r"farther than the head's radius of 0\.0875 m"):
        sphere_transfer(0.08, 0, 1000)


@given(azimuth_deg=st.floats(-180, 180))
@settings(max_examples=50, deadline=None)
def test_spheres_hear_left_first_on_the_left_and_as_much_behind_as_before(azimuth_deg):
    for itd in (kuhn_itd_s, woodworth_itd_s):
        assert itd(azimuth_deg) == pytest.approx(itd(180 - azimuth_deg), abs=1e-12)
        assert itd(azimuth_deg) == pytest.approx(-itd(-azimuth_deg), abs=1e-12)
    if 1 < azimuth_deg < 179:
        assert kuhn_itd_s(azimuth_deg) > woodworth_itd_s(azimuth_deg) > 0
