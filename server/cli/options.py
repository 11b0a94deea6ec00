"""Options of a command that follow from the fields of a type, where their bounds, defaults and help are declared once.

Such types are checked by pydantic, which takes long to import. A command looks its types up only when it runs or its
own help page is asked for, so that ``sonorama --help`` answers at once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from functools import cached_property
from inspect import Parameter, Signature
from typing import Annotated, Any, ClassVar, TypeVar, cast

import typer
from typer.core import TyperCommand
from typer.main import get_command

Options = TypeVar("Options")

_TAKEN = "server.cli.options"


class OptionsCommand(TyperCommand):
    """A command that takes the fields of some types as options, beside the parameters of its function.

    The function finds them by :func:`taken`, and which of them were typed by :func:`given`.
    """

    after: ClassVar[str]
    """The parameter of the function that they follow on the help page."""

    @staticmethod
    @abstractmethod
    def option_types() -> Mapping[type, str]:
        """The types, and the panel of the help page that each is shown in; empty for the usual one."""

    @cached_property
    def _declared(self) -> dict[type, list[Any]]:
        return {kind: _parameters(kind, panel) for kind, panel in self.option_types().items()}

    def get_params(self, ctx: Any) -> list[Any]:
        """All parameters, in the order of the help page."""
        own = super().get_params(ctx)
        declared = [parameter for parameters in self._declared.values() for parameter in parameters]
        place = 1 + [parameter.name for parameter in own].index(self.after)
        return [*own[:place], *declared, *own[place:]]

    def invoke(self, ctx: Any) -> Any:
        """Run the command, its options made ready for :func:`taken`."""
        ctx.meta[_TAKEN] = {
            kind: kind(**{parameter.name: _value(ctx.params.pop(parameter.name)) for parameter in parameters})
            for kind, parameters in self._declared.items()
        }
        return super().invoke(ctx)


def taken(context: typer.Context, kind: type[Options]) -> Options:
    """What was chosen of one of the command's types of options."""
    return cast("Options", context.meta[_TAKEN][kind])


def given(context: typer.Context) -> Iterator[str]:
    """The options that were typed, such as ``max_memory``, whatever their values."""
    for parameter in context.command.get_params(context):
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name != "DEFAULT":
            yield parameter.opts[0].removeprefix("--").replace("-", "_")


def _value(value: Any) -> Any:
    """A value as types of options have it: what may be given several times is a tuple."""
    return tuple(value) if isinstance(value, list) else value


def _parameters(kind: type, panel: str) -> list[Any]:
    """The parameters of a command for the fields of a type, made by Typer as if a function had them."""

    def taker() -> None: ...

    taker.__signature__ = Signature([_parameter(field, kind, panel) for field in fields(kind)])  # type: ignore[attr-defined]
    app = typer.Typer(add_completion=False)
    app.command()(taker)
    return list(get_command(app).params)


def _parameter(field: Field[Any], kind: type, panel: str) -> Parameter:
    declared = kind.__pydantic_fields__[field.name]  # type: ignore[attr-defined]
    extra = declared.json_schema_extra or {}
    bounds = {name: value for mark in declared.metadata for name, value in _bound(mark)}
    option = typer.Option(
        *extra.get("flags", ()),
        help=declared.description,
        show_default=field.default not in (None, ()),
        metavar=extra.get("metavar"),
        rich_help_panel=panel or None,
        min=bounds.get("min"),
        max=bounds.get("max"),
    )
    several = declared.annotation == tuple[str, ...]
    annotation = list[str] if several else declared.annotation
    return Parameter(
        field.name,
        Parameter.KEYWORD_ONLY,
        default=[] if several else field.default,
        annotation=Annotated[annotation, option],
    )


def _bound(mark: Any) -> Iterator[tuple[str, float]]:
    """The bound of an option that a mark of pydantic's stands for, if it does."""
    if hasattr(mark, "ge"):
        yield "min", mark.ge
    if hasattr(mark, "le"):
        yield "max", mark.le
