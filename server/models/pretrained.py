"""Checkpoint folders, read: what transformers makes of one, or one clear line about what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from protocol.errors import InputError, UnavailableError

_REMEDY = "fetch it again with: sonorama models pull"


def config_of(folder: Path) -> dict[str, Any]:
    """A checkpoint folder's config.json.

    Raises:
        InputError: there is none, or it is no JSON object.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("there is no checkpoint here", where=str(folder), remedy=_REMEDY) from None
    except (OSError, ValueError) as error:
        raise InputError(f"the configuration can't be read: {error}", where=str(path), remedy=_REMEDY) from None
    if not isinstance(config, dict):
        raise InputError("the configuration is no JSON object", where=str(path), remedy=_REMEDY)
    return config


@contextmanager
def checkpoint_errors(folder: Path) -> Iterator[None]:
    """Turn what libraries raise over a damaged or incomplete checkpoint into one line.

    Raises:
        InputError: a file is missing or damaged.
        UnavailableError: reading it takes a package that isn't installed.
    """
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    try:
        yield
    except ImportError as error:
        what = _first_line(error)
        raise UnavailableError(
            f"reading this model needs a package: {what}", where=str(folder), remedy="install that package"
        ) from None
    except (
        *(OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError),
        *(SafetensorError, StrictDataclassError),
    ) as error:
        if _is_out_of_memory(error):
            raise
        raise InputError(
            f"the checkpoint is damaged or incomplete: {_first_line(error)}", where=str(folder), remedy=_REMEDY
        ) from None


def need_one_of(folder: Path, *names: str) -> None:
    """Make sure of a file that its library would replace by something empty if it were missing.

    Raises:
        InputError: none of these is there.
    """
    if not any((folder / name).is_file() for name in names):
        raise InputError(f"the checkpoint has no {' or '.join(names)}", where=str(folder), remedy=_REMEDY)


def with_all_weights(load: Callable[..., tuple[Any, Any]], folder: Path) -> Any:
    """A model whose checkpoint held each of its weights, in its shape.

    Weights that the model has no place for are let be: older checkpoints hold tables that are computed today.

    Args:
        load: calls ``from_pretrained`` with the arguments that it is given, and answers as that does.
        folder: the checkpoint, for the message.

    Raises:
        InputError: weights are missing or of other shapes.
        UnavailableError: reading it takes a package that isn't installed.
    """
    from transformers.utils import logging

    # Progress is told by the events of the stage, and what is wrong in the line below: not in the middle of these.
    had_bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with checkpoint_errors(folder):
            model, told = load(output_loading_info=True, ignore_mismatched_sizes=True)
    finally:
        logging.set_verbosity(verbosity)
        if had_bars:
            logging.enable_progress_bar()
    for problem, keys in (("lacks", told["missing_keys"]), ("has misshapen", told["mismatched_keys"])):
        if keys:
            named = sorted(key if isinstance(key, str) else key[0] for key in keys)
            more = f" and {len(named) - 1} more" if len(named) > 1 else ""
            raise InputError(f"the checkpoint {problem} weights: {named[0]}{more}", where=str(folder), remedy=_REMEDY)
    return model


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _is_out_of_memory(error: Exception) -> bool:
    import torch

    return isinstance(error, torch.cuda.OutOfMemoryError)
