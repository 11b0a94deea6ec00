"""Writes live blocks to a sound file."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from protocol.errors import InputError
from protocol.wire.frames import Frame
from server.client.blocks import block_samples

_FORMATS = {".wav": "WAV", ".flac": "FLAC"}
# A longer gap means that the server was started again, and its clock with it.
_LONGEST_GAP_S = 60.0


def check_name(path: Path) -> None:
    """Check that a recording can have this name.

    Raises:
        InputError: the suffix is neither .wav nor .flac.
    """
    if path.suffix.lower() not in _FORMATS:
        raise InputError(
            "names no format for a recording", where=str(path), remedy=f"end it with {' or '.join(_FORMATS)}"
        )


class Recording:
    """A stereo file with 24 bits, in which each block is at the time at which it was due; a context manager.

    Args:
        path: of the new file; its name has passed :func:`check_name`.

    Attributes:
        missing_s: how many seconds of silence stand for blocks that never arrived.
    """

    def __init__(self, path: Path) -> None:
        self._file = soundfile.SoundFile(
            path, "w", SAMPLE_RATE_HZ, channels=2, subtype="PCM_24", format=_FORMATS[path.suffix.lower()]
        )
        self._origin_s = 0.0
        self._written = 0
        self.missing_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def seconds(self) -> float:
        """The length of the recording so far."""
        return self._written / SAMPLE_RATE_HZ

    def take(self, block: Frame) -> None:
        """Write a block at its place, after silence where blocks are missing; samples that are there already stay."""
        samples = block_samples(block)
        place = round((block.time_s - self._origin_s) * SAMPLE_RATE_HZ)
        gap = place - self._written
        if self._written == 0 or abs(gap) > _LONGEST_GAP_S * SAMPLE_RATE_HZ:
            self._origin_s = block.time_s - self._written / SAMPLE_RATE_HZ
            gap = 0
        if gap > 0:
            self._file.write(np.zeros((gap, 2), dtype=np.float32))
            self._written += gap
            self.missing_s += gap / SAMPLE_RATE_HZ
        fresh = samples[max(0, -gap) :]
        self._file.write(fresh)
        self._written += len(fresh)
