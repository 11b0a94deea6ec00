"""The inner loops: in machine code where numba and rocket-fft are installed, in NumPy where they aren't.

Both modules have the same functions and give the same but for rounding. Which of the two is asked for when a renderer
is made, since compiling takes time.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


@cache
def kernels() -> ModuleType:
    """:mod:`binaural.kernels.compiled` if what it needs is installed, else :mod:`binaural.kernels.plain`."""
    compiled = find_spec("numba") is not None and find_spec("rocket_fft") is not None
    return import_module(f"binaural.kernels.{'compiled' if compiled else 'plain'}")
