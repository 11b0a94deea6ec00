"""The stages of a preset of learned models, made of what is on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.models import licences
from server.models.calibrate.surfaces import SurfaceFinder
from server.models.catalogue import IMAGE_TEXT_LOADER, Model, Role, model_named
from server.models.choices import Learned
from server.models.loaders import imported, loader_of
from server.models.memory import limit
from server.models.plan import Plan
from server.models.runtime import Runtime
from server.models.step_down import StepDown
from server.models.weights import folder_of, revision_of
from server.pipeline.stages import DepthEstimator, Grounder, Proposer, Voicer


class Assembly:
    """Makes each stage of the models that a plan names; nothing is loaded before a stage is asked for answers.

    Args:
        plan: which models, and how much at once.
        learned: what the user chose.
        find_surfaces: says what is ground and what is sky.
        surfaces_identity: its name and revision.

    Raises:
        InputError: there is no such model or device.
        UnavailableError: torch isn't installed, or a licence isn't accepted.
    """

    def __init__(self, plan: Plan, learned: Learned, *, find_surfaces: SurfaceFinder, surfaces_identity: str) -> None:
        self._learned, self._find_surfaces, self._surfaces_identity = learned, find_surfaces, surfaces_identity
        self._runtime, self._plan = learned.runtime(), plan
        licences.require(plan.models, learned.folder, accept=False)
        limit(self._runtime)

    def proposer(self) -> Proposer | None:
        """What names what would sound; None where no learned model does.

        Raises:
            InputError: the address that describes is none.
            UnavailableError: the model isn't here.
        """
        learned = self._learned
        if learned.describe_url is not None:
            from server.models.describe.endpoint import EndpointProposer

            return EndpointProposer(learned.describe_url, learned.describe_model or "default")
        if learned.own_describer is not None:
            own, load = learned.own_describer, imported(IMAGE_TEXT_LOADER)
            return StepDown(lambda runtime: load(own, runtime=runtime, revision="own"), self._runtime)
        proposer: Proposer | None = self._stepping_down("describe")
        return proposer

    def grounder(self) -> Grounder | None:
        """What finds it in the views; None where no learned model does.

        Raises:
            UnavailableError: the model isn't here.
        """
        grounder: Grounder | None = self._stepping_down("ground")
        return grounder

    def depth_estimator(self) -> DepthEstimator | None:
        """What tells how far everything is; None where no learned model does.

        Raises:
            UnavailableError: the model isn't here.
        """
        model, predictor = self._model("distance"), self._stepping_down("distance")
        if model is None:
            return None
        estimator: DepthEstimator = imported(model.stage)(
            predictor, find_surfaces=self._find_surfaces, surfaces_identity=self._surfaces_identity
        )
        return estimator

    def voicer(self, *, stand_in: Callable[[], Voicer]) -> Voicer | None:
        """What makes the clips; None where no learned model does.

        Args:
            stand_in: makes the voicer of clips that the model can't make.

        Raises:
            UnavailableError: a model isn't here.
        """
        from server.models.voice.quality.candidates import CandidateVoicer
        from server.models.voice.quality.checked import CheckedVoicer

        if self._model("voice") is None:
            return None
        checked = CheckedVoicer(self._stepping_down("voice"), stand_in=stand_in())
        judge = self._model("judge")
        if judge is None:
            return checked
        return CandidateVoicer(checked, self._maker(judge)(self._runtime), candidates=self._learned.candidates)

    def _model(self, role: Role) -> Model | None:
        """The planned model that does a role's work; others of the role only run beside it."""
        return next((model for model in self._plan.models if model.role == role and model.loader), None)

    def _stepping_down(self, role: Role) -> Any:
        """What does a role's work, on the processor where the device's memory is too small; None if none is planned."""
        model = self._model(role)
        return None if model is None else StepDown(self._maker(model), self._runtime)

    def _maker(self, model: Model) -> Callable[[Runtime], Any]:
        """What makes a model's stage on a runtime, once it is known that all of its files are here."""
        load, folder = loader_of(model), self._learned.folder
        for part in (model, *map(model_named, model.beside)):
            folder_of(part, folder)
        paths, revision = [folder / path for path in model.checkpoint_paths], revision_of(model, folder)
        options = (
            {"at_once": self._plan.at_once(model.role)} if model.role in ("describe", "ground", "distance") else {}
        )
        return lambda runtime: load(*paths, runtime=runtime, revision=revision, **options)
