"""How much memory there is for models, as a person says it and as a device has it."""

from __future__ import annotations

import re

from protocol.errors import InputError
from server.models.runtime import Runtime

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_LEAST_BYTES = 10**8


def parse_memory(words: str) -> int:
    """A size in bytes, as it is written on a graphics card or told by a program.

    >>> parse_memory("8GB"), parse_memory("7.5 GiB"), parse_memory("6000m")
    (8000000000, 8053063680, 6000000000)

    Args:
        words: a number with kB, MB, GB or TB (powers of 1000) or KiB, MiB, GiB or TiB (powers of 1024).

    Raises:
        InputError: it is no size, or too small for any model.
    """
    match = _SIZE.fullmatch(words)
    size_bytes = 0
    if match:
        number, prefix, binary = match.groups()
        size_bytes = round(float(number) * (1024 if binary else 1000) ** _POWERS[prefix.lower()])
    if size_bytes < _LEAST_BYTES:
        raise InputError(
            f"{words!r} is no size of memory, or too small", where="--max-memory", remedy="write it as 8GB or 7.5GiB"
        )
    return size_bytes


def available_bytes(runtime: Runtime) -> int:
    """What models may use: all that is free on the runtime's device now, or less where the user said so."""
    import psutil  # type: ignore[import-untyped]
    import torch

    if runtime.device.startswith("cuda"):
        free_bytes = int(torch.cuda.mem_get_info(runtime.device)[0])
    else:
        # Apple's graphics processor shares the machine's memory.
        free_bytes = int(psutil.virtual_memory().available)
    return free_bytes if runtime.max_memory_bytes is None else min(free_bytes, runtime.max_memory_bytes)


def limit(runtime: Runtime) -> None:
    """Hold this process to the runtime's ``max_memory_bytes`` on a CUDA device.

    What goes beyond runs out of memory as on a smaller device, and batches give way. Elsewhere torch knows no limit:
    there the plan alone keeps to it.
    """
    import torch

    if runtime.max_memory_bytes is None or not runtime.device.startswith("cuda"):
        return
    device = torch.device(runtime.device)
    total_bytes = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, runtime.max_memory_bytes / total_bytes), device)
