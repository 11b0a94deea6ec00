import weakref
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from protocol.errors import InputError, UnavailableError
from server.models import runtime
from server.models.depth import depth_fm
from server.models.depth.depth_fm import DepthFM
from server.models.runtime import Runtime
from tests.server.models.depth.reference import Reference
from tests.server.models.depth.windows import window

WINDOWS = (window(128, 128, seed=1), window(128, 128, seed=2), window(128, 64, seed=3))


def model(folder: Path, *, dtype: str = "float32", **options: int) -> DepthFM:
    return DepthFM(
        folder / "depthfm-v1.ckpt",
        folder / "vae",
        runtime=Runtime(dtype=dtype),
        revision="tiny",
        **{"size_px": 128, "ensemble": 2} | options,
    )


@pytest.fixture(scope="module")
def together(depthfm: Path) -> list[NDArray[np.float32]]:
    return list(model(depthfm, at_once=3).predict_log_depth(WINDOWS))


def test_the_whole_pass_is_that_of_the_published_algorithm(depthfm: Path, together: list[NDArray[np.float32]]) -> None:
    reference = Reference(depthfm / "depthfm-v1.ckpt", depthfm / "vae")
    for shown, found in zip(WINDOWS, together, strict=True):
        expected = reference.log_depth(shown.pixels, steps=2, seeds=(0, 1))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


def test_any_number_of_steps_ends_at_one(depthfm: Path) -> None:
    reference = Reference(depthfm / "depthfm-v1.ckpt", depthfm / "vae")
    shown = window(64, 64)
    for steps in (1, 3):
        expected = reference.log_depth(shown.pixels, steps=steps, seeds=(5,))
        (found,) = model(depthfm, steps=steps, ensemble=1, size_px=64, seed=5).predict_log_depth([shown])
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


def test_a_view_does_not_depend_on_those_beside_it(depthfm: Path, together: list[NDArray[np.float32]]) -> None:
    for shown, found in zip(WINDOWS, together, strict=True):
        (alone,) = model(depthfm, at_once=1).predict_log_depth([shown])
        np.testing.assert_allclose(alone, found, atol=1e-5 * np.ptp(found))


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(
    depthfm: Path, together: list[NDArray[np.float32]]
) -> None:
    again = list(model(depthfm, at_once=3).predict_log_depth(WINDOWS))
    assert [value.tobytes() for value in again] == [value.tobytes() for value in together]
    (other,) = model(depthfm, seed=9).predict_log_depth(WINDOWS[:1])
    assert np.abs(other - together[0]).max() > 0.01 * np.ptp(together[0])


def test_an_ensemble_is_the_mean_of_logarithms_from_different_noise(
    depthfm: Path, together: list[NDArray[np.float32]]
) -> None:
    one, other = (next(model(depthfm, ensemble=1, seed=seed).predict_log_depth(WINDOWS[:1])) for seed in (0, 1))
    assert not np.allclose(one, other, rtol=0.01)
    np.testing.assert_allclose((one + other) / 2, together[0], atol=1e-5 * np.ptp(one))


def test_depth_has_the_shape_of_the_window_and_no_more_pixels_than_the_network(depthfm: Path) -> None:
    (wide,) = model(depthfm, ensemble=1, steps=1).predict_log_depth([window(300, 200)])
    assert wide.shape == (64, 96)


def test_half_precision_changes_little(depthfm: Path, together: list[NDArray[np.float32]]) -> None:
    (narrow,) = model(depthfm, dtype="bfloat16").predict_log_depth(WINDOWS[:1])
    assert narrow.dtype == np.float32
    assert 0.0 < np.std(narrow - together[0]) < 0.1 * np.std(together[0])


def test_a_model_costs_nothing_until_it_is_asked(tmp_path: Path) -> None:
    nowhere = model(tmp_path / "nowhere")
    assert list(nowhere.predict_log_depth([])) == []
    answers = nowhere.predict_log_depth(WINDOWS)
    with pytest.raises(InputError, match="missing"):
        next(answers)


@pytest.mark.parametrize("asked", [1, 2])
def test_the_model_is_gone_when_its_answers_end_or_are_given_up(
    depthfm: Path, monkeypatch: pytest.MonkeyPatch, asked: int
) -> None:
    units, gone = [], []
    read, free = depth_fm.read_depth_fm_file, runtime.free

    def watched(*arguments, **options):
        file = read(*arguments, **options)
        units.append(weakref.ref(file.unet))
        return file

    def freed() -> None:
        free()
        gone.append(units[0]() is None)

    monkeypatch.setattr(depth_fm, "read_depth_fm_file", watched)
    monkeypatch.setattr(runtime, "free", freed)
    answers = model(depthfm, ensemble=1, steps=1, size_px=64).predict_log_depth(WINDOWS[:2])
    for _ in range(asked):
        next(answers)
    assert units[0]() is not None
    if asked == 2:
        assert next(answers, None) is None
    else:
        answers.close()
    assert gone == [True]


def test_the_identity_holds_what_changes_the_answers(tmp_path: Path) -> None:
    options = ({}, {"steps": 4}, {"ensemble": 8}, {"size_px": 512}, {"seed": 1})
    names = {model(tmp_path, **some).identity for some in options} | {model(tmp_path, dtype="float16").identity}
    assert len(names) == 6
    assert all(name.startswith("depthfm@tiny/") for name in names)
    assert model(tmp_path, at_once=7).identity == model(tmp_path).identity


def test_an_answer_that_is_not_finite_is_told(depthfm: Path, tmp_path: Path) -> None:
    import torch

    stored = torch.load(depthfm / "depthfm-v1.ckpt", weights_only=False)
    stored["state_dict"]["out.2.bias"].fill_(float("inf"))
    torch.save(stored, tmp_path / "broken.ckpt")
    broken = DepthFM(tmp_path / "broken.ckpt", depthfm / "vae", runtime=Runtime(), revision="x", size_px=64)
    with pytest.raises(UnavailableError, match="not finite"):
        list(broken.predict_log_depth(WINDOWS[:1]))


def test_an_autoencoder_that_lacks_weights_is_told_in_one_line(depthfm: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "config.json").write_bytes((depthfm / "vae" / "config.json").read_bytes())
    state = load_file(depthfm / "vae" / "diffusion_pytorch_model.safetensors")
    del state["quant_conv.bias"]
    save_file(state, tmp_path / "vae" / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    lacking = DepthFM(depthfm / "depthfm-v1.ckpt", tmp_path / "vae", runtime=Runtime(), revision="x")
    with pytest.raises(InputError, match=r"quant_conv\.bias") as caught:
        next(lacking.predict_log_depth(WINDOWS[:1]))
    assert "\n" not in str(caught.value)


def test_the_autoencoders_attention_may_have_its_old_names(
    depthfm: Path, tmp_path: Path, together: list[NDArray[np.float32]]
) -> None:
    """As in the weights that were published with Stable Diffusion 1.5."""
    from safetensors.torch import load_file, save_file

    (tmp_path / "vae").mkdir()
    (tmp_path / "vae" / "config.json").write_bytes((depthfm / "vae" / "config.json").read_bytes())
    state = load_file(depthfm / "vae" / "diffusion_pytorch_model.safetensors")
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    for new, name in old.items():
        state = {key.replace(f"attentions.0.{new}.", f"attentions.0.{name}."): value for key, value in state.items()}
    assert sum("proj_attn" in key for key in state) == 4
    save_file(state, tmp_path / "vae" / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    aged = DepthFM(
        depthfm / "depthfm-v1.ckpt", tmp_path / "vae", runtime=Runtime(), revision="x", size_px=128, ensemble=2
    )
    (found,) = aged.predict_log_depth(WINDOWS[:1])
    np.testing.assert_allclose(found, together[0], atol=1e-5 * np.ptp(found))


@pytest.mark.skipif("not __import__('torch').cuda.is_available()")
def test_a_graphics_card_finds_the_same(depthfm: Path, together: list[NDArray[np.float32]]) -> None:
    card = DepthFM(
        depthfm / "depthfm-v1.ckpt",
        depthfm / "vae",
        runtime=Runtime(device="cuda"),
        revision="tiny",
        size_px=128,
        ensemble=2,
    )
    for found, expected in zip(card.predict_log_depth(WINDOWS), together, strict=True):
        np.testing.assert_allclose(found, expected, atol=2e-3 * np.ptp(expected))
