from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.runtime import Runtime
from server.models.voice.quality.clap import ClapJudge
from tests.server.models.tiny.clap import make_clap
from tests.server.models.voice.scripted import hiss, tone

WORDS = ["a small dog barking", "rain", "a church bell ringing with no wind"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clap(tmp_path_factory.mktemp("tiny") / "clap")


@pytest.fixture(scope="module")
def judge(folder: Path) -> ClapJudge:
    return ClapJudge(folder, runtime=Runtime(), revision="tiny")


def test_likeness_is_the_cosine_of_the_models_own_vectors(folder: Path, judge: ClapJudge) -> None:
    import torch
    from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

    clips = [tone(duration_s=3.0), hiss(2.0), tone(900, 10.0)]
    model = ClapModel.from_pretrained(folder).eval()
    tokenizer, extractor = AutoTokenizer.from_pretrained(folder), ClapFeatureExtractor.from_pretrained(folder)
    expected = []
    with torch.no_grad():
        for clip, words in zip(clips, WORDS, strict=True):
            text = model.get_text_features(**tokenizer([words], return_tensors="pt")).pooler_output[0].numpy()
            features = extractor(clip, sampling_rate=48_000, return_tensors="pt")
            sound = model.get_audio_features(**features).pooler_output[0].numpy()
            expected.append(text @ sound / np.linalg.norm(text) / np.linalg.norm(sound))
    np.testing.assert_allclose(judge.likeness(clips, WORDS), expected, atol=1e-5)


def test_a_long_clip_is_judged_by_all_of_it_and_always_alike(judge: ClapJudge) -> None:
    halves = [tone(300, 10.0), hiss(10.0)]
    apart = judge.likeness(halves, ["rain", "rain"])
    (first,) = judge.likeness([np.concatenate(halves)], ["rain"])
    assert first == pytest.approx(np.mean(apart), abs=1e-5)
    assert judge.likeness([np.concatenate(halves)], ["rain"]) == [first]
    assert judge.likeness([], []) == []


def test_a_folder_without_clap_is_one_clear_line(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    with pytest.raises(InputError, match="there is no checkpoint"):
        ClapJudge(tmp_path / "nowhere", runtime=Runtime(), revision="x").likeness([tone()], ["rain"])
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    state = load_file(weights)
    del state["text_projection.linear1.weight"]
    save_file(state, weights, {"format": "pt"})
    with pytest.raises(InputError, match=r"lacks weights: text_projection\.linear1\.weight") as caught:
        ClapJudge(tmp_path, runtime=Runtime(), revision="x").likeness([tone()], ["rain"])
    weights.write_bytes(weights.read_bytes()[:-500])
    with pytest.raises(InputError, match="damaged or incomplete") as caught:
        ClapJudge(tmp_path, runtime=Runtime(), revision="x").likeness([tone()], ["rain"])
    assert "\n" not in str(caught.value)
