"""Grounding DINO (Liu et al. 2023, arXiv:2303.05499) and MM-Grounding-DINO, by the classes of transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from protocol.errors import InputError
from server.models.ground.detections import Detections, decoded_detections, suppressed
from server.models.ground.phrases import GroundingPrompt, SpecialTokens, grounding_prompts, phrase_of
from server.models.ground.preprocessing import Preprocessor
from server.models.pretrained import checkpoint_errors, config_of, loaded_model, loaded_part, need_one_of
from server.models.runtime import NumbersOverflowError, Runtime, in_batches, loaded
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
        folder: a published checkpoint, tiny or base, or of the MM variant; its config.json says which.
        runtime: the weights stay in float32, since boxes are fine numbers; matrix products run in its dtype.
        revision: of the checkpoint, for the identity.
        threshold: what scores no more than this is not there.
        at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self, folder: Path, *, runtime: Runtime, revision: str, threshold: float = 0.3, at_once: int = 8
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._threshold = threshold
        self._at_once = at_once
        self.identity = f"{folder.name}@{revision}/{runtime.dtype}/over{threshold:g}"

    def ground(self, windows: Sequence[Picture], proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
        """For each window, the proposals that it shows, each with a box, the surest first.

        Of two proposals whose labels make the same phrase, the surer is looked for. A phrase may be found several times
        in a window; of near-identical boxes the one whose phrase scores most is kept.

        Raises:
            InputError: the checkpoint is missing, damaged, or of another model.
            UnavailableError: torch is missing, or memory runs out even for a single view.
        """
        by_phrase: dict[str, Proposal] = {}
        for proposal in sorted(proposals, key=lambda proposal: -proposal.confidence):
            by_phrase.setdefault(phrase_of(proposal.label), proposal)
        by_phrase.pop("", None)
        if not by_phrase:
            for _ in windows:
                yield ()
            return
        with loaded(lambda: LoadedDetector.load(self._folder, self._runtime)) as detector:
            prompts = detector.prompts(list(by_phrase))
            named = list(by_phrase.values())
            # A batch is of one size, since padding would change the answers.
            for _, alike in groupby(windows, key=lambda window: window.pixels.shape):
                group = list(alike)
                answers = in_batches(
                    group,
                    lambda batch: detector.detections(batch, prompts, threshold=self._threshold),
                    size=self._at_once,
                )
                for window, detections in zip(group, answers, strict=True):
                    yield _boxed(window, detections, named)


def _boxed(window: Picture, detections: Detections, named: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The detected proposals, with boxes in the window's continuous pixels."""
    view = window.view
    sides_px = (view.width_px, view.height_px, view.width_px, view.height_px)
    boxed = []
    columns = (detections.boxes.tolist(), detections.scores.tolist(), detections.phrases.tolist())
    for shares, score, phrase in zip(*columns, strict=True):
        left, top, right, bottom = (share * side_px for share, side_px in zip(shares, sides_px, strict=True))
        box = Box(view=view, left_px=left, top_px=top, right_px=right, bottom_px=bottom)
        boxed.append(replace(named[phrase], box=box, confidence=score))
    return tuple(boxed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDetector:
    """A loaded model with what prepares its inputs."""

    model: Any
    tokenizer: Any
    preprocessor: Preprocessor
    runtime: Runtime

    @classmethod
    def load(cls, folder: Path, runtime: Runtime) -> LoadedDetector:
        """Load a checkpoint folder.

        Raises:
            InputError: it is missing, damaged, or of another model.
        """
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
            preprocessor = Preprocessor.of(processor)
        return cls(model=model.to(runtime.device), tokenizer=tokenizer, preprocessor=preprocessor, runtime=runtime)

    def prompts(self, phrases: Sequence[str]) -> list[GroundingPrompt]:
        """The phrases in as few texts as the model's limit allows."""
        special = SpecialTokens(
            start=self.tokenizer.cls_token_id,
            dot=self.tokenizer.convert_tokens_to_ids("."),
            end=self.tokenizer.sep_token_id,
        )
        return grounding_prompts(
            phrases,
            lambda phrase: self.tokenizer(phrase, add_special_tokens=False)["input_ids"],
            special=special,
            limit=self.model.config.max_text_len,
        )

    def detections(
        self, windows: Sequence[Picture], prompts: Sequence[GroundingPrompt], *, threshold: float
    ) -> list[Detections]:
        """The detections of all prompts together in each window.

        Args:
            windows: of one size.
            prompts: as :meth:`prompts` makes them.
            threshold: what scores no more than this is not there.

        Raises:
            NumbersOverflowError: the answer leaves the range of the runtime's numbers.
        """
        import torch

        device = self.runtime.device
        pixel_values = self.preprocessor(windows, device)
        everywhere = torch.ones_like(pixel_values[:, 0], dtype=torch.int64)
        by_window: list[list[Detections]] = [[] for _ in windows]
        lower = self.runtime.dtype != "float32"
        with (
            torch.inference_mode(),
            torch.autocast(torch.device(device).type, dtype=self.runtime.torch_dtype, enabled=lower),
        ):
            for prompt in prompts:
                tokens = torch.tensor([prompt.tokens] * len(windows), device=device)
                answer = self.model(
                    pixel_values=pixel_values,
                    pixel_mask=everywhere,
                    input_ids=tokens,
                    attention_mask=torch.ones_like(tokens),
                    token_type_ids=torch.zeros_like(tokens),
                )
                # The logits themselves are −∞ where there is no word.
                all_scores, all_boxes = _numpy(answer.logits.sigmoid()), _numpy(answer.pred_boxes)
                if not (np.isfinite(all_scores).all() and np.isfinite(all_boxes).all()):
                    raise NumbersOverflowError.of("where the model found things")
                for own, scores, boxes in zip(by_window, all_scores, all_boxes, strict=True):
                    own.append(decoded_detections(scores, boxes, prompt, threshold=threshold))
        return [suppressed(own) for own in by_window]


def _numpy(values: torch.Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    array: np.ndarray[Any, np.dtype[np.float32]] = values.float().cpu().numpy()
    return array
