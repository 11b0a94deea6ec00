"""The words that everyone shares: scenes, coordinates, levels, errors, events and the wire. It imports nothing of ours.

What others need to read and write a scene is here; the messages of the wire are in :mod:`protocol.wire`, the machines
that speak them in :mod:`protocol.session`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protocol.errors import InputError, SceneError, SonoramaError, UnavailableError, WireError
    from protocol.scene import Clip, Environment, Image, Provenance, Scene, SceneListener, Source

__all__ = [
    "Clip",
    "Environment",
    "Image",
    "InputError",
    "Provenance",
    "Scene",
    "SceneError",
    "SceneListener",
    "SonoramaError",
    "Source",
    "UnavailableError",
    "WireError",
]


def __getattr__(name: str) -> Any:
    # Only what is asked for is imported: the command line's help needs the errors, and not what validates scenes.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "protocol.errors" if name.endswith("Error") else "protocol.scene"
    return getattr(import_module(home), name)
