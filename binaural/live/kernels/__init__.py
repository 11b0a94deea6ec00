"""The inner loops: in machine code where numba and rocket-fft are installed, in NumPy where they aren't.

Both modules have the same functions, and their results differ by rounding only. One of them is chosen when a renderer
is made, since compiling takes time.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


@cache
def kernels() -> ModuleType:
    """:mod:`binaural.live.kernels.compiled` if what it needs is installed, else :mod:`binaural.live.kernels.plain`."""
    compiled = find_spec("numba") is not None and find_spec("rocket_fft") is not None
    return import_module(f"binaural.live.kernels.{'compiled' if compiled else 'plain'}")
