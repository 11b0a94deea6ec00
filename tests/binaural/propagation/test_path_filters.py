from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binaural.propagation.air import absorption_gains
from binaural.propagation.lookup import path_rows
from binaural.propagation.near_field import near_field_gains
from binaural.propagation.occlusion import occlusion_gains
from binaural.propagation.path_filters import PATH_TAPS, path_filters

RATE_HZ = 48_000
FREQUENCIES_HZ = np.fft.rfftfreq(4096, 1.0 / RATE_HZ)
AUDIBLE = (FREQUENCIES_HZ > 200.0) & (FREQUENCIES_HZ < 10_000.0)


def levels_db(row: int) -> np.ndarray:
    return 20.0 * np.log10(np.abs(np.fft.rfft(path_filters(RATE_HZ)[row], 4096)))[AUDIBLE]


@pytest.mark.parametrize("distance_m", [5.0, 30.0, 200.0])
def test_air_is_followed_closely(distance_m: float) -> None:
    left, right = path_rows(np.log(distance_m), 0.3, 0.0)
    wanted_db = 20.0 * np.log10(absorption_gains([distance_m - 1.0], FREQUENCIES_HZ[AUDIBLE])[0])

    assert left == right
    # Half a step is 4 % of the distance.
    np.testing.assert_allclose(levels_db(int(left)), wanted_db, rtol=0.05, atol=0.3)


@pytest.mark.parametrize("occlusion", [0.25, 1.0])
def test_what_stands_in_the_way_is_followed_roughly(occlusion: float) -> None:
    left, _ = path_rows(np.log(2.0), 0.0, occlusion)
    wanted_db = 20.0 * np.log10(occlusion_gains([occlusion], FREQUENCIES_HZ[AUDIBLE])[0])

    np.testing.assert_allclose(levels_db(int(left)), wanted_db, atol=2.4)


@pytest.mark.parametrize(("distance_m", "sine"), [(0.15, 1.0), (0.3, 0.5), (0.6, -1.0)])
def test_nearness_is_followed_at_both_ears(distance_m: float, sine: float) -> None:
    incidence_deg = np.degrees(np.arccos(sine))
    for row, angle_deg in zip(
        path_rows(np.log(distance_m), sine, 0.0), (incidence_deg, 180 - incidence_deg), strict=True
    ):
        wanted_db = 20.0 * np.log10(near_field_gains(distance_m, angle_deg, FREQUENCIES_HZ[AUDIBLE]))
        np.testing.assert_allclose(levels_db(int(row)), wanted_db, atol=1.0)


def test_from_one_metre_to_three_the_way_is_free() -> None:
    assert path_rows(np.log(1.0), 0.7, 0.0) == (0, 0)
    assert path_rows(np.log(3.4), -0.7, 0.0) == (0, 0)
    np.testing.assert_allclose(path_filters(RATE_HZ)[0], np.eye(PATH_TAPS)[0], atol=1e-6)


@given(log_distance=st.floats(-14.0, 21.0), sine=st.floats(-1.1, 1.1), occlusion=st.floats(-0.5, 1.5))
def test_there_is_a_row_for_everything(log_distance: float, sine: float, occlusion: float) -> None:
    for row in path_rows(log_distance, sine, occlusion):
        assert 0 <= row < len(path_filters(RATE_HZ))
