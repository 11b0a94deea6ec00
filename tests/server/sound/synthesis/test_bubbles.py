import numpy as np
import pytest

from server.sound.synthesis.bubbles import bubbles
from tests.server.sound.measures import RATE_HZ, peak_hz, rng, seam_step


@pytest.mark.parametrize("radius_mm", [1.0, 3.0])
def test_a_bubble_rings_at_minnaerts_frequency(radius_mm: float) -> None:
    clip = bubbles(RATE_HZ, rng(), rate_hz=1e-9, radius_mm=(radius_mm, radius_mm), rising=0.0)
    assert peak_hz(clip) == pytest.approx(3260 / radius_mm, rel=0.02)


def test_a_rising_bubble_rises() -> None:
    still, rising = (bubbles(RATE_HZ, rng(4), rate_hz=1e-9, radius_mm=(3.0, 3.0), rising=share) for share in (0.0, 1.0))
    assert peak_hz(rising) > peak_hz(still)


def test_bubbles_come_where_they_are_likely_and_wrap() -> None:
    density = np.zeros(RATE_HZ)
    density[-2000:] = 1.0
    clip = bubbles(RATE_HZ, rng(), rate_hz=200.0, radius_mm=(1.0, 5.0), density=density)
    assert np.sum(clip[20_000:40_000] ** 2) < 1e-3 * np.sum(clip**2)
    assert np.any(clip[:2000])
    assert seam_step(clip)[1] < 1
