"""What image-text models on this machine share: one question about each window, batched, decoded greedily."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from server.models.describe.answer.impression import impression
from server.models.describe.question import QUESTION
from server.models.runtime import NumbersOverflowError, in_batches, loaded
from server.pipeline.stages import Impression
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch


class AnsweringModel(Protocol):
    """A loaded model that answers a question about pictures."""

    def answers(self, windows: Sequence[Picture], question: str, *, max_new_tokens: int) -> list[str]:
        """What the model writes about each window.

        Args:
            windows: one conversation is held about each.
            question: the same for all.
            max_new_tokens: where an answer is cut off.
        """
        ...


def impressions(
    load: Callable[[], AnsweringModel], windows: Sequence[Picture], *, max_new_tokens: int, at_once: int
) -> Iterator[Impression]:
    """One impression for each window, by a model that is loaded first and freed at the end.

    Args:
        load: loads the model.
        windows: what it is asked about.
        max_new_tokens: where an answer is cut off.
        at_once: how many views to begin with; fewer where memory runs short.

    Raises:
        InputError: as ``load`` raises it.
        UnavailableError: as ``load`` raises it, or memory runs out even for a single view.
    """
    with loaded(load) as model:
        answers = in_batches(
            windows,
            lambda batch: model.answers(batch, QUESTION, max_new_tokens=max_new_tokens),
            size=at_once,
        )
        for window, answer in zip(windows, answers, strict=True):
            yield impression(answer, where=window.view.name)


def greedy_answers(
    model: Any, tokenizer: Any, inputs: Mapping[str, torch.Tensor], *, max_new_tokens: int, **options: Any
) -> list[str]:
    """The text that a model of transformers writes after each of its inputs, always the most likely token.

    Args:
        model: generates.
        tokenizer: turns its tokens into text.
        inputs: of which ``input_ids`` has the shape (conversations, tokens), padded on the left.
        max_new_tokens: where an answer is cut off.
        options: further ones of the model's ``generate``.

    Raises:
        NumbersOverflowError: what it would write leaves the range of its numbers.
    """
    import torch

    with torch.inference_mode():
        written = model.generate(
            **inputs,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=max_new_tokens,
            pad_token_id=tokenizer.pad_token_id,
            logits_processor=[_checked],
            **options,
        )
    length = inputs["input_ids"].shape[1]
    answers: list[str] = tokenizer.batch_decode(written[:, length:], skip_special_tokens=True)
    return answers


def _checked(written: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:  # noqa: ARG001
    """The scores of the next token, shape (conversations, tokens), once it is known that they are numbers.

    Of scores that are not, the most likely is the first token of all: Qwen2 then answers "!!!!".

    Raises:
        NumbersOverflowError: some are not a number, or infinite; −∞ is a token that must not be written.
    """
    if bool((scores.isnan() | scores.isposinf()).any()):
        raise NumbersOverflowError.of("what the model would write")
    return scores
