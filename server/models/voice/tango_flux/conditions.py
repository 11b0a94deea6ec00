"""The conditions of TangoFlux for each clip, its words and its seconds as tensors; all prompts are encoded at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

# flan-t5's own limit; a prompt for one sound has some twenty tokens.
_MOST_TOKENS = 512
# Prompts to one pass of T5.
_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conditions:
    """The words and seconds of n clips, in float32.

    Attributes:
        text: hidden states of T5, shape (n, L, d), for prompts padded to the longest.
        lengths: how many tokens each prompt has.
        pooled: the mean over each prompt's tokens, through a layer; shape (n, d).
        seconds: the duration as one more token; shape (n, 1, d).
        empty: hidden states of the empty prompt, padded alike; shape (L, d).
        empty_pooled: its mean, through the layer; shape (d,).
    """

    text: torch.Tensor
    lengths: tuple[int, ...]
    pooled: torch.Tensor
    seconds: torch.Tensor
    empty: torch.Tensor
    empty_pooled: torch.Tensor

    def subset(self, indices: Sequence[int]) -> Conditions:
        """The conditions of some of the clips, padded no longer than they need."""
        rows = list(indices)
        lengths = tuple(self.lengths[row] for row in rows)
        longest = max(lengths)
        return Conditions(
            text=self.text[rows, :longest],
            lengths=lengths,
            pooled=self.pooled[rows],
            seconds=self.seconds[rows],
            empty=self.empty[:longest],
            empty_pooled=self.empty_pooled,
        )

    def hidden(self, guided: bool) -> torch.Tensor:
        """Text and seconds, shape (n, L + 1, d); where guided (2n, L + 1, d), first those without words."""
        import torch

        words = torch.cat([self.text, self.seconds], dim=1)
        if not guided:
            return words
        empty = torch.cat([self.empty.expand_as(self.text), self.seconds], dim=1)
        return torch.cat([empty, words])

    def pooled_all(self, guided: bool) -> torch.Tensor:
        """The pooled text, shape (n, d); where guided (2n, d), first that without words."""
        import torch

        return torch.cat([self.empty_pooled.expand_as(self.pooled), self.pooled]) if guided else self.pooled

    def visible(self, latents: int, guided: bool) -> torch.Tensor | None:
        """Which of L + 1 + latents tokens an item attends to, as booleans; None: all of them.

        The transformer has no mask of its own: with one prompt it attends to all of the prompt's tokens. So that a
        batch answers as its items would alone, only the tokens beyond an item's own length are hidden. That holds for
        the empty prompt too: alone it is padded to the length of the words that it guides against, and attends to all.

        Returns:
            Shape (n, 1, 1, L + 1 + latents), or (2n, 1, 1, …) where guided.
        """
        import torch

        longest = self.text.shape[1]
        if all(length == longest for length in self.lengths):
            return None
        device = self.text.device
        lengths = torch.tensor(self.lengths, device=device)
        shown = torch.ones(len(self.lengths), longest + 1 + latents, dtype=torch.bool, device=device)
        shown[:, :longest] = torch.arange(longest, device=device) < lengths[:, None]
        return shown.repeat(2 if guided else 1, 1)[:, None, None, :]


def conditions_for(
    prompts: Sequence[str],
    seconds: Sequence[float],
    *,
    tokenizer: Any,
    encoder: Any,
    pooling: Any,
    duration_embedder: Any,
) -> Conditions:
    """The conditions of clips.

    Args:
        prompts: one for each clip.
        seconds: how long each is; the embedder clamps it to what it knows.
        tokenizer: of T5.
        encoder: of T5, in any numbers.
        pooling: a linear layer and a rectifier, in float32.
        duration_embedder: seconds (n,) into (n, 1, d), in float32.
    """
    import torch

    device = pooling[0].weight.device
    limit = min(tokenizer.model_max_length, _MOST_TOKENS)
    tokens = tokenizer(list(prompts), max_length=limit, padding=True, truncation=True, return_tensors="pt")
    ids, mask = tokens.input_ids, tokens.attention_mask
    none = tokenizer([""], max_length=ids.shape[1], padding="max_length", truncation=True, return_tensors="pt")
    ids, mask = torch.cat([ids, none.input_ids]).to(device), torch.cat([mask, none.attention_mask]).to(device)
    hidden = torch.cat(
        [
            encoder(input_ids=ids[row : row + _AT_ONCE], attention_mask=mask[row : row + _AT_ONCE])[0].float()
            for row in range(0, ids.shape[0], _AT_ONCE)
        ]
    )
    pooled = pooling(masked_mean(hidden, mask))
    return Conditions(
        text=hidden[:-1],
        lengths=tuple(mask[:-1].sum(dim=1).tolist()),
        pooled=pooled[:-1],
        seconds=duration_embedder(torch.tensor(list(seconds), dtype=torch.float32, device=device)),
        empty=hidden[-1],
        empty_pooled=pooled[-1],
    )


def masked_mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens that the mask keeps.

    Args:
        hidden: shape (n, L, d).
        mask: 1 for a token that counts; shape (n, L), at least one 1 a row.

    Returns:
        Shape (n, d).
    """
    weights = mask.to(hidden.dtype)[:, :, None]
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1)
