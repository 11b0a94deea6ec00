"""What a user can say about learned models, and what follows for a run on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from server.models.catalogue import Model, image_text_model, model_named, needed
from server.models.memory import available_bytes, parse_memory
from server.models.plan import Plan, plan
from server.models.runtime import Runtime, resolved
from server.models.weights import free_disk_bytes, model_dir, present

_ROLES = ("describe", "ground", "distance", "voice", "judge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a user can say about learned models; the defaults are the command line's."""

    device: str = "auto"
    dtype: str = "auto"
    max_memory: str | None = None
    """Such as 8GB; None: all that is free."""
    model_dir: Path | None = None
    models: tuple[str, ...] = ()
    """Names of the catalogue, each in place of the preset's own model of its role."""
    describe_url: str | None = None
    """An OpenAI-compatible address that describes, in place of a model here."""
    describe_model: str | None = None
    """Its model's name there; without an address, the folder or hub id of any image-text model of transformers."""
    candidates: int = 1
    """How many clips are made for each source; the best is kept."""

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


def planned(preset: str, learned: Learned) -> Plan:
    """What a preset of learned models will fetch and load on this machine.

    Raises:
        InputError: there is no such preset, model, device or size of memory.
        UnavailableError: the machine lacks the device, or torch is not installed.
    """
    runtime = learned.runtime()
    memory_bytes = available_bytes(runtime)
    own = needed(preset, memory_bytes, device=runtime.device, dtype=runtime.dtype)
    return plan(
        preset,
        device=runtime.device,
        memory_bytes=memory_bytes,
        dtype=runtime.dtype,
        present=present(learned.folder),
        free_disk_bytes=free_disk_bytes(learned.folder),
        models=_chosen(own, learned),
    )


def _chosen(own: Iterable[Model], learned: Learned) -> tuple[Model, ...]:
    """The preset's own models, but those that the user has others for."""
    chosen = list(own)
    wished = [model_named(name) for name in learned.models]
    if learned.candidates > 1:
        wished.append(model_named("clap"))
    if learned.describe_url is not None or learned.own_describer is not None:
        chosen = [model for model in chosen if model.role != "describe"]
    elif learned.describe_model is not None:
        wished.append(image_text_model(learned.describe_model))
    for model in wished:
        chosen = [one for one in chosen if one.role != model.role]
        chosen += [model, *map(model_named, model.beside)]
    return tuple(sorted(chosen, key=lambda model: _ROLES.index(model.role)))
