"""The command line: the only place that prints an error."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from protocol.errors import SonoramaError
from server.cli.demo import demo
from server.cli.doctor import doctor
from server.cli.fetch_streetview import fetch_streetview
from server.cli.generate import GenerateCommand, generate
from server.cli.inspect import inspect
from server.cli.listen import listen
from server.cli.models import models
from server.cli.render import RenderCommand, render
from server.cli.serve import serve

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it

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


def main() -> None:
    """Run a command; an error is one line and an exit status of 1."""
    try:
        app()
    except SonoramaError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"sonorama: {error}", err=True)
        sys.exit(1)
    except SystemExit as leaving:
        if leaving.code == _INTERRUPTED:
            typer.echo("sonorama: stopped; the same command goes on from here", err=True)
        raise
