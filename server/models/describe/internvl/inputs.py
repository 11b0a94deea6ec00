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

# The conversation that the original layout's code writes for its template internvl2_5, in one turn.
_TURN = "<|im_start|>user\n<IMG_CONTEXT>\n{question}<|im_end|>\n<|im_start|>assistant\n"
_ORIGINAL = (
    "<|im_start|>system\n你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的"
    f"多模态大语言模型。<|im_end|>\n{_TURN}"
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
        original: whether the conversation is written as the original layout's code does.
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
        # The template has written every special token already.
        tokens = self.tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt")
        return {
            "input_ids": tokens["input_ids"],
            "attention_mask": tokens["attention_mask"],
            "pixel_values": tiles["pixel_values"],
        }

    def template(self, question: str) -> str:
        """The conversation, with one mark where the picture belongs."""
        if self.original:
            return f"{self.tokenizer.bos_token or ''}{_ORIGINAL.replace('{question}', question)}"
        from jinja2 import TemplateError

        content = [{"type": "image"}, {"type": "text", "text": question}]
        try:
            text: str = self.tokenizer.apply_chat_template(
                [{"role": "user", "content": content}],
                chat_template=self.chat_template,
                tokenize=False,
                add_generation_prompt=True,
            )
        except (TemplateError, TypeError, ValueError):  # none, or one for text alone
            text = ""
        return text if any(mark in text for mark in _PICTURE_MARKS) else _TURN.replace("{question}", question)

    def expanded(self, template: str, tiles: int) -> str:
        """The conversation with as many tokens as stand for a view of so many tiles."""
        marks = f"{_START}{_CONTEXT * (self.tokens_per_tile * tiles)}{_END}"
        mark = next(mark for mark in _PICTURE_MARKS if mark in template)
        return template.replace(mark, marks, 1)
