"""Ctrl-C: where it waits, since a callback of a C library would print and lose it, and where it ends all at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
"""The exit status after Ctrl-C, as shells have it."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\r\x1b[K\x1b[?25h"


@contextmanager
def deferred_interrupts() -> Iterator[None]:
    """Let Ctrl-C and termination take effect only at the end.

    libsndfile reads and writes sound in memory by calls back into Python, and cffi can pass no exception through them:
    a KeyboardInterrupt that comes in such a call would leave the program running. Where Python handles no signals,
    which is in all threads but the main one, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as Python calls it
        received.append(number)

    handlers = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for handled, handler in handlers.items():
            # None stands for a handler that Python did not set, and can't set again.
            signal.signal(handled, signal.SIG_DFL if handler is None else handler)
        for number in dict.fromkeys(received):
            signal.raise_signal(number)


@contextmanager
def ending_at_interrupt() -> Iterator[None]:
    """Have Ctrl-C end the process at once and without a word, where nothing is written that a kill would leave half.

    While modules are loaded, a KeyboardInterrupt would come out as a trace of where that was, or be lost in C code. The
    terminal's line is cleared, and its cursor shown.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        # It is ignored, as in the background of a script, or a handler is there already.
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as Python calls it
    if os.isatty(2):
        os.write(2, _SHOW_CURSOR)
    os._exit(INTERRUPTED)
