"""Sound files by the suffix of their name: WAV, FLAC and Ogg Opus, the same bytes for the same samples."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from protocol.errors import InputError
from server.export.ogg import OggPages
from server.export.pending_writes import PendingWrites
from server.files.atomic import replacing_content
from server.interrupts import deferred_interrupts


class _Encoding(NamedTuple):
    format: str
    subtype: str
    most_channels: int


# 24 bits: every player reads them, their noise lies 144 dB down, and unlike float WAV they bring no chunk with a time
# stamp.
_BY_SUFFIX = {
    ".wav": _Encoding("WAV", "PCM_24", 1024),
    ".flac": _Encoding("FLAC", "PCM_24", 8),
    ".ogg": _Encoding("OGG", "OPUS", 2),
    ".opus": _Encoding("OGG", "OPUS", 2),
}
SUFFIXES = tuple(_BY_SUFFIX)
# libsndfile takes 256 kbit/s a channel at 0 and 6 at 1: this is 160 kbit/s for two, past what listeners tell apart.
_OPUS_COMPRESSION = 0.7
_PCM_BYTES = 3
# Silence is next to nothing in FLAC; Opus has a fourteenth of the bits of PCM, and less for what is quiet.
_LEAST_SHARES = {".flac": 0.1, ".ogg": 0.02, ".opus": 0.02}
_LARGEST_WAV_BYTES = 0xFFFFFFFF
# With room for a comment.
_HEADER_BYTES = 4096


def encoding_of(path: Path, *, channels: int = 2) -> str:
    """The name of the encoding that a file's suffix asks for, in any case: ``WAV``, ``FLAC`` or ``OGG``.

    Worth asking before a long render.

    Raises:
        InputError: the suffix is none of ``SUFFIXES``, or its format can't hold so many channels.
    """
    return _encoding(path, channels).format


def check_wav(path: Path, *, what: str) -> None:
    """See that a file's suffix asks for WAV, where nothing else will do.

    Raises:
        InputError: it doesn't.
    """
    if path.suffix.lower() != ".wav":
        raise InputError(f"{what} is kept in WAV files only", where=str(path), remedy="name the file with .wav")


def is_rf64(path: Path, *, channels: int, length_samples: int) -> bool:
    """Whether a file is too large for WAV, whose sizes have 32 bits, and is written as RF64 (EBU Tech 3306).

    Args:
        path: of the file.
        channels: of the sound.
        length_samples: of the sound.
    """
    encoding = _encoding(path, channels)
    return encoding.format == "WAV" and _HEADER_BYTES + channels * length_samples * _PCM_BYTES > _LARGEST_WAV_BYTES


def check_space(path: Path, *, channels: int, length_samples: int, files: int = 1) -> None:
    """See that a sound fits on the disk, before it is made.

    What FLAC and Opus will take isn't known before: they are let through where a small part of the samples fits.

    Args:
        path: of the file, or of a folder of WAV files.
        channels: of the sound.
        length_samples: of the sound.
        files: how many of them there are.

    Raises:
        InputError: it doesn't.
    """
    share = _LEAST_SHARES.get(path.suffix.lower(), 1.0)
    needed = round(files * channels * length_samples * _PCM_BYTES * share)
    there = next(folder for folder in path.absolute().parents if folder.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise InputError(
            f"needs {needed / 1e6:,.0f} MB, and the disk has {free / 1e6:,.0f} MB left",
            where=str(path),
            remedy="make space, choose another place, or render less with --duration-s",
        )


@contextmanager
def sound_file(
    path: Path, *, channels: int, length_samples: int, sample_rate_hz: int, comment: str = ""
) -> Iterator[SoundFile]:
    """A file to write a sound to, block by block, which is there whole or not at all.

    Args:
        path: its suffix says how: .wav and .flac with 24 bits, .ogg and .opus as Ogg Opus.
        channels: of the sound.
        length_samples: of the sound; from this follows whether a WAV file's sizes need 64 bits.
        sample_rate_hz: of the sound; Opus takes 48 kHz.
        comment: kept in the file, for whoever asks what its channels are.

    Raises:
        InputError: the suffix or the number of channels doesn't do, or the place can't be written to.
    """
    encoding = _encoding(path, channels)
    format_name = "RF64" if is_rf64(path, channels=channels, length_samples=length_samples) else encoding.format
    with replacing_content(path) as target:
        pending = PendingWrites()
        with deferred_interrupts():
            encoder = soundfile.SoundFile(
                pending,
                "w",
                samplerate=sample_rate_hz,
                channels=channels,
                format=format_name,
                subtype=encoding.subtype,
                compression_level=_OPUS_COMPRESSION if encoding.subtype == "OPUS" else None,
            )
        if comment:
            encoder.comment = comment
        file = SoundFile(encoder, pending, target, pages=OggPages() if encoding.format == "OGG" else None)
        try:
            yield file
        finally:
            file.close()


class SoundFile:
    """A sound file that is being written; an interrupt takes effect after a block, however long the whole is."""

    def __init__(
        self, encoder: soundfile.SoundFile, pending: PendingWrites, target: BinaryIO, *, pages: OggPages | None
    ) -> None:
        self._encoder, self._pending, self._target, self._pages = encoder, pending, target, pages

    def write(self, block: NDArray[np.floating[Any]]) -> None:
        """Add samples in [−1, 1], shape (n, channels)."""
        with deferred_interrupts():
            self._encoder.write(block)
        self._settle()

    def close(self) -> None:
        """Write what the encoder has kept back."""
        with deferred_interrupts():
            self._encoder.close()
        self._settle()

    def _settle(self) -> None:
        # Python writes, not libsndfile, so that a full disk is an OSError.
        for at, content in self._pending.taken():
            if self._pages is None:
                self._target.seek(at)
                self._target.write(content)
            else:
                self._target.write(self._pages.of_one_serial(content))


def _encoding(path: Path, channels: int) -> _Encoding:
    encoding = _BY_SUFFIX.get(path.suffix.lower())
    if encoding is None:
        named = f"end in {path.suffix}" if path.suffix else "have no suffix"
        raise InputError(
            f"sound files can't {named}", where=str(path), remedy=f"name the file with one of {', '.join(SUFFIXES)}"
        )
    if channels > encoding.most_channels:
        raise InputError(
            f"{path.suffix} holds {encoding.most_channels} channels at most, and this has {channels}",
            where=str(path),
            remedy="name the file with .wav",
        )
    return encoding
