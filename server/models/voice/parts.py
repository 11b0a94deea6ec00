"""What the voices that run pipelines of diffusers share: keeping latents exact, making one length at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def keep_latents_in_float32(network: torch.nn.Module, dtype: torch.dtype) -> None:
    """Have a denoiser take its noisy input, and give its answer, in float32, whatever its own numbers are.

    A sampler sums up many small steps, which 16-bit numbers round away.
    """

    def narrowed(module: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:  # noqa: ARG001
        return (arguments[0].to(dtype), *arguments[1:]), options

    def widened(module: Any, arguments: Any, answer: tuple[Any, ...]) -> tuple[Any, ...]:  # noqa: ARG001
        return (answer[0].float(), *answer[1:])

    network.register_forward_pre_hook(narrowed, with_kwargs=True)
    network.register_forward_hook(widened)


def equal_runs(values: Sequence[float]) -> Iterator[list[int]]:
    """The indices of each run of equal values: such pipelines make one length at a time.

    >>> list(equal_runs([10.0, 10.0, 5.0, 10.0]))
    [[0, 1], [2], [3]]
    """
    for _, run in groupby(range(len(values)), key=values.__getitem__):
        yield list(run)
