"""Checkpoint folders, read: what transformers or diffusers make of one, or one clear line about what is wrong."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from protocol.errors import InputError, UnavailableError
from server.models.checkpoint_file import FETCH_AGAIN


def config_of(folder: Path) -> dict[str, Any]:
    """A checkpoint folder's config.json.

    Raises:
        InputError: there is none, or it is no JSON object.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _nothing_in(folder) from None
    except (OSError, ValueError) as error:
        raise InputError(f"the configuration can't be read: {error}", where=str(path), remedy=FETCH_AGAIN) from None
    if not isinstance(config, dict):
        raise InputError("the configuration is no JSON object", where=str(path), remedy=FETCH_AGAIN)
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
            f"the checkpoint is damaged or incomplete: {_first_line(error)}", where=str(folder), remedy=FETCH_AGAIN
        ) from None


def need_one_of(folder: Path, *names: str) -> None:
    """Make sure of a file that its library would replace by something empty if it were missing.

    Raises:
        InputError: none of these is there.
    """
    if not any((folder / name).is_file() for name in names):
        raise InputError(f"the checkpoint has no {' or '.join(names)}", where=str(folder), remedy=FETCH_AGAIN)


def loaded_part(maker: Any, folder: Path, **options: Any) -> Any:
    """A tokenizer, a processor or the like, by its class's own ``from_pretrained``.

    Args:
        maker: a class of transformers or diffusers.
        folder: holds what it needs.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder or a file is missing, damaged or of something else.
        UnavailableError: reading it takes a package that isn't installed.
    """
    if not folder.is_dir():
        raise _nothing_in(folder)
    with checkpoint_errors(folder), old_weight_norm():
        return maker.from_pretrained(folder, local_files_only=True, **options)


def loaded_model(maker: Any, folder: Path, **options: Any) -> Any:
    """A model whose checkpoint held each of its weights, in its shape, set to evaluate.

    Args:
        maker: a model's class of transformers or diffusers.
        folder: holds its configuration and weights.
        options: as ``from_pretrained`` takes them.

    Raises:
        InputError: the folder or a file is missing or damaged; weights are missing or of other shapes.
        UnavailableError: reading it takes a package that isn't installed.
    """
    return with_all_weights(partial(loaded_part, maker, folder, **options), folder)


def with_all_weights(load: Callable[..., tuple[Any, Any]], folder: Path) -> Any:
    """A model that was made of all of its weights: left to itself ``from_pretrained`` makes up what it misses.

    Weights that the model has no place for are let be: older checkpoints hold tables that are computed today.

    Args:
        load: calls ``from_pretrained`` with the arguments that it is given, and answers as that does.
        folder: the checkpoint, for the message.

    Raises:
        InputError: weights are missing or of other shapes.
        UnavailableError: reading it takes a package that isn't installed.
    """
    with checkpoint_errors(folder), _quiet():
        model, report = load(output_loading_info=True, ignore_mismatched_sizes=True)
    for problem, keys in (("lacks", report["missing_keys"]), ("has misshapen", report["mismatched_keys"])):
        if keys:
            named = sorted(key if isinstance(key, str) else key[0] for key in keys)
            more = f" and {len(named) - 1} more" if len(named) > 1 else ""
            raise InputError(
                f"the checkpoint {problem} weights: {named[0]}{more}", where=str(folder), remedy=FETCH_AGAIN
            )
    return model.eval()


def _nothing_in(folder: Path) -> InputError:
    return InputError("there is no checkpoint here", where=str(folder), remedy=FETCH_AGAIN)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _is_out_of_memory(error: Exception) -> bool:
    import torch

    return isinstance(error, torch.cuda.OutOfMemoryError)


@contextmanager
def old_weight_norm() -> Iterator[None]:
    """Without torch's warning that diffusers' autoencoder still uses its first weight norm."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*weight_norm.*is deprecated", category=FutureWarning)
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the libraries' own progress bars and warnings: the stages tell progress, and we what is wrong."""
    with ExitStack() as undo:
        for library in ("transformers", "diffusers"):
            # Whichever was not imported draws nothing.
            if logging := sys.modules.get(f"{library}.utils.logging"):
                undo.callback(logging.set_verbosity, logging.get_verbosity())
                logging.set_verbosity_error()
                if logging.is_progress_bar_enabled():
                    undo.callback(logging.enable_progress_bar)
                    logging.disable_progress_bar()
        yield
