"""Tokenizers of a few dozen words, in the layout in which transformers keep them."""

from pathlib import Path

WORDS = """
a an the and of in on with no dog bark barking small bell church ringing fountain water rain wind bird car engine
close miked close-miked isolated background recorded up dry single source recording continuous even steady field
music speech voices reverberation echo noise low quality distortion clipping , . - sound
""".split()


def make_t5_tokenizer(folder: Path) -> int:
    """A word-level T5 tokenizer; returns its size."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: index for index, word in enumerate(["<pad>", "</s>", "<unk>", *dict.fromkeys(WORDS)])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512
    )
    tokenizer.save_pretrained(folder)
    return len(vocabulary)
