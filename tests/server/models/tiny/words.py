"""Tokenizers of a few dozen words and the letters, of the classes and in the layout that transformers keeps."""

import string
from pathlib import Path

WORDS = """
a an the and of in on with no dog barking small bell church ringing fountain water rain wind bird car engine
isolated background recorded up dry single source recording continuous even steady field music speech voices
"""
CHARACTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + ",.-"


def make_t5_tokenizer(folder: Path, *, longest: int = 512) -> int:
    """A unigram tokenizer with a normalizer, as the published ones have; returns its size."""
    from tokenizers.normalizers import NFKC
    from transformers import T5Tokenizer

    words = [(f"▁{word}", -2.0) for word in WORDS.split()]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0), *words]
    pieces += [(character, -4.0) for character in CHARACTERS]
    tokenizer = T5Tokenizer(vocab=pieces, extra_ids=0, model_max_length=longest)
    tokenizer.backend_tokenizer.normalizer = NFKC()
    tokenizer.save_pretrained(folder)
    return len(pieces)


def make_roberta_tokenizer(folder: Path, *, longest: int = 128) -> int:
    """A byte-level tokenizer without merges; returns its size."""
    from transformers import RobertaTokenizer

    letters = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *CHARACTERS]
    vocabulary = {letter: index for index, letter in enumerate(letters)}
    RobertaTokenizer(vocab=vocabulary, merges=[], model_max_length=longest).save_pretrained(folder)
    return len(letters)
