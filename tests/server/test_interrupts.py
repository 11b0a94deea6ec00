from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile

from server.interrupts import INTERRUPTED, deferred_interrupts, ending_at_interrupt


class _Interrupted(io.BytesIO):
    """A file in memory in whose second read somebody presses Ctrl-C."""

    reads = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._count()
        return super().readinto(buffer)

    def read(self, size: int | None = -1) -> bytes:
        self._count()
        return super().read(size)

    def _count(self) -> None:
        self.reads += 1
        if self.reads == 2:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_while_sound_is_read_from_memory_ends_the_program_after_it() -> None:
    sound = io.BytesIO()
    soundfile.write(sound, np.linspace(-0.5, 0.5, 480_000, dtype=np.float32), 48_000, format="WAV", subtype="PCM_24")
    samples = np.zeros(0)
    file = _Interrupted(sound.getvalue())
    with pytest.raises(KeyboardInterrupt), deferred_interrupts():
        samples, _ = soundfile.read(file)
    assert file.reads > 2
    assert len(samples) == 480_000


def test_handlers_are_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with deferred_interrupts():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_error_inside_is_raised_as_it_is() -> None:
    with pytest.raises(ValueError, match="damaged"), deferred_interrupts():
        raise ValueError("damaged")


def test_other_threads_which_get_no_signals_pass_through() -> None:
    seen: list[object] = []

    def work() -> None:
        with deferred_interrupts():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


_LOADING = """
import signal
from server.interrupts import ending_at_interrupt
{before}
with ending_at_interrupt():
    signal.raise_signal(signal.SIGINT)
print("went on")
"""


def ended(before: str = "") -> tuple[int, str, str]:
    run = subprocess.run([sys.executable, "-c", _LOADING.format(before=before)], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def test_ctrl_c_while_modules_are_loaded_ends_quietly() -> None:
    assert ended() == (INTERRUPTED, "", "")


def test_who_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    assert ended("signal.signal(signal.SIGINT, signal.SIG_IGN)") == (0, "went on\n", "")


def test_afterwards_ctrl_c_is_an_interrupt_again() -> None:
    with ending_at_interrupt():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
