"""Clips as they go over the wire: the file that the library has, or the same sound in another coding."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from protocol.errors import SceneError
from protocol.wire.base import Codec

CODECS: tuple[Codec, ...] = ("pcm16", "float32", "wav", "flac", "opus", "vorbis")
"""What clips can be sent as."""

_SUBTYPES = {"flac": ("FLAC", "PCM_24"), "opus": ("OGG", "OPUS"), "vorbis": ("OGG", "VORBIS")}
# A few scenes' worth of clips of 10 s: encoding is slow, and many clients want the same.
_KEPT = 64


@lru_cache(maxsize=_KEPT)
def clip_payload(path: Path, sha256: str, codec: Codec) -> bytes:
    """A clip's bytes in a codec.

    Args:
        path: of the WAV file.
        sha256: of its content, which tells clips apart that were at the same path.
        codec: one of ``CODECS``.

    Raises:
        SceneError: the file can't be read.
    """
    try:
        if codec == "wav":
            return path.read_bytes()
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SceneError("the clip can't be read", where=f"clip {sha256}", remedy="make the clip again") from error
    if codec == "float32":
        return bytes(samples.astype("<f4").tobytes())
    if codec == "pcm16":
        return bytes(np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes())
    container, subtype = _SUBTYPES[codec]
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, rate_hz, format=container, subtype=subtype)
    return encoded.getvalue()
