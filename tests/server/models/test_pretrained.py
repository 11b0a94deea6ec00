"""What is wrong with a checkpoint folder is told in one line, and nothing else is written."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from protocol.errors import InputError, SonoramaError, UnavailableError
from server.models.describe.internvl.checkpoint import LoadedInternVL
from server.models.ground.grounding_dino import LoadedDetector
from server.models.pretrained import checkpoint_errors
from server.models.runtime import Runtime
from tests.server.models.tiny.grounding_dino import make_grounding_dino
from tests.server.models.tiny.internvl import make_internvl, make_original_internvl

Reader = Callable[[Path], object]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Reader]]:
    """A folder of each kind with nothing wrong, and what reads it."""
    root = tmp_path_factory.mktemp("models")
    make_original_internvl(root / "original")

    def model(folder: Path) -> object:
        return LoadedInternVL.load(folder, Runtime(), most_tiles=1)

    return {
        "detector": (make_grounding_dino(root / "detector"), lambda folder: LoadedDetector.load(folder, Runtime())),
        "hf": (make_internvl(root / "hf"), model),
        "original": (root / "original", model),
    }


def without(name: str) -> Reader:
    return lambda folder: (folder / name).unlink()


def garbled(name: str) -> Reader:
    return lambda folder: (folder / name).write_text("{")


def configured(**changes: Any) -> Reader:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | changes))

    return change


def misshapen(key: str) -> Reader:
    def change(folder: Path) -> None:
        from safetensors.torch import load_file, save_file

        weights = load_file(folder / "model.safetensors")
        weights[key] = weights[key][1:].clone()
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    return change


@pytest.mark.parametrize(
    ("kind", "harm", "said"),
    [
        ("detector", without("config.json"), "there is no checkpoint here"),
        ("detector", garbled("config.json"), "the configuration can't be read"),
        ("detector", configured(num_queries="many"), "damaged or incomplete"),
        ("detector", without("model.safetensors"), "damaged or incomplete"),
        ("detector", misshapen("model.level_embed"), "the checkpoint has misshapen weights: model.level_embed"),
        ("detector", garbled("tokenizer.json"), "damaged or incomplete"),
        ("detector", without("preprocessor_config.json"), "damaged or incomplete"),
        ("hf", without("tokenizer.json"), "the checkpoint has no vocab.json or tokenizer.model"),
        ("hf", without("preprocessor_config.json"), "damaged or incomplete"),
        ("hf", without("model.safetensors"), "damaged or incomplete"),
        ("original", without("vocab.json"), "the checkpoint has no vocab.json"),
        ("original", without("model.safetensors"), "there is no .safetensors file"),
        ("original", garbled("model.safetensors"), "damaged or incomplete"),
        ("original", misshapen("mlp1.1.bias"), "misshapen weights: model.multi_modal_projector.linear_1.bias"),
        ("original", configured(llm_config="x"), "damaged or incomplete"),
        ("original", configured(vision_config={}), "this is no InternVL that is known here"),
    ],
)
def test_each_fault_is_one_line(
    sound: dict[str, tuple[Path, Reader]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    kind: str,
    harm: Reader,
    said: str,
) -> None:
    folder, read = sound[kind]
    copytree(folder, tmp_path / "model")
    harm(tmp_path / "model")
    capfd.readouterr()
    with pytest.raises(InputError) as caught:
        read(tmp_path / "model")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_sound_checkpoint_is_read_in_silence(
    sound: dict[str, tuple[Path, Reader]], capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    for folder, read in sound.values():
        read(folder)
    assert capfd.readouterr() == ("", "")


def test_a_missing_package_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="torchvision"), checkpoint_errors(tmp_path):
        raise ImportError("\nThis processor requires the torchvision library\nbut it was not found")


def test_our_own_errors_pass(tmp_path: Path) -> None:
    own = InputError("x", where="y", remedy="z")
    with pytest.raises(SonoramaError) as caught, checkpoint_errors(tmp_path):
        raise own
    assert caught.value is own
