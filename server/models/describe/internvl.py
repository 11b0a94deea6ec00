"""InternVL 2.5 and its kin (Chen et al. 2024, arXiv:2412.05271), asked what would sound in each view."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.models.describe.answer import impression
from server.models.describe.internvl_inputs import Inputs
from server.models.describe.internvl_layout import ORIGINAL, native_config, native_weights
from server.models.describe.question import QUESTION, VERSION
from server.models.pretrained import (
    checkpoint_errors,
    config_of,
    loaded_model,
    loaded_part,
    need_one_of,
    with_all_weights,
)
from server.models.runtime import Runtime, in_batches, loaded
from server.pipeline.stages import Impression, Sees
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

# Of pictures, as InternVL was trained (the statistics of ImageNet).
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class InternVLProposer:
    """Names what would sound in each view; one conversation for each, batched, decoded greedily.

    Args:
        folder: a checkpoint in the layout of transformers (``-hf``) or in the original one: its config.json tells.
        runtime: where it runs, and in which numbers.
        revision: of the checkpoint, for the identity.
        most_tiles: into how many tiles of 448 pixels a view is cut at most; 1 for little memory, 4 to see small things.
        max_new_tokens: where an answer is cut off.
        views_at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self,
        folder: Path,
        *,
        runtime: Runtime,
        revision: str,
        most_tiles: int = 4,
        max_new_tokens: int = 768,
        views_at_once: int = 8,
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._most_tiles = most_tiles
        self._max_new_tokens = max_new_tokens
        self._views_at_once = views_at_once
        self.identity = (
            f"{folder.name}@{revision}/{runtime.dtype}/question{VERSION}/tiles{most_tiles}/tokens{max_new_tokens}"
        )

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window.

        Raises:
            InputError: the checkpoint is missing, damaged, or of another model.
            UnavailableError: torch is missing, or memory runs out even for a single view.
        """
        with loaded(lambda: Talker.read(self._folder, self._runtime, most_tiles=self._most_tiles)) as talker:
            answers = in_batches(
                windows,
                lambda batch: talker.answers(batch, QUESTION, max_new_tokens=self._max_new_tokens),
                size=self._views_at_once,
            )
            for window, answer in zip(windows, answers, strict=True):
                yield impression(answer, where=window.view.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talker:
    """A loaded model with what prepares its inputs."""

    model: Any
    inputs: Inputs
    ends: tuple[int, ...]

    @classmethod
    def read(cls, folder: Path, runtime: Runtime, *, most_tiles: int) -> Talker:
        """A talker of a checkpoint folder, in either layout."""
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
            _of_original(folder, config, tokenizer, runtime.torch_dtype)
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
        """What the model says about each window."""
        import torch

        inputs = {name: values.to(self.model.device) for name, values in self.inputs(windows, question).items()}
        with torch.inference_mode():
            written = self.model.generate(
                **inputs,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                max_new_tokens=max_new_tokens,
                eos_token_id=list(self.ends),
                pad_token_id=self.inputs.tokenizer.pad_token_id,
            )
        asked = inputs["input_ids"].shape[1]
        answers: list[str] = self.inputs.tokenizer.batch_decode(written[:, asked:], skip_special_tokens=True)
        return answers


def _tokenizer(folder: Path, config: Mapping[str, Any], *, original: bool) -> Any:
    """A tokenizer that pads on the left; of the original layout without the remote code that it names."""
    import transformers

    if (folder / "tokenizer.json").exists():
        # As the file has it: the class that is named beside it, of another model family, would build its own.
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


def _of_original(folder: Path, config: Mapping[str, Any], tokenizer: Any, dtype: torch.dtype) -> Any:
    """The model of a checkpoint in the original layout."""
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
