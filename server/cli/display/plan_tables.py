"""Models, what they take and on which terms, as tables of 80 columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from server.models.catalogue import Model
    from server.models.plan import Plan

_DOES = {
    "describe": "names what sounds",
    "ground": "finds it in a view",
    "distance": "measures distances",
    "voice": "makes sounds",
    "judge": "chooses among sounds",
}


def model_table(models: Iterable[Model], present: Collection[str]) -> Table:
    """A row for each model: what for, how large, here or not, its licence; a star where terms are to be accepted."""
    table = _table("model", "stage", "size", "here", "licence")
    for model in models:
        table.add_row(
            model.name,
            model.role,
            size_words(model.download_bytes) if model.download_bytes else "unknown",
            "yes" if model.name in present else "no",
            model.licence.name + (" *" if model.licence.terms else "") + (" (gated)" if model.gated else ""),
        )
    return table


def stage_table(plan: Plan) -> Table:
    """A row for each stage of a plan: what is loaded, in which numbers, how much at once, and the memory of it all."""
    table = _table("stage", "which", "numbers", "weights", "at once", "memory", "fits")
    for stage in plan.stages:
        table.add_row(
            stage.role,
            _DOES[stage.role],
            stage.dtype,
            size_words(stage.weights_bytes),
            str(max(1, stage.at_once)),
            size_words(stage.peak_bytes),
            "yes" if stage.fits else "no",
        )
    return table


def terms(models: Iterable[Model]) -> list[str]:
    """A line for each model whose terms have to be accepted."""
    return [f"* {model.name}: {model.licence.terms}; {model.licence.page}" for model in models if model.licence.terms]


def print_plan(plan: Plan, console: Console) -> None:
    """Tell what a run will fetch and load, before it does."""
    if not plan.stages:
        return
    console.print(model_table(plan.models, plan.present))
    console.print(stage_table(plan))
    needed, limit = size_words(plan.peak_bytes), size_words(plan.memory_bytes)
    lines = [
        *terms(plan.models),
        f"to fetch: about {size_words(plan.download_bytes)}, of {size_words(plan.free_disk_bytes)} free",
        f"memory: up to about {needed} at a time, of {limit} on {plan.device}",
    ]
    if not plan.fits_memory:
        lines.append("a stage may not fit, and would run on the processor: choose --preset small, or a larger device")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        numeric = heading in ("size", "weights", "at once", "memory")
        table.add_column(heading, no_wrap=heading != "licence", justify="right" if numeric else "left")
    return table


def size_words(size_bytes: int) -> str:
    """A size as people say it.

    >>> size_words(4_410_000_000), size_words(335_000_000), size_words(3_300_000)
    ('4.4 GB', '335 MB', '3 MB')
    """
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 1e6:.0f} MB"
