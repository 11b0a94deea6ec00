"""Where the models run and in which numbers, and how work gives way where memory runs short."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from protocol.errors import InputError, UnavailableError
from server.extras import install_advice
from server.models.checkpoint_file import FETCH_AGAIN

if TYPE_CHECKING:
    import torch

Dtype = Literal["float32", "bfloat16", "float16"]
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class MemoryExhaustedError(UnavailableError):
    """Not even one item fits the device's memory."""


class NumbersOverflowError(UnavailableError):
    """What a model answers is not finite: it leaves the range of its numbers, as large models do in float16."""

    @classmethod
    def of(cls, what: str) -> NumbersOverflowError:
        """The error about what of a model's answer is not finite."""
        return cls(
            f"{what} is not finite: it leaves the range of the model's numbers",
            where="--dtype",
            remedy=f"use --dtype float32; if that is what ran, {FETCH_AGAIN}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A device, the numbers of the weights on it, and how much of its memory may be used."""

    device: str = "cpu"
    """As torch names it: cpu, cuda, cuda:1, mps."""
    dtype: Dtype = "float32"
    max_memory_bytes: int | None = None

    @property
    def torch_dtype(self) -> torch.dtype:
        """The numbers, as torch names them."""
        import torch

        dtype: torch.dtype = getattr(torch, self.dtype)
        return dtype

    @property
    def device_kind(self) -> str:
        """The device without its number: cpu, cuda or mps."""
        return self.device.partition(":")[0]

    def device_words(self) -> str:
        """The device, as a person knows it."""
        import torch

        if self.device.startswith("cuda"):
            return torch.cuda.get_device_name(self.device)
        return "Apple's graphics" if self.device == "mps" else "processor; a graphics card would be much faster"


def resolved(*, device: str = "auto", dtype: str = "auto", max_memory_bytes: int | None = None) -> Runtime:
    """The runtime that a user's words mean on this machine.

    Args:
        device: auto, cpu, cuda, cuda:N or mps.
        dtype: auto, float32, bfloat16 or float16. Auto is float32 on a processor; elsewhere bfloat16 where the device
            computes in it, else float16, whose overflows :class:`NumbersOverflowError` tells.
        max_memory_bytes: how much of the device's memory may be used; None: all that is free.

    Raises:
        InputError: no such device or numbers.
        UnavailableError: the machine lacks the device, or torch is not installed.
    """
    torch = _torch()
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind = device.partition(":")[0]
    if kind not in ("cpu", "cuda", "mps"):
        raise InputError(f"there is no device {device!r}", where="--device", remedy="choose auto, cpu, cuda or mps")
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[kind]
    if not present:
        raise UnavailableError(
            f"this machine, or this build of torch, has no {kind}", where="--device", remedy="use --device auto"
        )
    if dtype == "auto":
        dtype = "float32" if kind == "cpu" else "bfloat16" if _has_bfloat16(device) else "float16"
    match dtype:
        case "float32" | "bfloat16" | "float16":
            return Runtime(device=device, dtype=dtype, max_memory_bytes=max_memory_bytes)
        case _:
            raise InputError(
                f"there is no dtype {dtype!r}",
                where="--dtype",
                remedy="choose auto, float32, bfloat16 or float16",
            )


def _has_bfloat16(device: str) -> bool:
    """Whether a card computes in bfloat16 itself, as NVIDIA's do since Ampere; torch emulates it on others, slowly."""
    return device.startswith("cuda") and _torch().cuda.get_device_capability(device) >= (8, 0)


@contextmanager
def loaded(model: Callable[[], Item]) -> Iterator[Item]:
    """A model while it is needed; its memory is given back afterwards, however the work ends.

    The caller's variable, and the frames of an error, still hold the model then. So its weights are taken from it, and
    what they hold is an empty shell.

    Args:
        model: makes a module, or a tuple or dataclass that has modules among its members.
    """
    item = model()
    try:
        yield item
    finally:
        for module in _modules(item):
            module.to("meta")
        free()


def _modules(item: Any) -> Iterator[torch.nn.Module]:
    members: Iterable[Any] = (item,)
    if isinstance(item, tuple):
        members = item
    elif is_dataclass(item):
        members = (getattr(item, member.name) for member in fields(item))
    return (member for member in members if isinstance(member, _torch().nn.Module))


def free() -> None:
    """Give back the memory of models that nobody holds any more."""
    gc.collect()
    torch = _torch()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def freeing(answers: Callable[[Sequence[Item]], Iterator[Answer]], items: Sequence[Item]) -> Iterator[Answer]:
    """Answers for items, after which memory is given back, however the work ends; nothing is loaded for no items.

    Args:
        answers: loads a model and yields an answer for each item.
        items: what to work on.
    """
    if items:
        try:
            yield from answers(items)
        finally:
            free()


def in_batches(
    items: Sequence[Item], run: Callable[[Sequence[Item]], Sequence[Answer]], *, size: int
) -> Iterator[Answer]:
    """Answers for all items, in order, ``size`` at a time; half as many whenever the device's memory is exhausted.

    Args:
        items: what to work on.
        run: takes some of them and gives an answer for each.
        size: how many to begin with, at least 1.

    Raises:
        MemoryExhaustedError: not even one fits.
    """
    torch = _torch()
    done = 0
    while done < len(items):
        batch = items[done : done + size]
        try:
            answers = run(batch)
        except torch.cuda.OutOfMemoryError:
            exhausted = size == 1
        else:
            yield from answers
            done += len(batch)
            continue
        # Outside the handler, since the exception holds the frames, and these the tensors.
        free()
        if exhausted:
            raise MemoryExhaustedError(
                "the device's memory is exhausted by a single item",
                where="--device",
                remedy="close what else uses the device, choose a smaller model, or use --device cpu",
            )
        size //= 2


def _torch() -> ModuleType:
    try:
        import torch
    except ModuleNotFoundError:
        raise UnavailableError(
            "learned models need torch, which is not installed",
            where="server.models",
            remedy=install_advice("models"),
        ) from None
    return torch
