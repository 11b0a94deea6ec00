import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol.errors import InputError
from server.models.depth.depth_anything import DepthAnythingV2
from server.models.runtime import Runtime
from tests.server.models.depth.windows import window
from tests.server.models.tiny.depth_anything import FARTHEST_M, make_depth_anything

WINDOWS = (window(100, 100, seed=1), window(100, 100, seed=2), window(140, 70, seed=3))


def model(folder: Path, *, at_once: int = 1, dtype: str = "float32") -> DepthAnythingV2:
    return DepthAnythingV2(folder, runtime=Runtime(dtype=dtype), revision="tiny", at_once=at_once)


@pytest.fixture(scope="module")
def together(depth_anything: Path) -> list[NDArray[np.float32]]:
    return list(model(depth_anything, at_once=3).predict_depth(WINDOWS))


def test_metres_are_those_of_the_network_alone(depth_anything: Path, together: list[NDArray[np.float32]]) -> None:
    import torch
    from PIL import Image
    from transformers import DepthAnythingForDepthEstimation

    network = DepthAnythingForDepthEstimation.from_pretrained(depth_anything).eval()
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    for shown, size, found in zip(WINDOWS, ((70, 70), (70, 70), (140, 70)), together, strict=True):
        small = np.asarray(Image.fromarray(shown.pixels).resize(size, Image.Resampling.BICUBIC))
        seen = torch.tensor((small / 255 - mean) / deviation).permute(2, 0, 1)[None].float()
        with torch.no_grad():
            expected = network(seen).predicted_depth[0].numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        assert found.shape == size[::-1]
        assert 0.0 < found.min() < found.max() < FARTHEST_M


def test_a_view_does_not_depend_on_those_beside_it(depth_anything: Path, together: list[NDArray[np.float32]]) -> None:
    for shown, found in zip(WINDOWS, together, strict=True):
        (alone,) = model(depth_anything).predict_depth([shown])
        np.testing.assert_allclose(alone, found, rtol=1e-5)
    again = model(depth_anything, at_once=3).predict_depth(WINDOWS)
    assert [value.tobytes() for value in again] == [value.tobytes() for value in together]


def test_depth_has_the_shape_of_the_window_though_patches_do_not_fit_it(depth_anything: Path) -> None:
    (found,) = model(depth_anything).predict_depth([window(150, 100)])
    assert found.shape == (70, 105)


def test_a_model_costs_nothing_until_it_is_asked(tmp_path: Path) -> None:
    nowhere = model(tmp_path / "nowhere")
    assert list(nowhere.predict_depth([])) == []
    answers = nowhere.predict_depth(WINDOWS)
    with pytest.raises(InputError, match="there is no checkpoint"):
        next(answers)
    assert nowhere.identity != model(tmp_path, dtype="float16").identity


def test_a_model_that_tells_no_metres_is_refused(tmp_path: Path) -> None:
    make_depth_anything(tmp_path / "relative", kind="relative")
    with pytest.raises(InputError, match="no metres"):
        next(model(tmp_path / "relative").predict_depth(WINDOWS))


def _lacking(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(folder / "model.safetensors")
    del state["head.conv1.weight"]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def _other(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"fusion_hidden_size": 4}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "model.safetensors").unlink(), "damaged or incomplete: .*model.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"<html>"), "damaged or incomplete: .*header"),
        (
            lambda folder: (folder / "preprocessor_config.json").unlink(),
            "damaged or incomplete: .*preprocessor_config.json",
        ),
        (lambda folder: (folder / "config.json").write_text("{"), "damaged or incomplete: .*not a valid JSON"),
        (_lacking, r"lacks weights: head\.conv1\.weight"),
        (_other, "misshapen weights: head"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told_in_one_line(
    depth_anything: Path, tmp_path: Path, spoil, message: str
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(depth_anything, folder)
    spoil(folder)
    with pytest.raises(InputError, match=message) as caught:
        next(model(folder).predict_depth(WINDOWS))
    assert "\n" not in str(caught.value)
