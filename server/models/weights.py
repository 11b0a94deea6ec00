"""Where fetched models lie, and whether they are whole: ``<model dir>/<name>/``, which may be copied to any machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from protocol.errors import UnavailableError
from server.extras import program
from server.models import manifest
from server.models.catalogue import Model

_VARIABLE = "SONORAMA_MODEL_DIR"


def model_dir(given: Path | None = None) -> Path:
    """The folder of all models: the given one, else that of SONORAMA_MODEL_DIR, else one in the user's cache."""
    if given is not None:
        return given
    if from_environment := os.environ.get(_VARIABLE):
        return Path(from_environment)
    return Path.home() / ".cache" / "sonorama" / "models"


def folder_of(model: Model, folder: Path) -> Path:
    """The checkpoint folder of a fetched model.

    Args:
        model: of the catalogue.
        folder: of all models, as :func:`model_dir` tells it.

    Raises:
        UnavailableError: it was never fetched, or not whole.
        InputError: the record beside it is damaged.
    """
    _held(model, folder)
    return folder / model.name


def revision_of(model: Model, folder: Path) -> str:
    """The start of the commit of a fetched model, which belongs into the ``identity`` of its stage.

    Args:
        model: of the catalogue.
        folder: of all models.

    Raises:
        UnavailableError: it was never fetched, or not whole.
        InputError: the record beside it is damaged.
    """
    return manifest.short(_held(model, folder).revision)


def present(folder: Path) -> frozenset[str]:
    """The names of all models that are here whole, by the sizes of their files.

    Args:
        folder: of all models.

    Raises:
        InputError: the record beside one is damaged.
    """
    places = sorted(record.parent for record in folder.glob(f"*/{manifest.NAME}"))
    records = ((place, manifest.read(place)) for place in places)
    return frozenset(place.name for place, held in records if held and not manifest.missing(place, held))


def free_disk_bytes(folder: Path) -> int:
    """How much more fits where models are kept, or will be once that folder is made."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free


def verify(model: Model, folder: Path) -> dict[str, str]:
    """What is wrong with each file of a model that isn't as it was fetched; every byte is read.

    Args:
        model: of the catalogue.
        folder: of all models.

    Raises:
        UnavailableError: it was never fetched.
        InputError: the record beside it is damaged.
    """
    held, fault = _state(model, folder)
    if held is None:
        raise _absent(model, folder, fault or "")
    return manifest.damaged(folder / model.name, held)


def _held(model: Model, folder: Path) -> manifest.Manifest:
    held, fault = _state(model, folder)
    if held is None or fault:
        raise _absent(model, folder, fault or "")
    return held


def _state(model: Model, folder: Path) -> tuple[manifest.Manifest | None, str | None]:
    """What is recorded of a model, and why it can't be used; None: it can."""
    place = folder / model.name
    held = manifest.read(place)
    if held is None:
        begun = place.is_dir() and any(place.iterdir())
        return None, "was not fetched whole" if begun else "is not on this machine"
    lacking = manifest.missing(place, held)
    return held, f"lacks {lacking[0]}" if lacking else None


def _absent(model: Model, folder: Path, fault: str) -> UnavailableError:
    elsewhere = "" if folder == model_dir() else f" --model-dir {folder}"
    return UnavailableError(
        f"the model {model.name} {fault}",
        where=str(folder / model.name),
        remedy=f"fetch it with: {program()} models pull {model.name}{elsewhere}",
    )
