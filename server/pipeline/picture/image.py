"""Pictures from files: of any kind, upright, as 8-bit sRGB, and never more than was asked for."""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from protocol.errors import InputError, os_reason
from server.pipeline.picture import limits
from server.pipeline.picture.decoding import radiance
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.decoding.deep_tiff import decoded_deep_tiff, tiff_size
from server.pipeline.picture.decoding.pillow import decoded_by_pillow
from server.pipeline.picture.limits import narrowed, require_decodable, too_large
from server.pipeline.picture.projections.sphere_part import SpherePart
from server.pipeline.picture.projections.unroll import on_sphere
from server.pipeline.picture.taken_for import taken_for
from server.pipeline.picture.unseen import all_unseen
from server.pipeline.views import Picture, View, resized_mask

_SMALLEST_PX = 16

_KINDS = "give a JPEG, PNG, TIFF, WebP or Radiance HDR picture"
_DAMAGE = (KeyError, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, cv2.error, ZeroDivisionError)


def read_picture(path: Path, *, hfov_deg: float | None = None) -> Picture:
    """A picture from a file.

    What it is taken for :func:`~server.pipeline.picture.taken_for.taken_for` decides, and says; all but photographs
    come to their places on an equirectangular sphere. 16-bit values keep their upper half, radiance is tone-mapped,
    colour profiles are converted to sRGB, EXIF rotation is applied, and what is transparent becomes black and is
    unseen, as are plain borders and black poles. Of an animation the first frame counts. The compass heading is read
    from XMP GPano or EXIF. Pitch and roll of a pose are not undone.

    Args:
        path: the file.
        hfov_deg: horizontal field of view of a photograph; else its EXIF focal length tells, else 65°.

    Raises:
        InputError: the file is missing, empty, damaged, no picture, too large, or of an impossible shape.
    """
    if path.is_dir():
        raise InputError("is a folder, not a picture", where=str(path), remedy=_KINDS)
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    if not head:
        raise InputError("is empty", where=str(path), remedy=_KINDS)
    with _as_input_errors(path):
        decoded = _decoded(path, head)
    taken = taken_for(decoded, hfov_deg=hfov_deg, where=str(path))
    pixels, unseen = narrowed(decoded.pixels), decoded.transparent
    mapping = taken.mapping
    if isinstance(mapping, View):
        view = mapping.resized(pixels.shape[1], pixels.shape[0])
    else:
        if not (isinstance(mapping, SpherePart) and mapping.is_whole):
            if unseen is not None:
                unseen = resized_mask(unseen, pixels.shape[1], pixels.shape[0])
            pixels, unseen = on_sphere(pixels, mapping, largest_width_px=limits.LARGEST_WIDTH_PX, unseen=unseen)
        view = View(name="picture", projection="equirectangular", width_px=pixels.shape[1], height_px=pixels.shape[0])
    if min(view.width_px, view.height_px) < _SMALLEST_PX:
        raise InputError(
            f"is only {view.width_px} × {view.height_px} pixels",
            where=str(path),
            remedy=f"give at least {_SMALLEST_PX} × {_SMALLEST_PX}",
        )
    unseen = all_unseen(pixels, unseen, around=view.projection == "equirectangular")
    return Picture(
        pixels=pixels,
        view=view,
        sha256=_digest(pixels, unseen, view),
        heading_deg=decoded.pose.heading_deg,
        unseen=unseen,
        original=mapping,
        taken_for=taken.words,
        notices=(*decoded.notices, *taken.notices),
    )


def picture_size_px(path: Path) -> tuple[int, int]:
    """Columns and rows of a picture, from its header alone: no pixel is decoded, so it is quick and safe to ask.

    Raises:
        InputError: the file is no picture that can be read, or has more pixels than :func:`read_picture` takes.
    """
    with _as_input_errors(path), path.open("rb") as file:
        if file.read(10).startswith(radiance.MAGIC):
            return radiance.radiance_size(path)
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(file, formats=("JPEG", "PNG", "TIFF", "WEBP")) as image:
                    columns, rows = image.size
        except UnidentifiedImageError:
            file.seek(0)
            columns, rows = tiff_size(file)
    require_decodable(columns, rows, path)
    return columns, rows


def _decoded(path: Path, head: bytes) -> Decoded:
    """The picture, by the first decoder that knows its kind; ``head`` is how the file begins."""
    if head.startswith(radiance.MAGIC):
        return radiance.decoded_radiance(path)
    with warnings.catch_warnings():
        # Large pictures and odd metadata are no news to a user; what can't be read raises all the same.
        warnings.simplefilter("ignore")
        try:
            return decoded_by_pillow(path)
        except UnidentifiedImageError:
            return decoded_deep_tiff(path)


@contextmanager
def _as_input_errors(path: Path) -> Iterator[None]:
    """Whatever a decoder says of a bad picture, in our words."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise InputError("is not a picture that can be read", where=str(path), remedy=_KINDS) from error
    except Image.DecompressionBombError as error:
        raise too_large(path) from error
    except _DAMAGE as error:
        raise InputError(
            f"is damaged or cut short ({_first_line(error)})", where=str(path), remedy="get the file again"
        ) from error


def _digest(pixels: NDArray[np.uint8], unseen: NDArray[np.bool_] | None, view: View) -> str:
    digest = hashlib.sha256(f"{view.projection} {view.hfov_deg!r} {pixels.shape} ".encode())
    digest.update(pixels.tobytes())
    if unseen is not None:
        digest.update(np.packbits(unseen).tobytes())
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].lower()[:80]
