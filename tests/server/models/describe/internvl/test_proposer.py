"""What InternVL writes about views, on a tiny checkpoint that says the same of every view."""

from pathlib import Path
from typing import Any

import pytest

from protocol.errors import InputError
from server.models.describe.internvl.proposer import InternVLProposer
from server.models.runtime import Runtime
from server.pipeline.views import Picture
from tests.server.models.tiny.internvl import make_internvl, make_original_internvl

CPU = Runtime()


@pytest.fixture(scope="module")
def saying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_internvl(tmp_path_factory.mktemp("models") / "saying")


def proposer(folder: Path, **options: Any) -> InternVLProposer:
    return InternVLProposer(folder, runtime=CPU, revision="r1", **options)


def test_what_the_model_writes_becomes_proposals(saying: Path, views: list[Picture]) -> None:
    impressions = list(proposer(saying).propose(views))
    assert len(impressions) == len(views)
    for number, impression in enumerate(impressions):
        found = [(p.label, p.prompt, p.kind, p.level_db_spl_1m, p.evidence) for p in impression.proposals]
        assert found == [
            ("stone fountain", "splashing water", "point", 70.0, "seen"),
            ("red car", "a car passing", "point", 75.0, "seen"),
            ("church", "church bells ringing", "point", 105.0, "inferred"),
            ("wind", "light wind", "ambient", 40.0, "inferred"),
        ]
        assert impression.surroundings == "outdoor"
        assert impression.notes == (f"view-{number}: left out, since it makes no sound: wall",)


def test_an_answer_longer_than_asked_is_cut_and_told(saying: Path, views: list[Picture]) -> None:
    (impression,) = proposer(saying, max_new_tokens=3).propose(views[:1])
    assert [proposal.label for proposal in impression.proposals] == ["stone fountain", "red car"]
    assert "cut off" in impression.notes[0]


def test_damaged_and_foreign_checkpoints_are_told_in_one_line(tmp_path: Path, views: list[Picture]) -> None:
    with pytest.raises(InputError, match="no checkpoint here"):
        list(proposer(tmp_path).propose(views))
    (tmp_path / "config.json").write_text('{"model_type": "llava"}')
    with pytest.raises(InputError, match="checkpoint of 'llava', not of InternVL"):
        list(proposer(tmp_path).propose(views))
    (tmp_path / "config.json").write_text('{"model_type": "internvl_chat", "llm_config": {"model_type": "internlm2"}}')
    with pytest.raises(InputError, match="choose the -hf variant"):
        list(proposer(tmp_path).propose(views))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        list(proposer(tmp_path).propose(views))
    make_original_internvl(tmp_path / "original")
    (tmp_path / "original" / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"no \.safetensors"):
        list(proposer(tmp_path / "original").propose(views))


def test_bf16_on_the_cpu_answers_too(saying: Path, views: list[Picture]) -> None:
    reduced = InternVLProposer(saying, runtime=Runtime(dtype="bfloat16"), revision="r1")
    assert len(next(reduced.propose(views)).proposals) == 4


def test_the_identity_tells_what_changes_answers(saying: Path) -> None:
    assert proposer(saying).identity == "saying@r1/float32/question2/conversation2/tiles4/tokens768"
