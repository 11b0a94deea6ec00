"""Terms that a person has to accept before some weights are used, and the memory of who did so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from protocol.errors import InputError, UnavailableError
from server.files.atomic import replacing
from server.models.catalogue import Licence, Model

NAME = "accepted-licences.json"


def open_terms(models: Iterable[Model], folder: Path) -> tuple[Model, ...]:
    """Those models whose terms nobody has accepted yet.

    Args:
        models: what shall be used.
        folder: of all models, where acceptance is remembered.

    Raises:
        InputError: the memory of acceptance is damaged.
    """
    accepted = _accepted(folder)
    return tuple(model for model in models if model.licence.terms and accepted.get(model.name) != _words(model.licence))


def require(models: Iterable[Model], folder: Path, *, accept: bool) -> None:
    """Go on only if all terms are accepted; with ``accept`` they are from now on.

    Changed terms have to be accepted anew.

    Args:
        models: whose terms.
        folder: of all models, where acceptance is remembered.
        accept: whether the user accepts all of them now.

    Raises:
        UnavailableError: some are not.
        InputError: the memory of acceptance is damaged or can't be written.
    """
    still_open = open_terms(models, folder)
    if not still_open:
        return
    if not accept:
        terms = "; ".join(f"{model.name}: {model.licence.terms} ({model.licence.page})" for model in still_open)
        raise UnavailableError(
            f"these weights have terms: {terms}",
            where="licences",
            remedy="if you accept them, say so once with --accept-licences",
        )
    accepted = _accepted(folder) | {model.name: _words(model.licence) for model in still_open}
    with replacing(folder / NAME) as scratch:
        scratch.write_text(json.dumps({"accepted": accepted}, indent=1) + "\n", encoding="utf-8")


def _words(licence: Licence) -> str:
    return f"{licence.name}: {licence.terms}"


def _accepted(folder: Path) -> dict[str, str]:
    path = folder / NAME
    try:
        accepted = json.loads(path.read_bytes())["accepted"]
        return {str(name): str(words) for name, words in accepted.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "is no list of accepted licences", where=str(path), remedy="remove it and accept them again"
        ) from error
