"""Plays live blocks on a sound card."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from protocol.errors import UnavailableError
from protocol.wire.frames import Frame
from server.client.blocks import block_samples
from server.client.jitter_buffer import JitterBuffer
from server.extras import install_advice


class Speaker:
    """The default sound card; a context manager.

    Raises:
        UnavailableError: there is no sound card, or no library to use it with.
    """

    def __init__(self) -> None:
        remedy = "give --out FILE.wav to keep what is heard instead"
        try:
            import sounddevice
        except ModuleNotFoundError as error:
            raise UnavailableError(
                "the package sounddevice is missing", where="--play", remedy=install_advice("play")
            ) from error
        except OSError as error:
            raise UnavailableError(
                "the library PortAudio is missing", where="--play", remedy=f"install libportaudio2, or {remedy}"
            ) from error
        self._buffer = JitterBuffer()
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
        """How often the card wanted samples that had not arrived."""
        return self._buffer.underruns

    def take(self, block: Frame) -> None:
        """Play a block after those before it."""
        self._buffer.put(block_samples(block))

    def _fill(self, wanted: NDArray[np.float32], _frames: int, _time: Any, _status: Any) -> None:
        self._buffer.fill(wanted)
