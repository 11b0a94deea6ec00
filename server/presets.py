"""Which stages a preset runs: the one place that knows the classes, and it imports them late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from protocol.errors import InputError
from server.pipeline.stages import Stages

if TYPE_CHECKING:
    from server.models.calibrate.surfaces import Surfaces
    from server.models.choices import Learned
    from server.models.plan import Plan
    from server.pipeline.views import Picture

Preset = Literal["embedded", "small", "full"]
PRESETS: tuple[str, ...] = get_args(Preset)

_LOOKED_BY = "land-cover@1"


def stages(
    preset: str, *, clips: Path | None = None, learned: Learned | None = None, plan: Plan | None = None
) -> Stages:
    """The stages of a preset.

    Args:
        preset: one of ``PRESETS``.
        clips: a folder of the user's recordings, which go before what the preset would make.
        learned: which models, and where they run; None: as the command line has it by default.
        plan: what was planned for them, where it was.

    Raises:
        InputError: there is no such preset, model or device, or a folder can't be used.
        UnavailableError: a model isn't here, its licence isn't accepted, or torch isn't installed.
    """
    from server.embedded.recordings import RecordedVoicer

    check(preset)
    made = _embedded() if preset == "embedded" else _learned(preset, learned, plan)
    return made if clips is None else replace(made, voice=RecordedVoicer(clips, otherwise=made.voice))


def check(preset: str) -> None:
    """See that there is such a preset.

    Raises:
        InputError: there isn't.
    """
    if preset not in PRESETS:
        raise InputError(
            f"there is no preset {preset!r}", where="--preset", remedy=f"choose one of: {', '.join(PRESETS)}"
        )


def _embedded() -> Stages:
    from server.embedded.distance.ground_plane import GroundPlaneRanger
    from server.embedded.eyes.listening import EmbeddedProposer
    from server.embedded.voice import ProceduralVoicer

    return Stages(propose=EmbeddedProposer(), ground=None, distance=GroundPlaneRanger(), voice=ProceduralVoicer())


def _learned(preset: str, learned: Learned | None, plan: Plan | None) -> Stages:
    from server.embedded.voice import ProceduralVoicer
    from server.models.assembly import Assembly
    from server.models.choices import Learned, planned

    learned = learned or Learned()
    assembly = Assembly(plan or planned(preset, learned), learned, look=_surfaces, looked_by=_LOOKED_BY)
    return Stages(
        propose=assembly.proposer(),
        ground=assembly.grounder(),
        distance=assembly.ranger(),
        voice=assembly.voicer() or ProceduralVoicer(),
    )


def _surfaces(window: Picture) -> Surfaces:
    """What is ground and what is sky, as the embedded eyes see it."""
    import numpy as np

    from server.embedded.eyes.landcover import Cover, land_cover
    from server.models.calibrate.surfaces import Surfaces

    cover = land_cover(window)
    lies = np.isin(cover.classes, [Cover.GRASS, Cover.WATER, Cover.ROAD, Cover.PAVED])
    return Surfaces(ground=np.where(lies, cover.confidence, np.float32(0.0)), sky=cover.classes == Cover.SKY)
