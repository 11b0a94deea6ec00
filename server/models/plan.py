"""What a run will fetch and load, how much at once, and whether it fits: told before anything is downloaded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from server.models.catalogue import Model, Role, model_named

# What torch and its kernels take beside any model.
_OVERHEAD_BYTES = 700_000_000

# Of the memory, for the weights; the rest is for what the views take on their way through.
_MOST_FOR_WEIGHTS = 0.75
_MOST_AT_ONCE = 8
# A processor gains nothing from more, and has other programs beside it.
_MOST_AT_ONCE_ON_CPU = 2
# Boxes are fine numbers.
_ALWAYS_FLOAT32: tuple[Role, ...] = ("ground",)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePlan:
    """One stage; stages are loaded one after another, so that the largest decides."""

    role: Role
    models: tuple[Model, ...]
    dtype: str
    weights_bytes: int
    at_once: int
    """Views, or clips, in one batch; 0: not even one fits."""
    peak_bytes: int
    """With that many at once; with one where not even that fits."""

    @property
    def fits(self) -> bool:
        """At least one view, or clip, at a time."""
        return self.at_once > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole run. Sizes are approximate."""

    device: str
    dtype: str
    memory_bytes: int
    stages: tuple[StagePlan, ...]
    present: frozenset[str]
    free_disk_bytes: int

    @property
    def models(self) -> tuple[Model, ...]:
        """All of them, in the order of the journey."""
        return tuple(model for stage in self.stages for model in stage.models)

    @property
    def absent(self) -> tuple[Model, ...]:
        """Those that have to be fetched."""
        return tuple(model for model in self.models if model.name not in self.present)

    @property
    def download_bytes(self) -> int:
        """What they take."""
        return sum(model.download_bytes for model in self.absent)

    @property
    def fits_disk(self) -> bool:
        """There is space for what has to be fetched."""
        return self.download_bytes <= self.free_disk_bytes

    @property
    def fits_memory(self) -> bool:
        """Every stage can run."""
        return all(stage.fits for stage in self.stages)

    @property
    def peak_bytes(self) -> int:
        """Of the largest stage."""
        return max((stage.peak_bytes for stage in self.stages), default=0)

    def at_once(self, role: Role) -> int:
        """How many views, or clips, a stage takes at once; 1 where it may not fit at all, or isn't planned."""
        return max([1, *(stage.at_once for stage in self.stages if stage.role == role)])


def chosen_models(
    alternatives: Iterable[Sequence[str]], memory_bytes: int, *, device: str = "cuda", dtype: str = "bfloat16"
) -> tuple[Model, ...]:
    """Of each role's models the largest that suits a machine, each followed by those that it needs beside it.

    Args:
        alternatives: for each role, names from the largest to the smallest.
        memory_bytes: what the device may use.
        device: as torch names it. On a processor the smallest runs: each word of an answer reads all weights once, so
            that a larger model would take minutes a view.
        dtype: the numbers of the weights.

    Raises:
        InputError: there is no model by one of the names.
    """
    chosen: list[Model] = []
    for names in alternatives:
        models = [model_named(name) for name in names]
        fitting = [model for model in models if _weights_bytes(model, dtype) <= _MOST_FOR_WEIGHTS * memory_bytes]
        model = models[-1] if device == "cpu" or not fitting else fitting[0]
        chosen += [model, *map(model_named, model.beside)]
    return tuple(chosen)


def plan(
    models: Iterable[Model],
    *,
    device: str,
    memory_bytes: int,
    dtype: str,
    present: Collection[str],
    free_disk_bytes: int,
) -> Plan:
    """What a run of some models does on such a machine.

    Args:
        models: what runs, in the order of the journey.
        device: as torch names it.
        memory_bytes: what models may use of the device.
        dtype: float32, bfloat16 or float16.
        present: the names of the models that are here.
        free_disk_bytes: where models are kept.
    """
    return Plan(
        device=device,
        dtype=dtype,
        memory_bytes=memory_bytes,
        stages=tuple(
            _stage(role, tuple(some), device=device, memory_bytes=memory_bytes, dtype=dtype)
            for role, some in groupby(models, key=lambda model: model.role)
        ),
        present=frozenset(present),
        free_disk_bytes=free_disk_bytes,
    )


def _stage(role: Role, models: tuple[Model, ...], *, device: str, memory_bytes: int, dtype: str) -> StagePlan:
    dtype = "float32" if role in _ALWAYS_FLOAT32 else dtype
    weights_bytes = sum(_weights_bytes(model, dtype) for model in models)
    item_bytes = _widening(dtype) * sum(model.item_bytes for model in models)
    fitting = (memory_bytes - _OVERHEAD_BYTES - weights_bytes) // item_bytes
    most = _MOST_AT_ONCE_ON_CPU if device == "cpu" else _MOST_AT_ONCE
    at_once = max(0, min(most, fitting))
    return StagePlan(
        role=role,
        models=models,
        dtype=dtype,
        weights_bytes=weights_bytes,
        at_once=at_once,
        peak_bytes=_OVERHEAD_BYTES + weights_bytes + max(1, at_once) * item_bytes,
    )


def _weights_bytes(model: Model, dtype: str) -> int:
    return _widening(dtype) * model.weights_bytes


def _widening(dtype: str) -> int:
    """How many times the 16 bits of the catalogue's sizes a number takes."""
    return 2 if dtype == "float32" else 1
