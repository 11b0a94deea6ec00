"""Checkpoints of InternVL, in the layout of transformers or in the original one, loaded with their tokenizer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.models.describe.generation import greedy_answers
from server.models.describe.internvl.inputs import Inputs
from server.models.describe.internvl.layout import ORIGINAL, native_config, native_weights
from server.models.pretrained import (
    checkpoint_errors,
    config_of,
    loaded_model,
    loaded_part,
    need_one_of,
    with_all_weights,
)
from server.models.runtime import Runtime
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

# Of pictures, as InternVL was trained (the statistics of ImageNet).
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedInternVL:
    """A loaded model with what prepares its inputs.

    Attributes:
        model: an ``InternVLForConditionalGeneration`` of transformers.
        inputs: makes its inputs.
        ends: the tokens that end an answer.
    """

    model: Any
    inputs: Inputs
    ends: tuple[int, ...]

    @classmethod
    def load(cls, folder: Path, runtime: Runtime, *, most_tiles: int) -> LoadedInternVL:
        """Load a checkpoint folder in either layout.

        Args:
            folder: of the checkpoint.
            runtime: where it runs, and in which numbers.
            most_tiles: into how many tiles a view is cut at most.

        Raises:
            InputError: it is missing, damaged, or of another model.
        """
        import transformers

        config = config_of(folder)
        original = config.get("model_type") == ORIGINAL
        if not original and config.get("model_type") != "internvl":
            raise InputError(
                f"this is a checkpoint of {config.get('model_type')!r}, not of InternVL",
                where=str(folder),
                remedy="choose an InternVL, or use it as any image-text model",
            )
        with checkpoint_errors(folder):
            tokenizer = _tokenizer(folder, config, original=original)
            images = (
                transformers.GotOcr2ImageProcessorPil(
                    size={"height": size, "width": size}, image_mean=_MEAN, image_std=_DEVIATION
                )
                if (size := config.get("force_image_size")) and original
                else loaded_part(transformers.AutoImageProcessor, folder, backend="pil")
            )
        model = (
            _load_original(folder, config, tokenizer, runtime.torch_dtype)
            if original
            else loaded_model(transformers.InternVLForConditionalGeneration, folder, dtype=runtime.torch_dtype)
        )
        return cls(
            model=model.to(runtime.device),
            inputs=Inputs(
                tokenizer=tokenizer,
                images=images,
                tokens_per_tile=model.config.image_seq_length,
                most_tiles=most_tiles,
                original=original,
                chat_template=_chat_template(folder),
            ),
            ends=_ends(model, tokenizer),
        )

    def answers(self, windows: Sequence[Picture], question: str, *, max_new_tokens: int) -> list[str]:
        """What the model writes about each window.

        Args:
            windows: one conversation is held about each.
            question: the same for all.
            max_new_tokens: where an answer is cut off.
        """
        inputs = {name: values.to(self.model.device) for name, values in self.inputs(windows, question).items()}
        return greedy_answers(
            self.model,
            self.inputs.tokenizer,
            inputs,
            max_new_tokens=max_new_tokens,
            eos_token_id=list(self.ends),
        )


def _tokenizer(folder: Path, config: Mapping[str, Any], *, original: bool) -> Any:
    """A tokenizer that pads on the left; for the original layout, without the remote code that it names."""
    import transformers

    if (folder / "tokenizer.json").exists():
        # The file as it is: the class that is named beside it, of another model family, would build its own.
        kind = transformers.PreTrainedTokenizerFast
    elif not original:
        need_one_of(folder, "vocab.json", "tokenizer.model")
        kind = transformers.AutoTokenizer
    elif "qwen2" in str(config.get("llm_config", {}).get("model_type")):
        need_one_of(folder, "vocab.json")
        kind = transformers.Qwen2Tokenizer
    else:
        raise InputError(
            "its tokenizer can't be read without remote code",
            where=str(folder),
            remedy="choose the -hf variant of this model, which holds the same weights",
        )
    tokenizer = loaded_part(kind, folder, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _chat_template(folder: Path) -> str | None:
    """The template of a checkpoint whose processor kept it in a file that tokenizers don't read."""
    try:
        template = json.loads((folder / "chat_template.json").read_text(encoding="utf-8"))["chat_template"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return template if isinstance(template, str) else None


def _load_original(folder: Path, config: Mapping[str, Any], tokenizer: Any, dtype: torch.dtype) -> Any:
    """Load the model of a checkpoint in the original layout."""
    import transformers
    from safetensors.torch import load_file

    with checkpoint_errors(folder):
        files = sorted(folder.glob("*.safetensors"))
        if not files:
            raise ValueError("there is no .safetensors file")
        weights = {key: weight for file in files for key, weight in load_file(file).items()}
    native = native_weights(weights, config)
    native_configuration = native_config(
        config,
        image_token=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        tied="lm_head.weight" not in native,
        where=folder,
    )
    return with_all_weights(
        partial(
            transformers.InternVLForConditionalGeneration.from_pretrained,
            None,
            config=native_configuration,
            state_dict=native,
            dtype=dtype,
        ),
        folder,
    )


def _ends(model: Any, tokenizer: Any) -> tuple[int, ...]:
    """The tokens that end an answer: the checkpoint's own, and the end of a turn."""
    own = model.generation_config.eos_token_id
    turn = tokenizer.convert_tokens_to_ids("<|im_end|>")
    named = [*(own if isinstance(own, list) else [own]), turn, tokenizer.eos_token_id]
    return tuple(dict.fromkeys(token for token in named if isinstance(token, int) and token != tokenizer.unk_token_id))
