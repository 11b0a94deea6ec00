import numpy as np
import pytest

from server.audio.downmix import mixed_down

RATE_HZ = 48_000


def noise(duration_s: float, channels: int = 1, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((round(duration_s * RATE_HZ), channels)).squeeze()


def test_mixing_down_keeps_what_an_average_cancels() -> None:
    left = noise(0.5)
    for other in (left, -left, 0 * left):
        mono = mixed_down(np.stack([left, other], axis=-1))
        whole = np.sum(left**2) + np.sum(other**2)
        assert np.sum(mono**2) == pytest.approx(whole, rel=1e-9)
        assert np.sum(mono * left) > 0


def test_channels_that_do_not_agree_are_not_summed() -> None:
    apart = noise(0.5, channels=2)
    apart[:, 1] *= 1.5
    assert np.array_equal(mixed_down(apart), apart[:, 1])


def test_a_recording_on_one_side_of_six_is_found() -> None:
    surround = np.zeros((4800, 6))
    surround[:, 3] = noise(0.1)
    np.testing.assert_allclose(mixed_down(surround), surround[:, 3])
