"""T5's tokenizer, which cuts the prompts of every voicer here into tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from server.models.pretrained import loaded_part, need_one_of

_MARKS = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}


def t5_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder as it was trained.

    ``tokenizer.json`` is taken as it stands: transformers' own class for T5 keeps its vocabulary, but not its
    normalizer (SentencePiece's, close to NFKC), so that "ﬁ", "…" and full-width letters would be unknown.

    Args:
        folder: holds ``tokenizer.json`` or ``spiece.model``.

    Raises:
        InputError: the files are missing or damaged.
        UnavailableError: reading them takes a package that isn't installed.
    """
    from transformers import PreTrainedTokenizerFast, T5TokenizerFast

    need_one_of(folder, "tokenizer.json", "spiece.model")
    kind = PreTrainedTokenizerFast if (folder / "tokenizer.json").is_file() else T5TokenizerFast
    return loaded_part(kind, folder, **_MARKS)
