"""What the voices that run parts of diffusers and transformers share: loading them whole, keeping latents exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.models.voice.oobleck import old_weight_norm

if TYPE_CHECKING:
    import torch


def loaded_part(maker: Any, folder: Path, **options: Any) -> Any:
    """A tokenizer, a feature extractor or the like out of its folder, by its class's own ``from_pretrained``.

    Args:
        maker: a class of transformers or diffusers.
        folder: holds what it needs.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder or a file is missing, damaged or of something else.
    """
    from safetensors import SafetensorError

    if not folder.is_dir():
        raise _unusable(folder, maker, "there is no such folder")
    try:
        with old_weight_norm():
            return maker.from_pretrained(folder, local_files_only=True, **options)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, SafetensorError) as error:
        lines = str(error).strip().splitlines()
        raise _unusable(folder, maker, lines[0] if lines else type(error).__name__) from error


def loaded_model(maker: Any, folder: Path, **options: Any) -> Any:
    """A model out of its folder, whole: left to itself ``from_pretrained`` makes up the weights that it misses.

    Args:
        maker: a model's class of transformers or diffusers.
        folder: holds its configuration and weights.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder, a file or a weight is missing, damaged or of something else.
    """
    model, found = loaded_part(maker, folder, output_loading_info=True, **options)
    missing = sorted(found["missing_keys"])
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise _unusable(folder, maker, f"its weights lack {missing[0]}{more}")
    return model.eval()


def _unusable(folder: Path, maker: Any, reason: str) -> InputError:
    return InputError(
        f"holds no usable {maker.__name__} ({reason})",
        where=str(folder),
        remedy="fetch it again with: sonorama models pull",
    )


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


def quiet() -> None:
    """Keep model libraries from drawing progress bars of their own."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
