"""Any image-text model that transformers knows, asked through its own processor and chat template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from protocol.errors import InputError
from server.models.describe.answer import impression
from server.models.describe.question import QUESTION, VERSION
from server.models.pretrained import checkpoint_errors, config_of, loaded_model, loaded_part
from server.models.runtime import Runtime, in_batches, loaded
from server.pipeline.stages import Impression, Sees
from server.pipeline.views import Picture


class ImageTextProposer:
    """Names what would sound in each view; one conversation for each, batched, decoded greedily.

    Args:
        folder: a checkpoint with a processor and a chat template, of a model that transformers holds itself.
        runtime: where it runs, and in which numbers.
        revision: of the checkpoint, for the identity.
        max_new_tokens: where an answer is cut off.
        views_at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, max_new_tokens: int = 768, views_at_once: int = 8
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._max_new_tokens = max_new_tokens
        self._views_at_once = views_at_once
        self.identity = f"{folder.name}@{revision}/{runtime.dtype}/question{VERSION}/tokens{max_new_tokens}"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window.

        Raises:
            InputError: the checkpoint is missing, damaged, or of no image-text model.
            UnavailableError: torch or what the processor needs is missing, or memory runs out for a single view.
        """
        with loaded(lambda: Talker.read(self._folder, self._runtime)) as talker:
            answers = in_batches(
                windows,
                lambda batch: talker.answers(batch, max_new_tokens=self._max_new_tokens),
                size=self._views_at_once,
            )
            for window, answer in zip(windows, answers, strict=True):
                yield impression(answer, where=window.view.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talker:
    """A loaded model with its processor."""

    model: Any
    processor: Any
    folder: Path

    @classmethod
    def read(cls, folder: Path, runtime: Runtime) -> Talker:
        """A talker of a checkpoint folder."""
        import transformers

        kind = config_of(folder).get("model_type")
        processor = loaded_part(transformers.AutoProcessor, folder)
        tokenizer = getattr(processor, "tokenizer", None)
        if tokenizer is None or not hasattr(processor, "image_processor"):
            raise InputError(
                f"a model of the type {kind!r} does not read pictures and text",
                where=str(folder),
                remedy="choose an image-text model",
            )
        # Answers begin where the questions end, so these must end together.
        tokenizer.padding_side = "left"
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        model = loaded_model(transformers.AutoModelForImageTextToText, folder, dtype=runtime.torch_dtype)
        return cls(model=model.to(runtime.device), processor=processor, folder=folder)

    def answers(self, windows: Sequence[Picture], *, max_new_tokens: int) -> list[str]:
        """What the model says about each window."""
        import torch

        conversations = [
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "image": Image.fromarray(window.pixels)},
                        {"type": "text", "text": QUESTION},
                    ],
                }
            ]
            for window in windows
        ]
        with checkpoint_errors(self.folder):
            inputs = self.processor.apply_chat_template(
                conversations,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
                processor_kwargs={"padding": True},
            )
        inputs = inputs.to(self.model.device, dtype=self.model.dtype)
        with torch.inference_mode():
            written = self.model.generate(
                **inputs,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                max_new_tokens=max_new_tokens,
                pad_token_id=self.processor.tokenizer.pad_token_id,
            )
        asked = inputs["input_ids"].shape[1]
        answers: list[str] = self.processor.tokenizer.batch_decode(written[:, asked:], skip_special_tokens=True)
        return answers
