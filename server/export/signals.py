"""What every export of sound begins with: the signals of a scene's sources, their length, and how loud the whole is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.loudness.levelling import levelling_gain
from binaural.mix.positioned_signal import PositionedSignal
from protocol.errors import SceneError
from protocol.scene import Scene, Source
from server.audio.clip_file import ClipFile, read_clip

Samples = NDArray[np.float32]

CEILING_DBTP = -1.0
"""Highest true peak (EBU R 128)."""

DEEPEST_LIMITING_DB = 12.0
"""How much a limiter may take from the highest peak: a bark in a silent park may stay far above the park."""


def positioned_signals(scene: Scene, folder: Path) -> list[PositionedSignal]:
    """What sounds where, with the samples of the clips, in the order of the sources.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
    """
    return [positioned_signal(source, read_clip(source, folder)) for source in sources_of(scene, folder)]


def sources_of(scene: Scene, folder: Path) -> tuple[Source, ...]:
    """The sources of a scene that has some.

    Raises:
        SceneError: there is none.
    """
    if not scene.sources:
        raise SceneError("has no sources", where=str(folder), remedy="generate a scene of a picture where things sound")
    return scene.sources


def duration_samples(signals: Sequence[PositionedSignal], duration_s: float | None) -> int:
    """How long a render is: as asked for, or as the longest clip."""
    if duration_s is None:
        return max(len(signal.samples) for signal in signals)
    return round(duration_s * SAMPLE_RATE_HZ)


def loops(signals: Sequence[PositionedSignal], length_samples: int) -> bool:
    """Whether a render's end joins its beginning."""
    return all(signal.loop and length_samples % len(signal.samples) == 0 for signal in signals)


def programme_gain(heard: Samples, *, target_lufs: float, circular: bool, peaking: Samples) -> Samples:
    """What brings a programme to its loudness with true peaks of at most −1 dBTP.

    One gain does it where peaks allow; otherwise a look-ahead limiter takes up to 12 dB from them, in all channels
    alike. A programme more peaked than that stays quieter.

    Args:
        heard: what has the loudness, shape (N, 2).
        target_lufs: the loudness.
        circular: whether the end joins the beginning.
        peaking: what must not peak above the ceiling, shape (N, channels).

    Returns:
        Factors for every channel alike, shape (N, 1).
    """
    factors = levelling_gain(
        heard,
        sample_rate_hz=SAMPLE_RATE_HZ,
        target_lufs=target_lufs,
        ceiling_dbtp=CEILING_DBTP,
        deepest_db=DEEPEST_LIMITING_DB,
        circular=circular,
        peaking=peaking,
    )
    return factors[:, None].astype(np.float32)


def positioned_signal(source: Source, clip: ClipFile) -> PositionedSignal:
    """What sounds where, of a source and its clip."""
    return PositionedSignal(
        samples=clip.samples,
        # Silence has no loudness to make up for.
        loudness_lufs=clip.loudness_lufs or 0.0,
        level_db_spl_1m=source.level_db_spl_1m,
        kind=source.kind,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m,
        width_deg=source.width_deg,
        height_deg=source.height_deg,
        loop=source.clip is not None and source.clip.loop,
    )
