"""Any image-text model that transformers knows, asked through its own processor and chat template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from protocol.errors import InputError
from server.models.describe.generation import greedy_answers, impressions
from server.models.describe.question import VERSION
from server.models.pretrained import checkpoint_errors, config_of, loaded_model, loaded_part
from server.models.runtime import Runtime
from server.pipeline.stages import Impression, Sees
from server.pipeline.views import Picture


class ImageTextProposer:
    """Names what would sound in each view; one conversation for each, batched, decoded greedily.

    Args:
        folder: a checkpoint with a processor and a chat template, of a model that transformers holds itself.
        runtime: where it runs, and in which numbers.
        revision: of the checkpoint, for the identity.
        max_new_tokens: where an answer is cut off.
        at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, max_new_tokens: int = 768, at_once: int = 8
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._max_new_tokens = max_new_tokens
        self._at_once = at_once
        self.identity = f"{folder.name}@{revision}/{runtime.dtype}/question{VERSION}/tokens{max_new_tokens}"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window.

        Raises:
            InputError: the checkpoint is missing, damaged, or of no image-text model.
            UnavailableError: torch or what the processor needs is missing, or memory runs out for a single view.
        """
        yield from impressions(
            lambda: LoadedImageText.load(self._folder, self._runtime),
            windows,
            max_new_tokens=self._max_new_tokens,
            at_once=self._at_once,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedImageText:
    """A loaded model with its processor."""

    model: Any
    processor: Any
    folder: Path

    @classmethod
    def load(cls, folder: Path, runtime: Runtime) -> LoadedImageText:
        """Load a checkpoint folder.

        Raises:
            InputError: it is missing, damaged, or of no image-text model.
            UnavailableError: what the processor needs is missing.
        """
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

    def answers(self, windows: Sequence[Picture], question: str, *, max_new_tokens: int) -> list[str]:
        """What the model writes about each window.

        Args:
            windows: one conversation is held about each.
            question: the same for all.
            max_new_tokens: where an answer is cut off.

        Raises:
            InputError: the checkpoint has no chat template that takes a picture.
        """
        conversations = [
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "image": Image.fromarray(window.pixels)},
                        {"type": "text", "text": question},
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
        return greedy_answers(self.model, self.processor.tokenizer, inputs, max_new_tokens=max_new_tokens)
