"""``sonorama models``: weights of learned models, fetched, checked and found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from protocol.errors import printable
from server.extras import program

if TYPE_CHECKING:
    from server.models.plan import Plan

models = typer.Typer(
    name="models",
    help="List, fetch, check and find the weights of learned models.",
    no_args_is_help=True,
    add_completion=False,
)

_ModelDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of all models; else SONORAMA_MODEL_DIR, else one in your cache. "
        "Copy it to a machine without a network.",
        show_default=False,
    ),
]


@models.command(name="list")
def list_models(model_dir: _ModelDir = None) -> None:
    """Show every known model: what for, how large, on which terms, and whether it is here."""
    from rich.console import Console

    from server.cli.display.plan_tables import model_table, terms
    from server.models import weights
    from server.models.catalogue import MODELS

    folder = weights.model_dir(model_dir)
    console = Console()
    console.print(model_table(MODELS, weights.present(folder)))
    for line in (*terms(MODELS), f"models lie in {folder}"):
        console.print(printable(line), highlight=False, markup=False, soft_wrap=True)


@models.command()
def pull(
    names: Annotated[list[str] | None, typer.Argument(help="As in: sonorama models list.", show_default=False)] = None,
    preset: Annotated[
        str | None, typer.Option(help="What this preset runs on this machine.", show_default=False)
    ] = None,
    device: Annotated[str, typer.Option(help="With --preset: auto, cpu, cuda or mps.")] = "auto",
    dtype: Annotated[str, typer.Option(help="With --preset: auto, float32, bfloat16 or float16.")] = "auto",
    max_memory: Annotated[
        str | None, typer.Option(help="With --preset: plan for so much memory, such as 8GB.", show_default=False)
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option(help="Of a single model: a commit, tag or branch. It stays there.", show_default=False),
    ] = None,
    accept_licences: Annotated[
        bool, typer.Option("--accept-licences", help="Accept the terms of these weights; needed once.")
    ] = False,
    model_dir: _ModelDir = None,
) -> None:
    """Fetch models, or the rest of those whose fetching was cut off.

    Models that are named, not come by a preset, are read again if they are here, and damaged files fetched anew.

    The commit that came is recorded beside the files and kept from then on; HF_TOKEN opens gated models, and with
    HF_HUB_OFFLINE=1 nothing is fetched.

    Examples:

      sonorama models pull grounding-dino-tiny clap

      sonorama models pull --preset full --max-memory 8GB --accept-licences
    """
    from rich.console import Console

    from protocol.errors import InputError
    from server.cli.display.fetching import fetch, prepare
    from server.cli.display.plan_tables import model_table, terms
    from server.models import weights
    from server.models.catalogue import model_named

    if bool(names) == bool(preset):
        raise InputError(
            "name models, or a preset, and not both",
            where="models pull",
            remedy=f"see all names with: {program()} models list",
        )
    if revision and (preset or len(names or ()) > 1):
        raise InputError("a revision is of one model", where="--revision", remedy="pull that model alone")
    console = Console(stderr=True)
    folder = weights.model_dir(model_dir)
    if preset:
        plan = _plan(preset, folder, device=device, dtype=dtype, max_memory=max_memory)
        prepare(plan, folder, accept_licences=accept_licences, console=console)
        return
    chosen = tuple(model_named(name) for name in dict.fromkeys(names or ()))
    console.print(model_table(chosen, weights.present(folder)))
    for line in terms(chosen):
        console.print(printable(line), highlight=False, markup=False, soft_wrap=True)
    fetch(chosen, folder, accept_licences=accept_licences, console=console, revision=revision, reread=True)


@models.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Else all that are here.", show_default=False)] = None,
    model_dir: _ModelDir = None,
) -> None:
    """Read every byte of fetched models and hold it against the record of when they were fetched."""
    from protocol.errors import InputError
    from server.models import weights
    from server.models.catalogue import MODELS, model_named
    from server.models.manifest import NAME

    folder = weights.model_dir(model_dir)
    chosen = (
        [model_named(name) for name in names]
        if names
        else [model for model in MODELS if (folder / model.name / NAME).is_file()]
    )
    if not chosen:
        typer.echo(printable(f"no models lie in {folder}"))
    damaged = []
    for model in chosen:
        faults = weights.verify(model, folder)
        typer.echo(f"{model.name}: {'damaged' if faults else 'as it was fetched'}")
        for path, fault in faults.items():
            typer.echo(f"  {path} {fault}")
        if faults:
            damaged.append(model.name)
    if damaged:
        raise InputError(
            f"{', '.join(damaged)} {'is' if len(damaged) == 1 else 'are'} damaged",
            where=str(folder),
            remedy=f"fetch again with: {program()} models pull {' '.join(damaged)}",
        )


@models.command()
def path(
    name: Annotated[str, typer.Argument(help="As in: sonorama models list.", show_default=False)],
    model_dir: _ModelDir = None,
) -> None:
    """Print the folder of a fetched model."""
    from server.models import weights
    from server.models.catalogue import model_named

    typer.echo(printable(str(weights.folder_of(model_named(name), weights.model_dir(model_dir)))))


def _plan(preset: str, folder: Path, *, device: str, dtype: str, max_memory: str | None) -> Plan:
    from server.models import memory, weights
    from server.models.plan import chosen_models, plan
    from server.models.runtime import resolved
    from server.presets import preset_named

    alternatives = preset_named(preset).models
    limit_bytes = memory.parse_memory(max_memory) if max_memory else None
    runtime = resolved(device=device, dtype=dtype, max_memory_bytes=limit_bytes)
    # A plan is made for the named card, be it this machine's or another's.
    memory_bytes = limit_bytes or memory.available_bytes(runtime)
    return plan(
        chosen_models(alternatives, memory_bytes, device=runtime.device, dtype=runtime.dtype),
        device=runtime.device,
        memory_bytes=memory_bytes,
        dtype=runtime.dtype,
        present=weights.present(folder),
        free_disk_bytes=weights.free_disk_bytes(folder),
    )
