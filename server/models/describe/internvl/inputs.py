"""The inputs of an InternVL: views cut into tiles, and a conversation in which tokens stand for each tile.

The processor of transformers needs torchvision. Here the tiles come from the PIL variant of the image processor, and
the marks of the tiles are written into the conversation by hand, with the same tokens as a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

_CONTEXT, _START, _END = "<IMG_CONTEXT>", "<img>", "</img>"
# How templates mark where a picture belongs; older ones write the second.
_PICTURE_MARKS = (_CONTEXT, "<image>")

CONVERSATION = "conversation2"
"""Its number goes up whenever the same question is put to a model in other tokens; part of the proposer's identity."""

# The message with which the original code begins every conversation, and its one turn by its template internvl2_5.
SYSTEM = "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。"
_ORIGINAL = (
    f"<|im_start|>system\n{SYSTEM}<|im_end|>\n"
    "<|im_start|>user\n<IMG_CONTEXT>\n{question}<|im_end|>\n<|im_start|>assistant\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Makes a model's inputs.

    Attributes:
        tokenizer: pads on the left.
        images: an image processor that cuts into tiles.
        tokens_per_tile: how many tokens stand for a tile.
        most_tiles: into how many tiles a view is cut at most; where it is cut at all, a small copy of the whole view
            comes as one more.
        original: whether the conversation is the original code's, whatever template the tokenizer has.
        chat_template: in place of the tokenizer's own.
    """

    tokenizer: Any
    images: Any
    tokens_per_tile: int
    most_tiles: int
    original: bool
    chat_template: str | None = None

    def __call__(self, windows: Sequence[Picture], question: str) -> dict[str, torch.Tensor]:
        """The inputs for one conversation about each window.

        Returns:
            input_ids and attention_mask, int64 (windows, tokens), padded on the left; pixel_values, float32 (tiles of
            all windows, 3, height, width).
        """
        tiles = self.images(
            [window.pixels for window in windows],
            crop_to_patches=self.most_tiles > 1,
            min_patches=1,
            max_patches=self.most_tiles,
            return_tensors="pt",
        )
        template = self.template(question)
        texts = [self.expanded(template, int(count)) for count in tiles["num_patches"]]
        # The conversation holds every special token already.
        tokens = self.tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt")
        return {
            "input_ids": tokens["input_ids"],
            "attention_mask": tokens["attention_mask"],
            "pixel_values": tiles["pixel_values"],
        }

    def template(self, question: str) -> str:
        """The conversation, with one mark where the picture belongs, as the model learned it in either layout.

        It begins with the system message of the original code, and before it with what the tokenizer itself writes
        before a text: ``<s>`` with InternLM2, nothing with Qwen2.
        """
        text = "" if self.original else self._by_chat_template(question)
        if SYSTEM not in text or not any(mark in text for mark in _PICTURE_MARKS):
            text = _ORIGINAL.replace("{question}", question)
        beginning = self._beginning()
        return text if text.startswith(beginning) else beginning + text

    def _by_chat_template(self, question: str) -> str:
        """The conversation as the checkpoint's own template writes it; empty where it has none, or one for text."""
        from jinja2 import TemplateError

        user = [{"type": "image"}, {"type": "text", "text": question}]
        try:
            text: str = self.tokenizer.apply_chat_template(
                [
                    {"role": "system", "content": [{"type": "text", "text": SYSTEM}]},
                    {"role": "user", "content": user},
                ],
                chat_template=self.chat_template,
                tokenize=False,
                add_generation_prompt=True,
            )
        except (TemplateError, TypeError, ValueError):
            return ""
        return text

    def _beginning(self) -> str:
        """The tokens that the tokenizer's post-processor writes before a text."""
        first: int = self.tokenizer.convert_tokens_to_ids(_START)
        tokens: list[int] = self.tokenizer(_START)["input_ids"]
        return "".join(self.tokenizer.convert_ids_to_tokens(tokens[: tokens.index(first)]))

    def expanded(self, template: str, tiles: int) -> str:
        """The conversation with as many tokens as stand for a view of so many tiles."""
        marks = f"{_START}{_CONTEXT * (self.tokens_per_tile * tiles)}{_END}"
        mark = next(mark for mark in _PICTURE_MARKS if mark in template)
        return template.replace(mark, marks, 1)
