"""TIFF pictures with more bits than Pillow takes: 16-bit or floating-point RGB."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from PIL import TiffImagePlugin, UnidentifiedImageError

from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.decoding.opencv import decoded_by_opencv
from server.pipeline.picture.limits import require_decodable


def decoded_deep_tiff(path: Path) -> Decoded:
    """A TIFF of any depth.

    Raises:
        InputError: it is too large.
        UnidentifiedImageError: it is no TIFF.
        ValueError: it is damaged.
    """
    with path.open("rb") as file:
        columns, rows = tiff_size(file)
    require_decodable(columns, rows, path)
    return decoded_by_opencv(path)


def tiff_size(file: IO[bytes]) -> tuple[int, int]:
    """Columns and rows from the first directory of a TIFF.

    Raises:
        UnidentifiedImageError: it is no TIFF.
    """
    header = file.read(8)
    if not header.startswith((b"II*\0", b"MM\0*")):
        raise UnidentifiedImageError
    directory = TiffImagePlugin.ImageFileDirectory_v2(header)
    file.seek(directory.next)
    directory.load(file)
    return int(directory[TiffImagePlugin.IMAGEWIDTH]), int(directory[TiffImagePlugin.IMAGELENGTH])
