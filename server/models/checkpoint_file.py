"""One file of a checkpoint: its keys and shapes held against those of a model, and its weights put into a module."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.extras import program

if TYPE_CHECKING:
    import torch

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each tensor, by its key."""

FETCH_AGAIN = f"fetch it again with: {program()} models pull"
"""The remedy for a file that is missing or damaged."""


def required_file(path: Path) -> Path:
    """The path of a file that a checkpoint can't do without.

    Raises:
        InputError: it is not there.
    """
    if not path.is_file():
        raise InputError("this file of the checkpoint is missing", where=str(path), remedy=FETCH_AGAIN)
    return path


def stored_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of a safetensors file, by its key; only the file's header is read.

    Raises:
        InputError: the file is damaged.
    """
    with _opened(path) as file:
        return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118


def misfit(stored: Shapes, wanted: Shapes, *, optional: Collection[str] = ()) -> str | None:
    """Why stored tensors are not those of a model, as the end of a sentence; None where they are.

    Args:
        stored: what the file holds.
        wanted: what the model has.
        optional: keys that the file may lack, since another holds the same weights.

    >>> misfit({"a": (2,)}, {"a": (2,), "b": (3,), "c": (3,)})
    'lacks b and 1 more keys'
    >>> misfit({"a": (2,)}, {"a": (4,)})
    'has a of shape (2,) in place of (4,)'
    """
    missing = sorted(wanted.keys() - stored.keys() - set(optional))
    unknown = sorted(stored.keys() - wanted.keys())
    if missing or unknown:
        faults = ((verb, keys) for verb, keys in (("lacks", missing), ("has unknown", unknown)) if keys)
        return " and ".join(f"{verb} {_listed(keys)}" for verb, keys in faults)
    for key, shape in stored.items():
        if shape != wanted[key]:
            return f"has {key} of shape {shape} in place of {wanted[key]}"
    return None


def check_shapes(path: Path, wanted: Shapes, *, optional: Collection[str] = ()) -> None:
    """Hold a safetensors file against the keys and shapes of a model.

    Args:
        path: the file.
        wanted: the model's shapes by key.
        optional: keys that the file may lack, since another holds the same weights.

    Raises:
        InputError: the file is damaged, lacks keys, has keys left over, or tensors of other shapes.
    """
    fault = misfit(stored_shapes(path), wanted, optional=optional)
    if fault:
        raise unfit_error(path, fault)


def load_weights(
    module: torch.nn.Module,
    path: Path,
    *,
    prefix: str = "",
    device: str,
    dtype: torch.dtype,
    in_float32: Collection[str] = (),
    same_as: Mapping[str, str] | None = None,
) -> torch.nn.Module:
    """Give a module that was made on the meta device its weights, and set it to evaluate.

    Args:
        module: has the names of the file's keys, less the prefix.
        path: a safetensors file that :func:`check_shapes` has passed.
        prefix: of the module's keys in the file.
        device: where the weights go.
        dtype: the numbers that they become.
        in_float32: names of submodules whose weights stay in float32.
        same_as: for keys that the file may lack, the key that holds the same weights.

    Returns:
        The module.

    Raises:
        InputError: the file is damaged.
    """
    import torch

    state: dict[str, torch.Tensor] = {}
    with _opened(path) as file:
        held = set(file.keys())
        for name in module.state_dict():
            key = name if prefix + name in held else (same_as or {}).get(name, name)
            wide = any(part in in_float32 for part in name.split("."))
            state[name] = file.get_tensor(prefix + key).to(device=device, dtype=torch.float32 if wide else dtype)
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


def unfit_error(path: Path, what: str, *, model: str = "this model") -> InputError:
    """The error of a file that belongs to another model.

    Args:
        path: the file.
        what: the end of a sentence about it, such as "lacks a key".
        model: the one that it should belong to.
    """
    return InputError(f"is not of {model}: it {what}", where=str(path), remedy=FETCH_AGAIN)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except SafetensorError as error:
        raise InputError(
            f"is damaged or was not fetched whole ({error})", where=str(path), remedy=FETCH_AGAIN
        ) from error


def _listed(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more keys"
