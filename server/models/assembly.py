"""The stages of a preset of learned models, made of what is on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.models import licences
from server.models.calibrate.ranger import CalibratedRanger, MetricRanger
from server.models.calibrate.surfaces import Look
from server.models.catalogue import Model, Role
from server.models.choices import Learned
from server.models.memory import limit
from server.models.plan import Plan
from server.models.step_down import StepDown
from server.models.weights import folder_of, revision_of
from server.pipeline.stages import Grounder, Proposer, Ranger, Voicer


class Assembly:
    """Makes each stage of the models that a plan names; nothing is loaded before a stage is asked for answers.

    Args:
        plan: which models, and how much at once.
        learned: what the user wants.
        look: says what is ground and what is sky.
        looked_by: its name and revision.

    Raises:
        InputError: there is no such model or device.
        UnavailableError: torch isn't installed, or a licence isn't accepted.
    """

    def __init__(self, plan: Plan, learned: Learned, *, look: Look, looked_by: str) -> None:
        self._learned, self._look, self._looked_by = learned, look, looked_by
        self._runtime, self._plan = learned.runtime(), plan
        licences.require(plan.models, learned.folder, accept=False)
        limit(self._runtime)

    def proposer(self) -> Proposer:
        """Who names what would sound.

        Raises:
            InputError: the address that describes is none.
            UnavailableError: the model isn't here.
        """
        from server.models.describe.endpoint import EndpointProposer
        from server.models.describe.from_vocabulary import VocabularyProposer
        from server.models.describe.image_text import ImageTextProposer
        from server.models.describe.internvl import InternVLProposer

        learned, model = self._learned, self._model("describe")
        if learned.describe_url is not None:
            return EndpointProposer(learned.describe_url, learned.describe_model or "default")
        if learned.own_describer is not None:
            own = learned.own_describer
            return StepDown(lambda runtime: ImageTextProposer(own, runtime=runtime, revision="own"), self._runtime)
        if model is None:
            return VocabularyProposer()
        kind: Callable[..., Proposer] = InternVLProposer if model.name.startswith("internvl") else ImageTextProposer
        proposer: Proposer = self._made(kind, model, views_at_once=self._plan.at_once("describe"))
        return proposer

    def grounder(self) -> Grounder:
        """Who finds it in the views.

        Raises:
            UnavailableError: the model isn't here.
        """
        from server.models.ground.grounding_dino import GroundingDinoGrounder

        model, at_once = self._needed("ground"), self._plan.at_once("ground")
        grounder: Grounder = self._made(GroundingDinoGrounder, model, views_at_once=at_once)
        return grounder

    def ranger(self) -> Ranger:
        """Who tells how far everything is.

        Raises:
            UnavailableError: the model isn't here.
        """
        from server.models.depth.depth_anything import DepthAnythingV2
        from server.models.depth.depth_fm import DepthFM
        from server.models.depth.depth_pro import DepthPro

        model, at_once = self._needed("distance"), self._plan.at_once("distance")
        if model.name == "depthfm":
            checkpoint, autoencoder = self._folder(model) / "depthfm-v1.ckpt", self._folder_beside(model) / "vae"
            revision = self._revision(model)
            relative = StepDown(
                lambda runtime: DepthFM(checkpoint, autoencoder, runtime=runtime, revision=revision, at_once=at_once),
                self._runtime,
            )
            return CalibratedRanger(relative, look=self._look, looked_by=self._looked_by)
        metric = self._made(DepthPro if model.name == "depth-pro" else DepthAnythingV2, model, at_once=at_once)
        return MetricRanger(metric, look=self._look, looked_by=self._looked_by)

    def voicer(self) -> Voicer | None:
        """Who makes the clips; None where no learned model does.

        Raises:
            UnavailableError: a model isn't here.
        """
        from server.models.voice.audio_ldm2 import AudioLdm2Voicer
        from server.models.voice.candidates import CandidateVoicer
        from server.models.voice.checked import CheckedVoicer
        from server.models.voice.clap import ClapJudge
        from server.models.voice.stable_audio import StableAudioVoicer
        from server.models.voice.tango_flux import TangoFluxVoicer

        model = self._model("voice")
        if model is None:
            return None
        voicer: Voicer
        if model.name == "tangoflux":
            voicer = self._made(TangoFluxVoicer, model, self._folder_beside(model))
        else:
            voicer = self._made(StableAudioVoicer if model.name == "stable-audio-open" else AudioLdm2Voicer, model)
        checked = CheckedVoicer(voicer)
        judge = self._model("judge")
        if judge is None:
            return checked
        clap = ClapJudge(self._folder(judge), runtime=self._runtime, revision=self._revision(judge))
        return CandidateVoicer(checked, clap, candidates=self._learned.candidates)

    def _model(self, role: Role) -> Model | None:
        return next((model for model in self._plan.models if model.role == role), None)

    def _needed(self, role: Role) -> Model:
        model = self._model(role)
        if model is None:
            raise LookupError(role)
        return model

    def _folder(self, model: Model) -> Path:
        return folder_of(model, self._learned.folder)

    def _folder_beside(self, model: Model) -> Path:
        """Of the model that another one needs."""
        (name,) = model.beside
        return next(self._folder(one) for one in self._plan.models if one.name == name)

    def _revision(self, model: Model) -> str:
        return revision_of(model, self._learned.folder)

    def _made(self, maker: Callable[..., Any], model: Model, *more: Path, **options: Any) -> Any:
        """A stage of a model's folder and the folders of others that it needs."""
        folder, revision = self._folder(model), self._revision(model)
        return StepDown(
            lambda runtime: maker(folder, *more, runtime=runtime, revision=revision, **options), self._runtime
        )
