"""What every event and every message of the wire has in common: a type, and rules for what replaces it while it waits.

The rules are data, so that clients in other languages follow from the same declarations: a template such as
``"scene/{scene_id}/source/{source.id}/added"`` names fields of the message, and is filled in with their values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from string import Formatter
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field

WIRE = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)
"""Strict about what it knows; it passes over what it doesn't know, since a newer peer may say more."""

Sender = Literal["client", "server", "both"]

SceneId = Annotated[str, Field(pattern=r"^[a-z0-9-]+$", max_length=64)]
SourceId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]


class Message:
    """What may be asked of any event and any message."""

    __slots__ = ()

    type: str
    key_template: ClassVar[str | None] = None
    """Of two messages with the same key the newer says all that the older said; None: nothing replaces it."""
    culls_template: ClassVar[str | None] = None
    """Waiting messages whose key begins so have become pointless."""
    undoes_template: ClassVar[str | None] = None
    """If a message with this key still waits, then neither that one nor this one is needed."""

    @property
    def key(self) -> str | None:
        """What ``key_template`` comes to."""
        return _filled(self.key_template, self)

    @property
    def culls(self) -> str | None:
        """What ``culls_template`` comes to."""
        return _filled(self.culls_template, self)

    @property
    def undoes(self) -> str | None:
        """What ``undoes_template`` comes to."""
        return _filled(self.undoes_template, self)

    def absorbing(self, older: Message) -> Self:  # noqa: ARG002 - some messages keep parts of it
        """This message together with what still counts of an older one with its key."""
        return self

    def without(self, keys: str) -> Self | None:
        """What is left of the message where things whose keys begin so have become pointless; None for nothing."""
        return None if (self.key or "").startswith(keys) else self


class WireMessage(Message):
    """What may be asked of any message of the wire."""

    __slots__ = ()

    sender: ClassVar[Sender]
    """Who may send it."""
    survives: ClassVar[bool] = True
    """Whether it still means something on the next connection of the same session."""
    is_command: ClassVar[bool] = False
    """Whether the server acknowledges it, so that it's carried out once even when the connection breaks."""


def template_parts(template: str) -> tuple[tuple[str, str | None], ...]:
    """A template as pairs of plain text and the field after it; None where none follows.

    >>> template_parts("scene/{scene_id}/moves")
    (('scene/', 'scene_id'), ('/moves', None))
    """
    return tuple((text, field) for text, field, _, _ in Formatter().parse(template))


def _filled(template: str | None, message: Message) -> str | None:
    if template is None:
        return None
    text, getters = _compiled(template)
    values = (get(message) for get in getters)
    return text % tuple("" if value is None else value for value in values)


@cache
def _compiled(template: str) -> tuple[str, tuple[Callable[[Any], Any], ...]]:
    """A template as text with ``%s`` for each field, and what reads these fields."""
    parts = template_parts(template)
    text = "".join(plain + ("" if field is None else "%s") for plain, field in parts)
    return text, tuple(attrgetter(field) for _, field in parts if field is not None)
