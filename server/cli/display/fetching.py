"""Weights on their way, as a person watches them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from server.models.catalogue import Model
    from server.models.plan import Plan


def prepare(plan: Plan, folder: Path, *, accept_licences: bool, console: Console) -> None:
    """Print a plan, and fetch what it needs that isn't here.

    Args:
        plan: of the run.
        folder: of all models.
        accept_licences: the user accepts all terms of its models.
        console: shows the plan, and bars.

    Raises:
        UnavailableError: licences are not accepted, no network, no space, offline or gated.
        InputError: wrong files, or the folder can't be written to.
    """
    from protocol.errors import UnavailableError
    from server.cli.display.plan_tables import print_plan, size_words
    from server.models import licences

    print_plan(plan, console)
    licences.require(plan.models, folder, accept=accept_licences)
    if not plan.fits_disk:
        raise UnavailableError(
            f"about {size_words(plan.download_bytes)} are to come, and {size_words(plan.free_disk_bytes)} are free",
            where=str(folder),
            remedy="make space, or choose another place with --model-dir",
        )
    fetch(plan.absent, folder, accept_licences=accept_licences, console=console)


def fetch(
    models: Iterable[Model],
    folder: Path,
    *,
    accept_licences: bool,
    console: Console,
    revision: str | None = None,
    reread: bool = False,
) -> None:
    """Fetch what is missing of some models, once their licences are accepted.

    Args:
        models: of the catalogue; what is here is left alone.
        folder: of all models.
        accept_licences: the user accepts all terms of these models.
        console: shows bars, or a line for each file where no one watches a terminal.
        revision: a commit, tag or branch; None: what is here, else what the catalogue says.
        reread: read all that is here and fetch again what has changed; else sizes alone are looked at.

    Raises:
        UnavailableError: licences are not accepted, no network, no space, offline or gated.
        InputError: no such revision, wrong files, or the folder can't be written to.
    """
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from server.models import licences
    from server.models.fetch.pull import pull

    models = tuple(models)
    licences.require(models, folder, accept=accept_licences)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        for model in models:
            tasks: dict[str, TaskID] = {}

            def on_progress(path: str, come_bytes: int, size_bytes: int, tasks: dict[str, TaskID] = tasks) -> None:
                if path not in tasks:
                    tasks[path] = progress.add_task(path, total=size_bytes)
                progress.update(tasks[path], completed=come_bytes)

            held = pull(model, folder, revision=revision, reread=reread, on_progress=on_progress)
            line = f"{model.name}: {held.size_bytes / 1e9:.2f} GB, revision {held.revision}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
