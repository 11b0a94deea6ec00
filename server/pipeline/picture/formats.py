"""The formats of pictures that are read, declared once: for files, for uploads, and for what errors advise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from protocol.errors import InputError
from server.extras import install_advice
from server.pipeline.picture.decoding import jpeg_xl
from server.pipeline.picture.limits import require_decodable

KINDS = "a JPEG, PNG, TIFF, WebP, AVIF, HEIC, JPEG XL or Radiance HDR picture"
"""What a person is asked to give."""

# So many bytes hold a picture's size and whatever may come before it.
_HEAD_BYTES = 2**20

# Beside Radiance HDR and TIFF of any depth. Each begins with a magic number, so that no text is taken for a picture.
_BY_PILLOW = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "JPEG2000", "GIF", "BMP", "PPM", "PSD", "QOI")
_AVIF = re.compile(rb"....ftyp(avi[fs]|mif1|msf1)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PluggedIn:
    """A format that Pillow reads once a package of an extra is there."""

    name: str
    pillow_name: str
    magic: re.Pattern[bytes]
    extra: str
    package: str
    register: Callable[[Any], object] = lambda module: module
    # Finds the size in a file's head, where the package would decode whatever it opens.
    size_px: Callable[[bytes], tuple[int, int]] | None = None


_PLUGGED_IN = (
    _PluggedIn(
        name="HEIC",
        pillow_name="HEIF",
        # ISO/IEC 23008-12, annex B, less the brands of AV1 pictures.
        magic=re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)(?!.{0,16}avi[fs])", re.DOTALL),
        extra="heic",
        package="pillow_heif",
        register=lambda module: module.register_heif_opener(),
    ),
    _PluggedIn(
        name="JPEG XL",
        pillow_name="JXL",
        magic=re.compile(b"|".join(map(re.escape, (jpeg_xl.CODESTREAM, jpeg_xl.CONTAINER)))),
        extra="jxl",
        package="pillow_jxl",
        size_px=jpeg_xl.jxl_size,
    ),
)


def opened(path: Path) -> Image.Image:
    """A picture of one of Pillow's formats or its plug-ins', of any shape, not decoded yet; to be closed by the caller.

    Raises:
        InputError: the package that reads this format isn't installed, or it has too many pixels.
        UnidentifiedImageError: it is none of these formats.
        OSError: it can't be read.
        ValueError: it is damaged.
    """
    head = _head(path)
    plugged_in = _plugged_in(head, path)
    if plugged_in is not None and plugged_in.size_px is not None:
        require_decodable(*plugged_in.size_px(head), path)
    try:
        return Image.open(path, formats=_BY_PILLOW if plugged_in is None else (plugged_in.pillow_name,))
    except UnidentifiedImageError as error:
        if plugged_in is None and not _AVIF.match(head):
            raise
        raise ValueError("its header makes no sense") from error
    except RuntimeError as error:
        raise ValueError("its pixels can't be decoded") from error


def size_px(path: Path) -> tuple[int, int]:
    """Columns and rows of a picture that can be opened, from its header alone.

    Raises:
        InputError: the package that reads this format isn't installed.
        UnidentifiedImageError: it is none of these formats.
        OSError: it can't be read.
        ValueError: it is damaged.
    """
    head = _head(path)
    plugged_in = _plugged_in(head, path)
    if plugged_in is not None and plugged_in.size_px is not None:
        return plugged_in.size_px(head)
    with opened(path) as image:
        return image.size


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _plugged_in(head: bytes, path: Path) -> _PluggedIn | None:
    """The format that a file's head tells, ready to be opened; None for those that Pillow knows by itself."""
    for found in _PLUGGED_IN:
        if found.magic.match(head):
            try:
                found.register(import_module(found.package))
            except ImportError as error:
                raise InputError(
                    f"is a {found.name} picture, which takes the extra {found.extra}",
                    where=str(path),
                    remedy=f"{install_advice(found.extra)}; or convert it to JPEG",
                ) from error
            return found
    return None
