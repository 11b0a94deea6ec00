import json
from pathlib import Path

import pytest

from protocol.errors import InputError
from server.models.voice.t5_tokenizer import t5_tokenizer
from tests.server.models.tiny.words import make_t5_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("t5")
    make_t5_tokenizer(folder, longest=48)
    return folder


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\ufb01re and o\ufb03ce", "fire and office"),
        ("a dog barking\u2026", "a dog barking..."),
        ("\uff44\uff4f\uff47 in rain", "dog in rain"),
        ("bell\u00a0ringing", "bell ringing"),
    ],
)
def test_letters_of_other_forms_are_read_as_the_plain_ones(folder: Path, text: str, plain: str) -> None:
    tokenizer = t5_tokenizer(folder)
    tokens = tokenizer(text)["input_ids"]
    assert tokens == tokenizer(plain)["input_ids"]
    assert tokenizer.unk_token_id not in tokens
    assert tokens[-1] == tokenizer.eos_token_id


def test_prompts_are_padded_and_cut_as_the_checkpoint_says(folder: Path) -> None:
    tokenizer = t5_tokenizer(folder)
    assert (tokenizer.pad_token_id, tokenizer.model_max_length) == (0, 48)
    padded = tokenizer(["a dog", "x " * 99], padding=True, truncation=True)["input_ids"]
    assert [len(row) for row in padded] == [48, 48]
    assert padded[0][-1] == 0
    assert padded[1][-1] == tokenizer.eos_token_id


def test_plain_text_gives_the_tokens_of_transformers_own_class(folder: Path) -> None:
    from transformers import T5TokenizerFast

    text = ["a small dog barking in the rain, no music", ""]
    assert t5_tokenizer(folder)(text)["input_ids"] == T5TokenizerFast.from_pretrained(folder)(text)["input_ids"]


def test_a_missing_or_damaged_file_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tokenizer\.json or spiece\.model"):
        t5_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text(json.dumps({"version": "1.0"}))
    with pytest.raises(InputError, match="damaged"):
        t5_tokenizer(tmp_path)
