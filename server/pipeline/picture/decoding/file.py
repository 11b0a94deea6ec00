"""From a file of any kind to its pixels, by whoever knows the kind, and every refusal in our words."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from PIL import Image, UnidentifiedImageError

from protocol.errors import InputError, os_reason
from server.pipeline.picture.decoding import radiance
from server.pipeline.picture.decoding.cube_faces import cube_faces, decoded_strip
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.decoding.deep_tiff import decoded_deep_tiff, tiff_size
from server.pipeline.picture.decoding.pillow import decoded_by_pillow
from server.pipeline.picture.formats import KINDS, size_px
from server.pipeline.picture.limits import require_decodable, too_large

# What Pillow, its plug-ins and OpenCV raise at files that were changed at random (``python -m benchmarks.fuzz``).
_DAMAGE = (
    LookupError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
    cv2.error,
)
_REMEDY = f"give {KINDS}"


def decoded_file(path: Path) -> Decoded:
    """What is in the file of a picture, or in a folder of the six faces of a cube map.

    Raises:
        InputError: the file is missing, empty, damaged, no picture, or too large.
    """
    if path.is_dir() and (faces := cube_faces(path)):
        return decoded_strip(faces, decoded_file)
    with _as_input_errors(path):
        if _is_radiance(path):
            return radiance.decoded_radiance(path)
        try:
            return decoded_by_pillow(path)
        except UnidentifiedImageError:
            return decoded_deep_tiff(path)


def picture_size_px(path: Path) -> tuple[int, int]:
    """Columns and rows of a picture, from its header alone: no pixel is decoded, so it is quick and safe to ask.

    Raises:
        InputError: the file is no picture that can be read, or has more pixels than :func:`decoded_file` takes.
    """
    with _as_input_errors(path):
        if _is_radiance(path):
            return radiance.radiance_size(path)
        try:
            columns, rows = size_px(path)
        except UnidentifiedImageError:
            with path.open("rb") as file:
                columns, rows = tiff_size(file)
    require_decodable(columns, rows, path)
    return columns, rows


def _is_radiance(path: Path) -> bool:
    """Whether a file is Radiance HDR.

    Raises:
        InputError: there is nothing to read.
    """
    if path.is_dir():
        raise InputError(
            "is a folder, not a picture",
            where=str(path),
            remedy=f"{_REMEDY}, or a folder of a cube map's faces: front, right, back, left, up and down",
        )
    try:
        with path.open("rb") as file:
            head = file.read(max(map(len, radiance.MAGIC)))
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    if not head:
        raise InputError("is empty", where=str(path), remedy=_REMEDY)
    return head.startswith(radiance.MAGIC)


@contextmanager
def _as_input_errors(path: Path) -> Iterator[None]:
    """Whatever a decoder says of a bad picture, in our words."""
    try:
        with warnings.catch_warnings():
            # Large pictures and odd metadata are no news to a user; what can't be read raises all the same.
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise InputError("is not a picture that can be read", where=str(path), remedy=_REMEDY) from error
    except Image.DecompressionBombError as error:
        raise too_large(path) from error
    except _DAMAGE as error:
        raise InputError(
            f"is damaged or cut short ({_first_line(error)})", where=str(path), remedy="get the file again"
        ) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].lower()[:80]
