"""What every export of sound begins with: the signals of a scene's sources, and their length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.positioned_signal import PositionedSignal
from protocol.errors import SceneError
from protocol.scene import Scene, Source
from server.audio.clip_file import ClipFile, read_clip


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
