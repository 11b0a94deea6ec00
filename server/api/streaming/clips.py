"""Clips as they go over the wire: the file that the library has, or the same sound in another coding."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from protocol.errors import SceneError, UnavailableError
from protocol.wire.base import Codec
from protocol.wire.sources import ClipReference
from server.api.byte_cache import ByteCache

CODECS: tuple[Codec, ...] = ("pcm16", "float32", "wav", "flac", "opus", "vorbis")
"""What clips can be sent as."""

_SUBTYPES = {"flac": ("FLAC", "PCM_24"), "opus": ("OGG", "OPUS"), "vorbis": ("OGG", "VORBIS")}
# More is never taken, whatever the codec.
_MOST_BYTES_OF_A_SAMPLE = 4
# Those who encode have no more than a core, or what is live would be late.
_THREADS = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedClip:
    """A clip in a codec.

    Attributes:
        payload: its bytes.
        sha256: of these.
    """

    payload: bytes = field(repr=False)
    sha256: str


class ClipEncoder:
    """Encodes clips beside the event loop, each once however many want it, and keeps those used last.

    Args:
        memory_bytes: how much is kept.
    """

    def __init__(self, *, memory_bytes: int) -> None:
        self._encoded: ByteCache[EncodedClip] = ByteCache("encoder", most_bytes=memory_bytes, threads=_THREADS)

    async def encoded(self, path: Path, clip: ClipReference, codec: Codec) -> EncodedClip:
        """A clip in a codec.

        Args:
            path: of its WAV file.
            clip: what it is; its hash tells clips apart that were at the same path.
            codec: one of ``CODECS``.

        Raises:
            SceneError: the file can't be read.
            UnavailableError: there is no room for it now.
        """
        size_bytes = round(clip.duration_s * clip.sample_rate_hz) * clip.channels * _MOST_BYTES_OF_A_SAMPLE
        key = (path, clip.sha256, codec)
        encoding = self._encoded.wanted(key, lambda: encode_clip(path, clip.sha256, codec), size_bytes=size_bytes)
        if encoding is None:
            raise UnavailableError(
                "there is no room to encode the clip now",
                where=f"clip {clip.sha256}",
                remedy="ask again later, fetch it by HTTP, or give the server more --memory",
            )
        try:
            # Others wait for the same clip, and stay when this one goes.
            return await asyncio.shield(asyncio.wrap_future(encoding))
        except SceneError:
            self._encoded.forget(key)
            raise

    def close(self) -> None:
        """Encode no more."""
        self._encoded.close()


def encode_clip(path: Path, sha256: str, codec: Codec) -> EncodedClip:
    """Encode a clip.

    Args:
        path: of the WAV file.
        sha256: of its content.
        codec: one of ``CODECS``.

    Raises:
        SceneError: the file can't be read.
    """
    payload = _payload(path, sha256, codec)
    return EncodedClip(payload=payload, sha256=hashlib.sha256(payload).hexdigest())


def wav_of_16_bits(path: Path, sha256: str) -> bytes:
    """A clip as a WAV file of 16 bits, for programs that read no other; its samples are those of the codec ``pcm16``.

    Args:
        path: of the WAV file.
        sha256: of its content.

    Raises:
        SceneError: the file can't be read.
    """
    samples = np.frombuffer(_payload(path, sha256, "pcm16"), "<i2")
    about = soundfile.info(path)
    file = io.BytesIO()
    soundfile.write(file, samples.reshape(-1, about.channels), about.samplerate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def _payload(path: Path, sha256: str, codec: Codec) -> bytes:
    try:
        data = path.read_bytes()
        samples, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SceneError("the clip can't be read", where=f"clip {sha256}", remedy="make the clip again") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SceneError("the clip's file is another one now", where=f"clip {sha256}", remedy="make the clip again")
    if codec == "wav":
        return data
    if codec == "float32":
        return bytes(samples.astype("<f4").tobytes())
    if codec == "pcm16":
        return bytes(np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes())
    container, subtype = _SUBTYPES[codec]
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, rate_hz, format=container, subtype=subtype)
    return encoded.getvalue()
