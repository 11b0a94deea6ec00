"""What a run will fetch and load, how much at once, and whether it fits: told before anything is downloaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from server.models.catalogue import Model, Role, bytes_of_number, needed

# What torch and its kernels take beside any model.
_OVERHEAD_BYTES = 700_000_000

# What one view (768 pixels wide) or one clip (10 s) takes beside the weights, with 16-bit numbers. Computed from the
# sizes of the largest layers, not measured: where one is too small, the batch is halved as it runs.
_BYTES_OF_ONE: dict[str, int] = {
    # Five tiles of 1025 tokens through the eyes; keys and values of 2,300 tokens in all layers.
    "internvl-1b": 250_000_000,
    "internvl-2b": 450_000_000,
    "internvl-4b": 350_000_000,
    "internvl-8b": 600_000_000,
    # Sampled values of 13,294 places of four levels, 8 heads, 16 points.
    "grounding-dino-tiny": 550_000_000,
    "grounding-dino-base": 650_000_000,
    "mm-grounding-dino-tiny": 550_000_000,
    # The decoder's last stage at full resolution.
    "depthfm": 900_000_000,
    "depth-anything-v2-outdoor-small": 130_000_000,
    "depth-anything-v2-indoor-small": 130_000_000,
    # 35 overlapping patches through a large transformer.
    "depth-pro": 3_000_000_000,
    # 441,000 samples of 128 channels, a few times.
    "tangoflux": 500_000_000,
    "stable-audio-open": 600_000_000,
    "audioldm2": 400_000_000,
    "clap": 100_000_000,
}
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

    preset: str
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


def plan(
    preset: str,
    *,
    device: str,
    memory_bytes: int,
    dtype: str,
    present: Collection[str],
    free_disk_bytes: int,
    models: Sequence[Model] | None = None,
) -> Plan:
    """What a preset does on such a machine.

    Args:
        preset: embedded, small or full.
        device: as torch names it.
        memory_bytes: what models may use of the device.
        dtype: float32, bfloat16 or float16.
        present: the names of the models that are here.
        free_disk_bytes: where models are kept.
        models: what runs in place of the preset's own choice, in the order of the journey.

    Raises:
        InputError: there is no such preset.
    """
    chosen = needed(preset, memory_bytes, device=device, dtype=dtype) if models is None else models
    return Plan(
        preset=preset,
        device=device,
        dtype=dtype,
        memory_bytes=memory_bytes,
        stages=tuple(
            _stage(role, tuple(some), device=device, memory_bytes=memory_bytes, dtype=dtype)
            for role, some in groupby(chosen, key=lambda model: model.role)
        ),
        present=frozenset(present),
        free_disk_bytes=free_disk_bytes,
    )


def _stage(role: Role, models: tuple[Model, ...], *, device: str, memory_bytes: int, dtype: str) -> StagePlan:
    dtype = "float32" if role in _ALWAYS_FLOAT32 else dtype
    wide = bytes_of_number(dtype) // 2
    weights_bytes = wide * sum(model.weights_bytes for model in models)
    one_bytes = wide * sum(_BYTES_OF_ONE.get(model.name, 0) for model in models)
    room = (memory_bytes - _OVERHEAD_BYTES - weights_bytes) // one_bytes
    most = _MOST_AT_ONCE_ON_CPU if device == "cpu" else _MOST_AT_ONCE
    at_once = max(0, min(most, room))
    return StagePlan(
        role=role,
        models=models,
        dtype=dtype,
        weights_bytes=weights_bytes,
        at_once=at_once,
        peak_bytes=_OVERHEAD_BYTES + weights_bytes + max(1, at_once) * one_bytes,
    )
