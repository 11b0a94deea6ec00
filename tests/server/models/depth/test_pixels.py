import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import UnavailableError
from server.models.depth.pixels import answer_size_px, network_outputs, network_size_px, resized_map, resized_pixels
from tests.server.models.depth.windows import window


@given(width=st.integers(16, 5000), height=st.integers(16, 5000), multiple=st.sampled_from([14, 64]))
def test_a_window_is_fitted_to_multiples_near_its_shape(width: int, height: int, multiple: int) -> None:
    longest = 8 * multiple
    found = network_size_px(width, height, longest_px=longest, multiple=multiple)
    assert max(found) == longest
    assert all(side % multiple == 0 and side > 0 for side in found)
    wanted = longest * min(width, height) / max(width, height)
    assert abs(min(found) - wanted) <= multiple / 2 or min(found) == multiple


@given(width=st.integers(20, 200), height=st.integers(20, 200))
def test_an_answer_has_the_windows_shape_and_no_more_pixels_than_came_out(width: int, height: int) -> None:
    out = network_size_px(width, height, longest_px=512, multiple=64)
    found = answer_size_px(window(width, height), *out)
    assert found[0] <= out[0]
    assert found[1] <= out[1]
    assert abs(found[0] * height - found[1] * width) <= max(width, height)


def test_pixels_and_maps_of_the_right_size_are_left_alone() -> None:
    import torch

    shown = window(64, 32)
    assert resized_pixels(shown, 64, 32) is shown.pixels
    value = torch.rand(32, 64)
    assert resized_map(value, 64, 32) is value


def test_a_map_is_resampled_about_its_middle() -> None:
    import torch

    ramp = torch.linspace(0.5, 63.5, 64).expand(32, 64)
    half = resized_map(ramp, 32, 16)
    np.testing.assert_allclose(half, np.broadcast_to(np.arange(1, 64, 2), (16, 32)), rtol=1e-6)


def test_only_inputs_of_one_shape_run_together_and_answers_keep_their_order() -> None:
    import torch

    inputs = [torch.full((2,), 0.0), torch.full((2,), 1.0), torch.full((3,), 2.0), torch.full((2,), 3.0)]
    seen = []

    def run(several: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(several.shape))
        return several[:, 0]

    assert [float(value) for value in network_outputs(inputs, run, at_once=2)] == [0.0, 1.0, 2.0, 3.0]
    assert seen == [(2, 2), (1, 3), (1, 2)]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_answers_that_are_not_finite_are_told(value: float) -> None:
    import torch

    with pytest.raises(UnavailableError, match="not finite"):
        list(network_outputs([torch.zeros(1)], lambda several: several + value, at_once=1))
