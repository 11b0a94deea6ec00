"""A clip's file, read: the one place that knows how clips lie on the disk, and what can be wrong with them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from binaural.loudness.meter import integrated_lufs
from protocol.errors import SceneError, os_reason
from protocol.place import PlacedSource
from protocol.scene import Source
from server.interrupts import deferred_interrupts

SAMPLE_RATE_HZ = 48_000
"""Of every clip."""

_REMEDY = "generate the scene again"
_DECIMALS = 4


class ClipFile(NamedTuple):
    """A clip as it lies on the disk, and as it sounds."""

    content: bytes
    samples: NDArray[np.float32]
    """Mono at 48 kHz, shape (N,), N > 0."""
    loudness_lufs: float | None
    """BS.1770; None for silence."""


def clip_content(source: Source | PlacedSource, folder: Path) -> bytes:
    """The file of a source's clip.

    Raises:
        SceneError: there is none yet, it is missing, or isn't what the scene was made with.
    """
    if source.clip is None:
        raise SceneError("has no clip yet", where=f"{folder}: source {source.id}", remedy=_REMEDY)
    path = folder / source.clip.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SceneError(f"the clip can't be read ({os_reason(error)})", where=str(path), remedy=_REMEDY) from error
    if hashlib.sha256(content).hexdigest() != source.clip.sha256:
        raise SceneError("the clip isn't what the scene was made with", where=str(path), remedy=_REMEDY)
    return content


def read_clip(source: Source | PlacedSource, folder: Path) -> ClipFile:
    """A source's clip; its loudness is that of the scene, or measured where an older scene doesn't say it.

    Raises:
        SceneError: there is none yet, it is missing or damaged, or isn't what the scene was made with.
    """
    content = clip_content(source, folder)
    known_lufs = source.clip.loudness_lufs if source.clip else None
    samples = decoded_clip(content, where=str(folder / source.clip.path if source.clip else folder))
    return ClipFile(content, samples, clip_loudness_lufs(samples) if known_lufs is None else known_lufs)


def decoded_clip(content: bytes, *, where: str) -> NDArray[np.float32]:
    """The samples of a clip's file: mono at 48 kHz, shape (N,), N > 0.

    Raises:
        SceneError: it isn't a sound file, or of another kind.
    """
    try:
        with deferred_interrupts():
            samples, rate_hz = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise SceneError("the clip isn't a sound file", where=where, remedy=_REMEDY) from error
    if rate_hz != SAMPLE_RATE_HZ or samples.shape[1] != 1 or not len(samples) or not np.all(np.isfinite(samples)):
        raise SceneError("the clip isn't mono sound at 48 kHz", where=where, remedy=_REMEDY)
    return np.ascontiguousarray(samples[:, 0])


def clip_loudness_lufs(samples: NDArray[np.float32]) -> float | None:
    """The loudness of a clip, None for silence; rounded to 0.0001 LU, so that all machines agree.

    Args:
        samples: mono at 48 kHz, shape (N,).
    """
    loudness_lufs = integrated_lufs(samples, SAMPLE_RATE_HZ)
    return round(float(loudness_lufs), _DECIMALS) if np.isfinite(loudness_lufs) else None
