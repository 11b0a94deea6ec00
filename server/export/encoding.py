"""Sound files by the suffix of their name: WAV, FLAC and Ogg Opus, the same bytes for the same samples."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from protocol.errors import InputError
from server.files.atomic import replacing
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


def write_sound(path: Path, samples: NDArray[np.floating[Any]], *, sample_rate_hz: int, comment: str = "") -> None:
    """Write samples to a file, whole or not at all.

    Args:
        path: its suffix says how: .wav and .flac with 24 bits, .ogg and .opus as Ogg Opus.
        samples: in [−1, 1], shape (N,) or (N, channels).
        sample_rate_hz: of the samples; Opus takes 48 kHz.
        comment: kept in the file, for whoever asks what its channels are.

    Raises:
        InputError: the suffix or the number of channels doesn't do, or the place can't be written to.
    """
    encoding = _encoding(path, channels=1 if samples.ndim == 1 else samples.shape[1])
    content = _encoded(samples, encoding, sample_rate_hz=sample_rate_hz, comment=comment)
    # Python writes, not libsndfile, so that a full disk is an OSError.
    with replacing(path) as scratch:
        scratch.write_bytes(_ogg_of_one_serial(content) if encoding.format == "OGG" else content)


def _encoded(samples: NDArray[np.floating[Any]], encoding: _Encoding, *, sample_rate_hz: int, comment: str) -> bytes:
    """The content of a sound file; an interrupt takes effect after a second of sound, however long the whole is."""
    memory = io.BytesIO()
    with deferred_interrupts():
        file = soundfile.SoundFile(
            memory,
            "w",
            samplerate=sample_rate_hz,
            channels=1 if samples.ndim == 1 else samples.shape[1],
            format=encoding.format,
            subtype=encoding.subtype,
            compression_level=_OPUS_COMPRESSION if encoding.subtype == "OPUS" else None,
        )
    try:
        if comment:
            file.comment = comment
        for start in range(0, len(samples), sample_rate_hz):
            with deferred_interrupts():
                file.write(samples[start : start + sample_rate_hz])
    finally:
        with deferred_interrupts():
            file.close()
    return memory.getvalue()


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


# Bytes with their bits the other way round.
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_PAGE_HEADER = 27


def _ogg_of_one_serial(content: bytes) -> bytes:
    """An Ogg file with serial number 1 in place of the random one that libsndfile draws (RFC 3533, section 6)."""
    pages = bytearray(content)
    start = 0
    while start < len(pages):
        lacing = start + _PAGE_HEADER
        body = lacing + pages[start + 26]
        end = body + sum(pages[lacing:body])
        pages[start + 14 : start + 18] = (1).to_bytes(4, "little")
        pages[start + 22 : start + 26] = bytes(4)
        pages[start + 22 : start + 26] = _ogg_checksum(bytes(pages[start:end])).to_bytes(4, "little")
        start = end
    return bytes(pages)


def _ogg_checksum(page: bytes) -> int:
    """The CRC of Ogg: that of zlib with every bit mirrored, and with neither its first nor its last inversion."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
