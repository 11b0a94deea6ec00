"""The container of binary glTF 2.0 (specification, section 4.4): JSON and one buffer in one file."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC, _VERSION = b"glTF", 2
_JSON, _BIN = b"JSON", b"BIN\0"
_FLOAT, _UNSIGNED_SHORT = 5126, 5123
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_VECTORS = {2: "VEC2", 3: "VEC3"}


class Glb:
    """A glTF asset that grows: objects are added to its arrays, bytes to its buffer.

    Attributes:
        root: the JSON so far.
    """

    def __init__(self, *, generator: str) -> None:
        self.root: dict[str, Any] = {"asset": {"version": "2.0", "generator": generator}}
        self._buffer = bytearray()

    def add(self, kind: str, thing: dict[str, Any]) -> int:
        """Append to one of the root's arrays; returns the index there."""
        things: list[dict[str, Any]] = self.root.setdefault(kind, [])
        things.append(thing)
        return len(things) - 1

    def add_view(self, content: bytes, *, target: int | None = None) -> int:
        """Append bytes to the buffer; returns the index of their buffer view."""
        self._buffer += bytes(-len(self._buffer) % 4)
        view = {"buffer": 0, "byteOffset": len(self._buffer), "byteLength": len(content)}
        self._buffer += content
        return self.add("bufferViews", view if target is None else view | {"target": target})

    def add_vertices(self, vectors: NDArray[np.float32]) -> int:
        """An accessor of float vectors.

        Args:
            vectors: shape (N, 2) or (N, 3).
        """
        stored = np.ascontiguousarray(vectors, dtype="<f4")
        accessor = {
            "bufferView": self.add_view(stored.tobytes(), target=_ARRAY_BUFFER),
            "componentType": _FLOAT,
            "count": len(stored),
            "type": _VECTORS[stored.shape[1]],
            # Required of positions, and allowed of everything.
            "min": stored.min(axis=0).tolist(),
            "max": stored.max(axis=0).tolist(),
        }
        return self.add("accessors", accessor)

    def add_indices(self, triangles: NDArray[np.uint16]) -> int:
        """An accessor of the corners of triangles, shape (N, 3)."""
        stored = np.ascontiguousarray(triangles, dtype="<u2")
        accessor = {
            "bufferView": self.add_view(stored.tobytes(), target=_ELEMENT_ARRAY_BUFFER),
            "componentType": _UNSIGNED_SHORT,
            "count": stored.size,
            "type": "SCALAR",
        }
        return self.add("accessors", accessor)

    def to_bytes(self) -> bytes:
        """The file."""
        content = bytes(self._buffer) + bytes(-len(self._buffer) % 4)
        whole = self.root | {"buffers": [{"byteLength": len(content)}]}
        text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        chunks = b"".join(
            struct.pack("<I4s", len(chunk), kind) + chunk for kind, chunk in ((_JSON, text), (_BIN, content))
        )
        return struct.pack("<4sII", _MAGIC, _VERSION, 12 + len(chunks)) + chunks
