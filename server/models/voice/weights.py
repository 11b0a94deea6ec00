"""Weights out of a safetensors file into a module, every name and shape accounted for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError

if TYPE_CHECKING:
    import torch

_REMEDY = "fetch it again with: sonorama models pull"


def file_in(folder: Path, name: str) -> Path:
    """The path of a file of a checkpoint.

    Raises:
        InputError: it is not there.
    """
    path = folder / name
    if not path.is_file():
        raise InputError("this file of the checkpoint is missing", where=str(path), remedy=_REMEDY)
    return path


def stored_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Every tensor's shape, by its key; reads the file's header alone.

    Raises:
        InputError: the file is damaged.
    """
    with _opened(path) as file:
        return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118


def check(path: Path, wanted: Mapping[str, tuple[int, ...]], *, optional: Collection[str] = ()) -> None:
    """Hold a file against the keys and shapes that a model has.

    Args:
        path: the file.
        wanted: the model's shapes by key.
        optional: keys that the file may lack, since another holds the same weights.

    Raises:
        InputError: the file is damaged, lacks keys, has keys left over, or tensors of other shapes.
    """
    stored = stored_shapes(path)
    missing = sorted(wanted.keys() - stored.keys() - set(optional))
    unknown = sorted(stored.keys() - wanted.keys())
    if missing or unknown:
        faults = ((verb, keys) for verb, keys in (("lacks", missing), ("has unknown", unknown)) if keys)
        raise _unfit(path, " and ".join(f"{verb} {_listed(keys)}" for verb, keys in faults))
    for key, shape in stored.items():
        if shape != wanted[key]:
            raise _unfit(path, f"has {key} of shape {shape} in place of {wanted[key]}")


def filled(
    module: torch.nn.Module,
    path: Path,
    *,
    prefix: str = "",
    device: str,
    dtype: torch.dtype,
    in_float32: Collection[str] = (),
    same_as: Mapping[str, str] | None = None,
) -> torch.nn.Module:
    """A module made on the meta device, with its weights, ready to answer.

    Args:
        module: has the names of the file's keys, less the prefix.
        path: a file that :func:`check` has passed.
        prefix: of the module's keys in the file.
        device: where the weights go.
        dtype: the numbers that they become.
        in_float32: names of submodules whose weights stay in float32.
        same_as: for keys that the file may lack, the key that holds the same weights.

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


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except SafetensorError as error:
        raise InputError(f"is damaged or was not fetched whole ({error})", where=str(path), remedy=_REMEDY) from error


def _unfit(path: Path, what: str) -> InputError:
    return InputError(f"is not of this model: it {what}", where=str(path), remedy=_REMEDY)


def _listed(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more keys"
