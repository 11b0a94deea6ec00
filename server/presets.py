"""The presets, a row each: which stage does what on the journey, and which learned models it needs.

The command line, the HTTP interface, the workers and ``sonorama doctor`` all read this table. To import it costs
nothing: stages are named, and imported when they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

from protocol.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from server.models.calibrate.surfaces import Surfaces
    from server.models.choices import Learned
    from server.models.plan import Plan
    from server.models.voice.quality.clap import ClapJudge
    from server.pipeline.stages import Stages, Voicer
    from server.pipeline.views import Picture

Option = Literal[
    "views",
    "device",
    "dtype",
    "max_memory",
    "model",
    "model_dir",
    "accept_licences",
    "describe_url",
    "describe_model",
    "candidates",
]
"""An option of ``sonorama generate`` that some presets have no use for; all presets take the others."""

OtherVoice = Literal["freesound"]
"""A voice that any preset can have ahead of its own."""

_ALL_OPTIONS: frozenset[Option] = frozenset(get_args(Option))
_SURFACES_IDENTITY = "land-cover@2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One preset.

    Attributes:
        name: as in ``sonorama generate --preset NAME``.
        help: what it is, for the help of the command line.
        propose: the stage that proposes, as ``module:Class``, where no learned model does; and so on.
        ground: see ``propose``; empty where the proposer itself says where its proposals are.
        estimate_depth: see ``propose``.
        voice: see ``propose``.
        models: of :mod:`server.models.catalogue`: for each role, names from the largest to the smallest, of which the
            largest that suits the machine runs.
        options: what it has a use for among the options that not every preset takes.
    """

    name: str
    help: str
    propose: str = ""
    ground: str = ""
    estimate_depth: str = ""
    voice: str = ""
    models: tuple[tuple[str, ...], ...] = ()
    options: frozenset[Option] = _ALL_OPTIONS

    @property
    def needs_download(self) -> bool:
        """Whether models have to be fetched before it runs."""
        return bool(self.models)

    @property
    def unused_options(self) -> frozenset[str]:
        """The options of ``sonorama generate`` that it has no use for."""
        return _ALL_OPTIONS - self.options

    def accepts(self, option: str) -> bool:
        """Whether an option of ``sonorama generate`` changes what the preset does."""
        return option not in self.unused_options

    def check(self, options: Iterable[str]) -> None:
        """See that the preset has a use for the options that a user gave.

        Raises:
            InputError: it has none for one of them.
        """
        for option in options:
            if not self.accepts(option):
                others = " or ".join(row.name for row in PRESETS.values() if row.accepts(option))
                raise InputError(
                    f"isn't for --preset {self.name}, which has no use for it",
                    where=f"--{option.replace('_', '-')}",
                    remedy=f"leave it out, or choose --preset {others}",
                )


_PROCEDURAL = "server.sound.procedural:ProceduralVoicer"

PRESETS: Mapping[str, Preset] = {
    row.name: row
    for row in (
        Preset(
            name="embedded",
            help="no download",
            propose="server.perception.proposer:EmbeddedProposer",
            estimate_depth="server.perception.ground_plane.depth_estimator:GroundPlaneDepthEstimator",
            voice=_PROCEDURAL,
            options=frozenset(),
        ),
        Preset(
            name="small",
            help="learned perception and depth that a laptop can bear",
            propose="server.models.describe.from_vocabulary:VocabularyProposer",
            voice=_PROCEDURAL,
            models=(("grounding-dino-tiny",), ("depth-anything-v2-outdoor-small",)),
        ),
        Preset(
            name="full",
            help="learned models for everything",
            models=(
                # Without the 4B model, since its terms are narrower than its neighbours'.
                ("internvl-8b", "internvl-2b", "internvl-1b"),
                ("grounding-dino-tiny",),
                ("depthfm",),
                ("tangoflux",),
            ),
        ),
    )
}
"""The first is the default."""


def preset_named(name: str) -> Preset:
    """A preset by its name.

    Raises:
        InputError: there is none.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise InputError(
            f"there is no preset {name!r}", where="--preset", remedy=f"choose one of: {', '.join(PRESETS)}"
        ) from None


def presets_help() -> str:
    """What each preset is, for the help of the command line."""
    return " ".join(f"{row.name}: {row.help}." for row in PRESETS.values())


def plan_for(preset: str, learned: Learned) -> Plan:
    """What a preset will fetch and load on this machine.

    Raises:
        InputError: there is no such preset, model, device or size of memory.
        UnavailableError: the machine lacks the device, or torch is not installed.
    """
    from server.models.choices import plan_for

    return plan_for(preset_named(preset).models, learned)


def stages(
    preset: str,
    *,
    clips: Path | None = None,
    voice: OtherVoice | None = None,
    learned: Learned | None = None,
    plan: Plan | None = None,
) -> Stages:
    """The stages of a preset.

    Args:
        preset: one of ``PRESETS``.
        clips: a folder of the user's recordings, which go before what any voice would make.
        voice: one that goes before the preset's own.
        learned: which models, and where they run; None: as the command line has it by default.
        plan: what was planned for them, where it was.

    Raises:
        InputError: there is no such preset, model or device, a folder can't be used, or a key is missing.
        UnavailableError: a model isn't here, its licence isn't accepted, or torch isn't installed.
    """
    from server.sound.recordings.voicer import RecordedVoicer

    row = preset_named(preset)
    made = _learned_stages(row, learned, plan) if row.models else _own_stages(row)
    if voice == "freesound":
        made = replace(made, voice=_freesound_voice(made.voice, learned))
    return made if clips is None else replace(made, voice=RecordedVoicer(clips, otherwise=made.voice))


def _own_stages(row: Preset) -> Stages:
    from server.pipeline.stages import Stages

    return Stages(
        propose=_own(row.propose),
        ground=_own(row.ground) if row.ground else None,
        estimate_depth=_own(row.estimate_depth),
        voice=_own(row.voice),
    )


def _learned_stages(row: Preset, learned: Learned | None, plan: Plan | None) -> Stages:
    """Learned models where the plan has them, the preset's own stages for the rest."""
    from server.models.assembly import Assembly
    from server.models.choices import Learned, plan_for
    from server.pipeline.stages import Stages

    learned = learned or Learned()
    assembly = Assembly(
        plan or plan_for(row.models, learned),
        learned,
        find_surfaces=_surfaces,
        surfaces_identity=_SURFACES_IDENTITY,
    )
    return Stages(
        propose=assembly.proposer() or _own(row.propose),
        ground=assembly.grounder() or (_own(row.ground) if row.ground else None),
        estimate_depth=assembly.depth_estimator() or _own(row.estimate_depth),
        voice=assembly.voicer(stand_in=partial(_own, _PROCEDURAL)) or _own(row.voice),
    )


def _freesound_voice(otherwise: Voicer, learned: Learned | None) -> Voicer:
    """Freesound ahead of another voice; it compares sounds with words where the model for that is here."""
    import os

    from server.sound.freesound.client import KEY_VARIABLE, FreesoundClient
    from server.sound.freesound.shelf import PreviewShelf, previews_folder
    from server.sound.freesound.voicer import FreesoundVoicer

    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        what = "isn't a key" if key else "isn't set"
        raise InputError(what, where=KEY_VARIABLE, remedy="put the API key in it that freesound.org/apiv2/apply gives")
    client = FreesoundClient(key)
    judge = _clap(learned)
    return FreesoundVoicer(
        client,
        PreviewShelf(previews_folder(), client),
        otherwise,
        likeness=judge.likeness if judge else None,
        judge=judge.identity if judge else "",
    )


def _clap(learned: Learned | None) -> ClapJudge | None:
    """The model that compares sounds with words, if ``sonorama models pull clap`` and the extra are here."""
    from server.models.catalogue import model_named
    from server.models.choices import Learned
    from server.models.loaders import loader_of
    from server.models.weights import present, revision_of

    learned, model = learned or Learned(), model_named("clap")
    if model.name not in present(learned.folder):
        return None
    try:
        runtime = learned.runtime()
    except UnavailableError:
        return None
    paths = [learned.folder / path for path in model.checkpoint_paths]
    judge: ClapJudge = loader_of(model)(*paths, runtime=runtime, revision=revision_of(model, learned.folder))
    return judge


def _own(name: str) -> Any:
    """A stage that needs no model, made."""
    from server.models.loaders import imported

    return imported(name)()


def _surfaces(window: Picture) -> Surfaces:
    """What is ground and what is sky, as the embedded perception finds it."""
    import numpy as np

    from server.models.calibrate.surfaces import Surfaces
    from server.perception.land_cover.classes import Cover, land_cover

    cover = land_cover(window)
    lies = np.isin(cover.classes, [Cover.GRASS, Cover.WATER, Cover.ROAD, Cover.PAVED, Cover.SOIL])
    return Surfaces(ground=np.where(lies, cover.confidence, np.float32(0.0)), sky=cover.classes == Cover.SKY)
