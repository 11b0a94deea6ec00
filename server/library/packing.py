"""Frozen values with arrays in them, as one ``.npz`` file: JSON for the structure, arrays beside it, no pickle."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from server.files.atomic import replacing

T = TypeVar("T")

# What zipfile, json, NumPy and pydantic raise at files that were changed at random (``benchmarks.fuzz``).
_DAMAGE = (
    OSError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    MemoryError,
    ValidationError,
    zipfile.BadZipFile,
    zlib.error,
)

_ARRAY = "$array"
# A field that this version doesn't know says that the value is of another version, and must not be read halfway.
_CONFIG = ConfigDict(arbitrary_types_allowed=True, extra="forbid")


def write_packed(path: Path, *, key: str, kind: type[T], value: T) -> None:
    """Write a value of dataclasses, sequences, numbers, texts and arrays, under a key.

    Args:
        path: the file to write.
        key: holds everything that the value depends on.
        kind: the type of the value.
        value: what to write; arrays of any shape.

    Raises:
        InputError: the place can't be written to.
    """
    arrays: list[NDArray[Any]] = []
    structure = _without_arrays(_adapter(kind).dump_python(value), arrays)
    text = json.dumps({"key": key, "value": structure}, ensure_ascii=False)
    with replacing(path) as scratch, zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        # A fixed date, so that equal values are equal bytes.
        archive.writestr(zipfile.ZipInfo("value.json"), text)
        for number, array in enumerate(arrays):
            entry = zipfile.ZipInfo(f"{number}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def read_packed(path: Path, *, key: str | None, kind: type[T]) -> T | None:
    """The value, or None where the file is missing, damaged, or was written under another key.

    Args:
        path: the file.
        key: that it must have been written under; None for any.
        kind: the type to read it as; arrays have the shapes that they were written with.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = json.loads(archive.read("value.json"))
            if key is not None and content["key"] != key:
                return None
            arrays = []
            for number in range(len(archive.namelist()) - 1):
                with archive.open(f"{number}.npy") as file:
                    arrays.append(np.lib.format.read_array(file, allow_pickle=False))
        return _adapter(kind).validate_python(_with_arrays(content["value"], arrays))
    except _DAMAGE:
        return None


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind, config=_CONFIG)


def _without_arrays(node: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(node, np.ndarray):
        arrays.append(node)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(node, dict):
        return {name: _without_arrays(child, arrays) for name, child in node.items()}
    if isinstance(node, list | tuple):
        return [_without_arrays(child, arrays) for child in node]
    return node


def _with_arrays(node: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(node, dict):
        if node.keys() == {_ARRAY}:
            return arrays[node[_ARRAY]]
        return {name: _with_arrays(child, arrays) for name, child in node.items()}
    if isinstance(node, list):
        return [_with_arrays(child, arrays) for child in node]
    return node
