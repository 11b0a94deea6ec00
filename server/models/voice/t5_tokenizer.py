"""T5's tokenizer, which cuts the prompts of every voicer here into tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from server.models.pretrained import checkpoint_errors, loaded_part, need_one_of


def t5_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder as it was trained.

    Of a ``tokenizer.json`` transformers' class for T5 keeps the vocabulary, but not the normalizer (SentencePiece's,
    close to NFKC), without which "ﬁ", "…" and full-width letters are unknown. Here it gets that back.

    Args:
        folder: holds ``tokenizer.json`` or ``spiece.model``.

    Raises:
        InputError: the files are missing or damaged.
        UnavailableError: reading them takes a package that isn't installed.
    """
    from tokenizers import Tokenizer
    from transformers import T5TokenizerFast

    need_one_of(folder, "tokenizer.json", "spiece.model")
    tokenizer = loaded_part(T5TokenizerFast, folder)
    file = folder / "tokenizer.json"
    if file.is_file():
        with checkpoint_errors(folder):
            normalizer = Tokenizer.from_file(str(file)).normalizer
        if normalizer is not None:
            tokenizer.backend_tokenizer.normalizer = normalizer
    return tokenizer
