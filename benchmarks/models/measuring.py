"""The seconds and the most memory that work takes, on any device."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from server.models.runtime import Runtime, free


def forget_peak(runtime: Runtime) -> None:
    """Begin to watch a GPU's memory anew; a CPU's peak is the process's, for good."""
    free()
    if runtime.device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()


@contextmanager
def measured(runtime: Runtime) -> Iterator[dict[str, Any]]:
    """The seconds of a block, and the most memory that it or what came before it in the process took."""
    on_gpu = runtime.device.startswith("cuda")
    if on_gpu:
        torch.cuda.synchronize()
    found: dict[str, Any] = {}
    began_s = time.perf_counter()
    yield found
    if on_gpu:
        torch.cuda.synchronize()
    found["s"] = time.perf_counter() - began_s
    used = torch.cuda.max_memory_allocated() if on_gpu else 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak"] = f"{used / 2**30:.2f}"
