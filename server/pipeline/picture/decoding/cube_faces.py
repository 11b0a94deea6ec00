"""Six files of a cube map's faces in a folder, as one strip."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from protocol.errors import InputError
from server.pipeline.picture.decoding.decoded import Decoded

FACE_NAMES = {
    "F": ("front", "f", "pz", "posz"),
    "R": ("right", "r", "px", "posx"),
    "B": ("back", "b", "nz", "negz"),
    "L": ("left", "l", "nx", "negx"),
    "U": ("up", "u", "top", "py", "posy"),
    "D": ("down", "d", "bottom", "ny", "negy"),
}
"""What the last word of a file's name says of its face, in the order of the strip."""


def cube_faces(folder: Path) -> dict[str, Path] | None:
    """The files of six faces by their letters, in the order of the strip; None where any is missing, or there twice."""
    found: dict[str, list[Path]] = {face: [] for face in FACE_NAMES}
    for path in sorted(folder.iterdir()):
        words = re.findall(r"[a-z]+", path.stem.lower())
        for face, names in FACE_NAMES.items():
            if words and words[-1] in names and path.is_file():
                found[face].append(path)
    if any(len(paths) != 1 for paths in found.values()):
        return None
    return {face: paths[0] for face, paths in found.items()}


def decoded_strip(faces: dict[str, Path], decode: Callable[[Path], Decoded]) -> Decoded:
    """Six faces side by side.

    Args:
        faces: their files, by letters.
        decode: what reads one of them.

    Raises:
        InputError: a face can't be read, or isn't a square as large as the others.
    """
    strip = [decode(path) for path in faces.values()]
    side_px = strip[0].width_px
    for path, face in zip(faces.values(), strip, strict=True):
        if (face.width_px, face.height_px) != (side_px, side_px):
            raise InputError(
                f"is a face of {face.width_px} × {face.height_px} pixels, where the first has {side_px} columns",
                where=str(path),
                remedy="give six squares of one size",
            )
    pixels = np.concatenate([face.pixels for face in strip], axis=1)
    return replace(strip[0], pixels=pixels, width_px=6 * side_px, transparent=None, cube_layout="strip")
