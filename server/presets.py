"""Which stages a preset runs: the one place that knows the classes, and it imports them late."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from protocol.errors import InputError
from server.pipeline.stages import Stages, Voicer

Preset = Literal["embedded"]
PRESETS: tuple[str, ...] = get_args(Preset)


def stages(preset: str, *, clips: Path | None = None) -> Stages:
    """The stages of a preset.

    Args:
        preset: one of ``PRESETS``.
        clips: a folder of the user's recordings, which go before what the preset would make.

    Raises:
        InputError: there is no such preset, or the folder can't be used.
    """
    if preset not in PRESETS:
        raise InputError(
            f"there is no preset {preset!r}", where="--preset", remedy=f"choose one of: {', '.join(PRESETS)}"
        )
    from server.embedded.distance.ground_plane import GroundPlaneRanger
    from server.embedded.eyes.listening import EmbeddedProposer
    from server.embedded.recordings import RecordedVoicer
    from server.embedded.voice import ProceduralVoicer

    voice: Voicer = ProceduralVoicer()
    if clips is not None:
        voice = RecordedVoicer(clips, otherwise=voice)
    return Stages(propose=EmbeddedProposer(), ground=None, distance=GroundPlaneRanger(), voice=voice)
