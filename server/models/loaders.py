"""What a table names as ``module:name``, imported when it is first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from protocol.errors import InputError
from server.models.catalogue import Model


def imported(name: str) -> Any:
    """What a module has under a name, given as ``module:name``.

    Raises:
        ImportError: there is no such module.
        AttributeError: it has no such name.

    >>> imported("server.models.catalogue:model_named").__name__
    'model_named'
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def loader_of(model: Model) -> Any:
    """What makes a stage, or a model of one, from a checkpoint.

    Called with the paths of the checkpoint (``model.paths``), a ``runtime`` and a ``revision``, and with ``at_once``
    where its role works on views.

    Raises:
        InputError: the model does no stage's work alone, or what loads it can't be imported.
    """
    if not model.loader:
        raise InputError(
            f"{model.name} runs only beside another model", where="--model", remedy="name the model that needs it"
        )
    try:
        return imported(model.loader)
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"{model.name} can't be loaded ({error})", where="--model", remedy="choose another model"
        ) from error
