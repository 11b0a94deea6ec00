import numpy as np
import pytest

from server.perception.ground_plane.association import association_sigma
from tests.oracle.glimpses import panorama, photograph

VIEW = panorama(360)


def _near_and_far(near_m: float = 10.0, far_m: float = 20.0) -> np.ndarray:
    """Something 90° wide in the middle before something else, a pixel to a degree."""
    metres = np.full((180, 360), far_m)
    metres[:, 135:225] = near_m
    return np.log(metres)


def test_what_is_near_a_border_may_be_as_far_as_what_is_on_its_other_side() -> None:
    sigma = association_sigma(_near_and_far(), VIEW)

    assert sigma[90, 134:136] == pytest.approx(np.log(2.0) / 2.0, abs=1e-5)
    assert sigma[90, [130, 140, 180]] == pytest.approx(0.0, abs=1e-6)


def test_more_apart_is_less_sure() -> None:
    little, much = (association_sigma(_near_and_far(far_m=far_m), VIEW)[90, 135] for far_m in (12.0, 18.0))

    assert 0.0 < little < much


def test_a_panorama_goes_on_across_its_seam_and_a_photograph_ends() -> None:
    turned = np.roll(_near_and_far(), 180 + 45, axis=1)

    assert association_sigma(turned, VIEW)[90, 0] > 0.3
    np.testing.assert_allclose(
        association_sigma(turned, VIEW), np.roll(association_sigma(_near_and_far(), VIEW), 225, axis=1), atol=1e-6
    )
    assert association_sigma(np.zeros((48, 64)), photograph(64)).max() == 0.0


def test_what_nobody_sees_says_nothing() -> None:
    log_m = _near_and_far()
    log_m[:, 225:] = np.nan
    sigma = association_sigma(log_m, VIEW)

    assert sigma[90, 215:225] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(sigma[90, 300])
