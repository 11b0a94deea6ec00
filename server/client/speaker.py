"""Live blocks on a sound card."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf import SAMPLE_RATE_HZ
from protocol.errors import UnavailableError
from protocol.frames import Frame
from server.client.blocks import block_samples

# Sound begins once so much waits: two blocks of 256 samples and a card that takes its time.
_CUSHION_S = 0.03
# More can't be wanted: the card's clock is slower than the server's.
_MOST_S = 0.15


class Cushion:
    """Samples between a network that brings them in bursts and a card that wants them evenly.

    Attributes:
        underruns: how often the card wanted samples that were not there.
    """

    def __init__(self) -> None:
        self._least, self._most = round(_CUSHION_S * SAMPLE_RATE_HZ), round(_MOST_S * SAMPLE_RATE_HZ)
        self._blocks: deque[NDArray[np.float32]] = deque()
        self._waiting = 0
        self._flows = False
        self._lock = threading.Lock()
        self.underruns = 0

    def put(self, samples: NDArray[np.float32]) -> None:
        """Samples have come, shape (N, 2); the oldest go where too many wait."""
        with self._lock:
            self._blocks.append(samples)
            self._waiting += len(samples)
            while self._waiting > self._most:
                self._waiting -= len(self._blocks.popleft())

    def fill(self, wanted: NDArray[np.float32]) -> None:
        """Fill what the card wants, shape (N, 2); silence until enough waits, and where nothing does."""
        with self._lock:
            self._flows = self._flows or self._waiting >= self._least
            done = 0
            while self._flows and done < len(wanted) and self._blocks:
                block = self._blocks.popleft()
                part = block[: len(wanted) - done]
                wanted[done : done + len(part)] = part
                done += len(part)
                if len(part) < len(block):
                    self._blocks.appendleft(block[len(part) :])
            self._waiting -= done
            wanted[done:] = 0.0
            if self._flows and done < len(wanted):
                self._flows = False
                self.underruns += 1


class Speaker:
    """The default sound card; a context manager.

    Raises:
        UnavailableError: there is no sound card, or nothing to reach it by.
    """

    def __init__(self) -> None:
        remedy = "give --out FILE.wav to keep what is heard instead"
        try:
            import sounddevice
        except ModuleNotFoundError as error:
            raise UnavailableError(
                "the package sounddevice is missing", where="--play", remedy="run: pip install 'sonorama[play]'"
            ) from error
        except OSError as error:
            raise UnavailableError(
                "the library PortAudio is missing", where="--play", remedy=f"install libportaudio2, or {remedy}"
            ) from error
        self._cushion = Cushion()
        try:
            self._stream = sounddevice.OutputStream(
                samplerate=SAMPLE_RATE_HZ, channels=2, dtype="float32", latency="low", callback=self._fill
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise UnavailableError(f"no sound card can be used ({error})", where="--play", remedy=remedy) from error

    def __enter__(self) -> Self:
        self._stream.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    @property
    def underruns(self) -> int:
        """How often the card went without."""
        return self._cushion.underruns

    def take(self, block: Frame) -> None:
        """Play a block after those before it."""
        self._cushion.put(block_samples(block))

    def _fill(self, wanted: NDArray[np.float32], _frames: int, _time: Any, _status: Any) -> None:
        self._cushion.fill(wanted)
