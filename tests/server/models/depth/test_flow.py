import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.models.depth.flow import alpha_bar, integrated, noised


@given(step=st.integers(1, 999))
def test_the_share_of_signal_is_that_of_the_cosine_schedule(step: int) -> None:
    log_snr = -2 * np.log(np.tan(np.pi * (step / 1000) / 2) + 1e-5)
    assert alpha_bar(step) == pytest.approx(1 / (1 + np.exp(-log_snr)), rel=1e-9)
    # The 1e-5 counts for most beside the smallest tangent, π / 2000.
    assert alpha_bar(step) == pytest.approx(np.cos(np.pi * step / 2000) ** 2, rel=0.02)


def test_without_noising_the_flow_begins_at_the_picture() -> None:
    import torch

    latent = torch.arange(4.0)
    assert torch.equal(noised(latent, torch.ones(4), 0), latent)


@given(step=st.integers(0, 999))
def test_noising_keeps_the_variance(step: int) -> None:
    import torch

    one, none = torch.tensor(1.0, dtype=torch.float64), torch.tensor(0.0, dtype=torch.float64)
    assert float(noised(one, none, step) ** 2 + noised(none, one, step) ** 2) == pytest.approx(1.0)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_steps_are_eulers_from_zero_to_one(steps: int) -> None:
    import torch

    times = []

    def growth(value: torch.Tensor, t: float) -> torch.Tensor:
        times.append(t)
        return value

    end = integrated(torch.tensor(1.0, dtype=torch.float64), growth, steps=steps)
    assert float(end) == pytest.approx((1 + 1 / steps) ** steps)
    np.testing.assert_allclose(times, np.linspace(0, 1, steps, endpoint=False))
