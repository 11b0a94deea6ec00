"""All commands, and the options of the program itself."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.demo import demo
from server.cli.doctor import doctor
from server.cli.fetch_streetview import fetch_streetview
from server.cli.generate import GenerateCommand, generate
from server.cli.inspect import inspect
from server.cli.listen import listen
from server.cli.models import models
from server.cli.place import PlaceCommand, place
from server.cli.render import RenderCommand, render
from server.cli.serve import serve

app = typer.Typer(
    name="sonorama",
    help="Turn a street-level 360° panorama, or one photograph, into a spatial soundscape.",
    epilog="Start with: sonorama demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command(cls=GenerateCommand)(generate)
app.command(cls=PlaceCommand)(place)
app.command(cls=RenderCommand)(render)
for command in (serve, listen, inspect, demo, doctor, fetch_streetview):
    app.command()(command)
app.add_typer(models)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"sonorama {version('sonorama')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback has printed it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole trace of an error.")] = False,
) -> None:
    context.obj = debug
