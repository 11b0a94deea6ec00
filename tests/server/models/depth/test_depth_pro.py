import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol.errors import InputError
from server.models.depth.depth_pro import DepthPro
from server.models.runtime import Runtime
from server.pipeline.views import Picture
from tests.server.models.depth.windows import window
from tests.server.models.tiny.depth_pro import SIDE_PX

WINDOWS = (window(100, 100, seed=1), window(120, 100, seed=2, hfov_deg=65.0), window(100, 80, seed=3))


def model(folder: Path, *, at_once: int = 1, dtype: str = "float32") -> DepthPro:
    return DepthPro(folder, runtime=Runtime(dtype=dtype), revision="tiny", at_once=at_once)


@pytest.fixture(scope="module")
def together(depth_pro: Path) -> list[NDArray[np.float32]]:
    return list(model(depth_pro, at_once=3).predict_depth(WINDOWS))


def reference(folder: Path, shown: Picture) -> NDArray[np.float32]:
    """As published: a square of the picture, and its inverse depth times width over focal length."""
    import torch
    from torch.nn.functional import interpolate
    from transformers import DepthProForDepthEstimation

    network = DepthProForDepthEstimation.from_pretrained(folder).eval()
    assert network.use_fov_model, "the reference has the whole checkpoint"
    pixels = (torch.tensor(shown.pixels).permute(2, 0, 1)[None] / 255 - 0.5) / 0.5
    with torch.no_grad():
        canonical = network(interpolate(pixels, (SIDE_PX, SIDE_PX), mode="bilinear")).predicted_depth
    focal_px = 0.5 * shown.view.width_px / math.tan(math.radians(0.5 * shown.view.hfov_deg))
    inverse = canonical * shown.view.width_px / focal_px
    full = interpolate(inverse[None], (shown.view.height_px, shown.view.width_px), mode="bilinear")[0, 0]
    return (1 / full.clamp(1e-4, 1e4)).numpy()


def test_metres_are_those_of_the_published_algorithm(depth_pro: Path, together: list[NDArray[np.float32]]) -> None:
    for shown, found in zip(WINDOWS, together, strict=True):
        expected = reference(depth_pro, shown)
        assert np.ptp(expected) > 0.01 * np.median(expected), "the tiny network must see something"
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_a_view_does_not_depend_on_those_beside_it(depth_pro: Path, together: list[NDArray[np.float32]]) -> None:
    for shown, found in zip(WINDOWS, together, strict=True):
        (alone,) = model(depth_pro).predict_depth([shown])
        np.testing.assert_allclose(alone, found, rtol=1e-5)
    again = model(depth_pro, at_once=3).predict_depth(WINDOWS)
    assert [value.tobytes() for value in again] == [value.tobytes() for value in together]


def test_the_same_pixels_through_a_narrower_view_are_farther_away(depth_pro: Path) -> None:
    wide, narrow = model(depth_pro, at_once=2).predict_depth([window(100, 100), window(100, 100, hfov_deg=30.0)])
    ratio = math.tan(math.radians(45.0)) / math.tan(math.radians(15.0))
    np.testing.assert_allclose(narrow, wide * ratio, rtol=1e-5)


def test_a_large_window_is_answered_in_its_shape_with_the_networks_pixels(depth_pro: Path) -> None:
    (found,) = model(depth_pro).predict_depth([window(600, 400)])
    assert found.shape == (85, 128)


def test_a_model_costs_nothing_until_it_is_asked(tmp_path: Path) -> None:
    nowhere = model(tmp_path / "nowhere")
    assert list(nowhere.predict_depth([])) == []
    answers = nowhere.predict_depth(WINDOWS)
    with pytest.raises(InputError, match="there is no checkpoint"):
        next(answers)
    assert nowhere.identity != model(tmp_path, dtype="float16").identity


@pytest.mark.parametrize("content", [None, b"<html>"])
def test_what_is_wrong_with_a_folder_is_told_in_one_line(
    depth_pro: Path, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(depth_pro, folder)
    (folder / "model.safetensors").unlink()
    if content is not None:
        (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(InputError, match="damaged or incomplete") as caught:
        next(model(folder).predict_depth(WINDOWS))
    assert "\n" not in str(caught.value)
