"""Grounding DINO (Liu et al. 2023, arXiv:2303.05499) and MM-Grounding-DINO, by the classes of transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from protocol.errors import InputError
from server.models.ground.detections import Detections, detections, suppressed
from server.models.ground.phrases import Marks, Prompt, cleaned, prompts
from server.models.ground.pixels import Pixels
from server.models.pretrained import checkpoint_errors, config_of, loaded_model, loaded_part, need_one_of
from server.models.runtime import Runtime, in_batches, loaded
from server.pipeline.stages import Box, Proposal, Sees
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

_CLASSES = {
    "grounding-dino": "GroundingDinoForObjectDetection",
    "mm-grounding-dino": "MMGroundingDinoForObjectDetection",
}


class GroundingDinoGrounder:
    """Boxes for phrases, the views batched, as many phrases in one pass as the model reads.

    Args:
        folder: a published checkpoint, tiny or base, or of the MM variant: its config.json tells which.
        runtime: the weights stay in float32, since boxes are fine numbers; matrix products run in its dtype.
        revision: of the checkpoint, for the identity.
        threshold: what scores no more than this is not there.
        views_at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, threshold: float = 0.3, views_at_once: int = 8
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._threshold = threshold
        self._views_at_once = views_at_once
        self.identity = f"{folder.name}@{revision}/{runtime.dtype}/over{threshold:g}"

    def ground(self, windows: Sequence[Picture], proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
        """For each window, the proposals that it shows, each with a box, the surest first.

        Two proposals whose labels mean the same phrase are looked for once, as the surer of them. A phrase may be found
        several times in a window; near-identical boxes go to the phrase that scores most.

        Raises:
            InputError: the checkpoint is missing, damaged, or of another model.
            UnavailableError: torch is missing, or memory runs out even for a single view.
        """
        asked: dict[str, Proposal] = {}
        for proposal in sorted(proposals, key=lambda one: -one.confidence):
            asked.setdefault(cleaned(proposal.label), proposal)
        asked.pop("", None)
        if not asked:
            for _ in windows:
                yield ()
            return
        with loaded(lambda: Detector.read(self._folder, self._runtime)) as detector:
            made = detector.prompts(list(asked))
            named = list(asked.values())
            # A batch is of one size, since padding would change the answers.
            for _, alike in groupby(windows, key=lambda window: window.pixels.shape):
                group = list(alike)
                found = in_batches(
                    group,
                    lambda batch: detector.found(batch, made, threshold=self._threshold),
                    size=self._views_at_once,
                )
                for window, one in zip(group, found, strict=True):
                    yield _boxed(window, one, named)


def _boxed(window: Picture, found: Detections, named: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The proposals of what was found, with boxes in the window's continuous pixels."""
    view = window.view
    sides_px = (view.width_px, view.height_px, view.width_px, view.height_px)
    boxed = []
    for shares, score, phrase in zip(found.boxes.tolist(), found.scores.tolist(), found.phrases.tolist(), strict=True):
        left, top, right, bottom = (share * side_px for share, side_px in zip(shares, sides_px, strict=True))
        box = Box(view=view, left_px=left, top_px=top, right_px=right, bottom_px=bottom)
        boxed.append(replace(named[phrase], box=box, confidence=score))
    return tuple(boxed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A loaded model with what prepares its inputs."""

    model: Any
    tokenizer: Any
    pixels: Pixels
    runtime: Runtime

    @classmethod
    def read(cls, folder: Path, runtime: Runtime) -> Detector:
        """A detector of a checkpoint folder."""
        import torch
        import transformers

        kind = config_of(folder).get("model_type")
        if kind not in _CLASSES:
            raise InputError(
                f"this is a checkpoint of {kind!r}, which can't ground phrases here",
                where=str(folder),
                remedy=f"choose one of {' or '.join(_CLASSES)}",
            )
        model_class = getattr(transformers, _CLASSES[kind])
        model = loaded_model(model_class, folder, dtype=torch.float32)
        need_one_of(folder, "tokenizer.json", "vocab.txt")
        tokenizer = loaded_part(transformers.AutoTokenizer, folder)
        processor = loaded_part(transformers.AutoImageProcessor, folder, backend="pil")
        with checkpoint_errors(folder):
            pixels = Pixels.of(processor)
        return cls(model=model.to(runtime.device), tokenizer=tokenizer, pixels=pixels, runtime=runtime)

    def prompts(self, phrases: Sequence[str]) -> list[Prompt]:
        """The phrases in as few texts as the model's limit allows."""
        marks = Marks(
            start=self.tokenizer.cls_token_id,
            dot=self.tokenizer.convert_tokens_to_ids("."),
            end=self.tokenizer.sep_token_id,
        )
        return prompts(
            phrases,
            lambda phrase: self.tokenizer(phrase, add_special_tokens=False)["input_ids"],
            marks=marks,
            limit=self.model.config.max_text_len,
        )

    def found(self, windows: Sequence[Picture], made: Sequence[Prompt], *, threshold: float) -> list[Detections]:
        """What stands in each of some windows of one size, for all prompts together."""
        import torch

        device = self.runtime.device
        pixel_values = self.pixels(windows, device)
        everywhere = torch.ones_like(pixel_values[:, 0], dtype=torch.int64)
        found: list[list[Detections]] = [[] for _ in windows]
        lower = self.runtime.dtype != "float32"
        with (
            torch.inference_mode(),
            torch.autocast(torch.device(device).type, dtype=self.runtime.torch_dtype, enabled=lower),
        ):
            for prompt in made:
                tokens = torch.tensor([prompt.tokens] * len(windows), device=device)
                answer = self.model(
                    pixel_values=pixel_values,
                    pixel_mask=everywhere,
                    input_ids=tokens,
                    attention_mask=torch.ones_like(tokens),
                    token_type_ids=torch.zeros_like(tokens),
                )
                for own, scores, boxes in zip(
                    found, _numpy(answer.logits.sigmoid()), _numpy(answer.pred_boxes), strict=True
                ):
                    own.append(detections(scores, boxes, prompt, threshold=threshold))
        return [suppressed(one) for one in found]


def _numpy(values: torch.Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    array: np.ndarray[Any, np.dtype[np.float32]] = values.float().cpu().numpy()
    return array
