"""What a user can say about learned models, and what follows for a run on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from protocol.errors import InputError
from protocol.scene import STRICT
from server.models.catalogue import ROLES, Model, image_text_model, model_named
from server.models.loaders import loader_of
from server.models.memory import available_bytes, parse_memory
from server.models.plan import Plan, chosen_models, plan
from server.models.runtime import Runtime, resolved
from server.models.weights import free_disk_bytes, model_dir, present


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Learned:
    """What a user can say about learned models."""

    device: Annotated[str, Field(description="auto, cpu, cuda or mps.")] = "auto"
    dtype: Annotated[str, Field(description="auto, float32, bfloat16 or float16.")] = "auto"
    max_memory: Annotated[str | None, Field(description="Use no more than this, such as 8GB.")] = None
    models: Annotated[
        tuple[str, ...],
        Field(
            description="A model of `sonorama models list` in place of the preset's own; may be given several times.",
            json_schema_extra={"flags": ["--model"]},
        ),
    ] = ()
    model_dir: Annotated[Path | None, Field(description="Folder of all models; else SONORAMA_MODEL_DIR.")] = None
    describe_url: Annotated[
        str | None,
        Field(description="OpenAI-compatible address that names what sounds; its key in SONORAMA_DESCRIBE_KEY."),
    ] = None
    describe_model: Annotated[
        str | None,
        Field(description="Its model's name there; without an address, any image-text model: a folder or OWNER/NAME."),
    ] = None
    candidates: Annotated[int, Field(ge=1, le=16, description="Clips to choose from, for each source.")] = 1

    @property
    def folder(self) -> Path:
        """Where models lie."""
        return model_dir(self.model_dir)

    @property
    def own_describer(self) -> Path | None:
        """The folder of the user's own image-text model, if that is what describes."""
        if self.describe_url is not None or self.describe_model is None or not Path(self.describe_model).is_dir():
            return None
        return Path(self.describe_model)

    def runtime(self) -> Runtime:
        """Where the models run.

        Raises:
            InputError: no such device, numbers or size of memory.
            UnavailableError: the machine lacks the device, or torch is not installed.
        """
        most = None if self.max_memory is None else parse_memory(self.max_memory)
        return resolved(device=self.device, dtype=self.dtype, max_memory_bytes=most)


def plan_for(alternatives: Iterable[Sequence[str]], learned: Learned) -> Plan:
    """What models will be fetched and loaded on this machine.

    Args:
        alternatives: of a preset: for each role, names from the largest to the smallest.
        learned: what the user chose.

    Raises:
        InputError: there is no such model, device or size of memory, a model can't do its role's work, or there are
            candidates and no learned model makes clips.
        UnavailableError: the machine lacks the device, or torch is not installed.
    """
    runtime = learned.runtime()
    memory_bytes = available_bytes(runtime)
    own = chosen_models(alternatives, memory_bytes, device=runtime.device, dtype=runtime.dtype)
    return plan(
        _with_choices(own, learned),
        device=runtime.device,
        memory_bytes=memory_bytes,
        dtype=runtime.dtype,
        present=present(learned.folder),
        free_disk_bytes=free_disk_bytes(learned.folder),
    )


def _with_choices(own: Iterable[Model], learned: Learned) -> tuple[Model, ...]:
    """The preset's own models, but the user's in place of those of the same role."""
    models = list(own)
    user_chosen = [model_named(name) for name in learned.models]
    if learned.candidates > 1:
        user_chosen.append(model_named("clap"))
    if learned.describe_url is not None or learned.own_describer is not None:
        models = [model for model in models if model.role != "describe"]
    elif learned.describe_model is not None:
        user_chosen.append(image_text_model(learned.describe_model))
    for chosen in user_chosen:
        loader_of(chosen)  # Ahead of a download that would be for nothing.
        models = [model for model in models if model.role != chosen.role]
        models += [chosen, *map(model_named, chosen.beside)]
    if learned.candidates > 1 and not any(model.role == "voice" for model in models):
        raise InputError(
            "no learned model makes the clips, so there is nothing to choose from",
            where="--candidates",
            remedy="leave it out, choose --preset full, or give --model a model of the stage voice",
        )
    if any(model.grounds for model in models):
        models = [model for model in models if model.role != "ground"]
    return tuple(sorted(models, key=lambda model: ROLES.index(model.role)))
