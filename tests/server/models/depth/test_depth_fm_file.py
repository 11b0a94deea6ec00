import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.depth.depth_fm_file import DepthFMFile, read_depth_fm_file
from tests.server.models.tiny.depthfm import TINY_HYPERPARAMETERS, save_checkpoint

FIRST = "input_blocks.0.0.weight"


def read(path: Path) -> DepthFMFile:
    import torch

    return read_depth_fm_file(path, device="cpu", dtype=torch.float32)


def stored(path: Path) -> dict[str, Any]:
    import torch

    return torch.load(path / "depthfm-v1.ckpt", weights_only=False)


def test_everything_that_the_file_holds_is_taken(depthfm: Path) -> None:
    import torch

    file, expected = read(depthfm / "depthfm-v1.ckpt"), stored(depthfm)
    assert file.noising_step == 400
    np.testing.assert_array_equal(file.empty_text, expected["empty_text_embedding"])
    assert torch.equal(file.unet.conv_in.weight, expected["state_dict"][FIRST])
    assert not file.unet.training


@pytest.mark.parametrize("number", [np.float16, np.float32, np.float64])
def test_the_empty_prompt_may_be_in_any_numbers_and_the_noising_step_too(tmp_path: Path, number: Any) -> None:
    text = np.linspace(0, 1, 48).reshape(1, 2, 24).astype(number)
    save_checkpoint(
        tmp_path / "it.ckpt",
        TINY_HYPERPARAMETERS,
        tokens=2,
        empty_text_embedding=text,
        noising_step=np.int64(7),
    )
    file = read(tmp_path / "it.ckpt")
    assert file.noising_step == 7
    np.testing.assert_array_equal(file.empty_text, text.astype(np.float32))


def test_arrays_of_an_older_numpy_are_read(depthfm: Path, tmp_path: Path) -> None:
    """The published file was written when NumPy called its core by another name."""
    import zipfile

    with (
        zipfile.ZipFile(depthfm / "depthfm-v1.ckpt") as new,
        zipfile.ZipFile(tmp_path / "old.ckpt", "w") as old,
    ):
        for name in new.namelist():
            content = new.read(name)
            if name.endswith("data.pkl"):
                assert b"numpy._core.multiarray" in content
                content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
            old.writestr(name, content)
    np.testing.assert_array_equal(read(tmp_path / "old.ckpt").empty_text, stored(depthfm)["empty_text_embedding"])


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("was-run"),)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda it: it.pop("ldm_hparams"), "lacks ldm_hparams"),
        (lambda it: it.update(noising_step=1000), "noising_step = 1000"),
        (lambda it: it.update(noising_step="400"), "noising_step = '400'"),
        (lambda it: it.update(ldm_hparams=[]), "no dictionary"),
        (lambda it: it["ldm_hparams"].update(context_dim=32), "in place of"),
        (lambda it: it["ldm_hparams"].update(model_channels=33), "make no UNet"),
        (lambda it: it["ldm_hparams"].pop("channel_mult"), "lacks"),
        (lambda it: it.update(state_dict={"a": 1}), "no state_dict"),
        (lambda it: it["state_dict"].pop(FIRST), r"lacks conv_in\.weight"),
        (lambda it: it["state_dict"].update({"ema.step": it["state_dict"][FIRST]}), r"unknown ema\.step"),
        (lambda it: it["state_dict"].update({FIRST: it["state_dict"][FIRST][:, :4]}), "in place of"),
        (lambda it: it.update(empty_text_embedding=np.zeros((1, 2, 7))), r"shape \(1, 2, 7\)"),
        (lambda it: it.update(more=Evil()), "more than weights"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_one_line(
    depthfm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, message: str
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    content = stored(depthfm)
    change(content)
    torch.save(content, tmp_path / "bad.ckpt")
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / "bad.ckpt")
    assert "\n" not in str(caught.value)
    assert "bad.ckpt" in str(caught.value)
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", pickle.dumps([1, 2]), b"PK\x03\x04 and no more"])
def test_what_is_no_checkpoint_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.ckpt").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "bad.ckpt")
    assert "\n" not in str(caught.value)


def test_a_file_cut_short_is_told(depthfm: Path, tmp_path: Path) -> None:
    whole = (depthfm / "depthfm-v1.ckpt").read_bytes()
    (tmp_path / "cut.ckpt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="fetched whole"):
        read(tmp_path / "cut.ckpt")
