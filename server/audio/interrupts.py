"""Interrupts that wait, since one inside a callback of a C library is printed and lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


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

    def note(number: int, frame: Any) -> None:  # noqa: ARG001 - as Python calls it
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
