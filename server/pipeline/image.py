"""Pictures from files: of any kind, upright, as 8-bit sRGB, and never more than was asked for."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin, UnidentifiedImageError

from protocol.errors import InputError
from server.pipeline.pose import Pose, read_pose
from server.pipeline.views import Picture, View

Pixels = NDArray[np.uint8]

DEFAULT_HFOV_DEG = 65.0
"""A photograph's field of view where neither its EXIF nor the user tells: that of a 28 mm lens on 36 mm of film."""

LARGEST_WIDTH_PX = 8192
"""Wider pictures are read at half, a quarter … of their size: 23 pixels a degree are more than any stage looks at."""

# Pillow refuses pictures from twice its limit on; the same holds for what OpenCV decodes.
_LARGEST_PX = 2 * (Image.MAX_IMAGE_PIXELS or 0)
_SMALLEST_PX = 16
_LONGEST_ASPECT = 4.0
_TWO_TO_ONE = 0.005

_EXIF_IFD, _FOCAL_LENGTH_35MM = 0x8769, 0xA405
_DIAGONAL_35MM = 43.267  # of 36 × 24 mm: CIPA DC-008 compares focal lengths by the diagonal

_KINDS = "give a JPEG, PNG, TIFF, WebP or Radiance HDR picture"
_DAMAGE = (KeyError, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, cv2.error, ZeroDivisionError)


def read_picture(path: Path, *, hfov_deg: float | None = None) -> Picture:
    """A picture from a file.

    Twice as wide as high (to 0.5 %) is an equirectangular panorama, anything else a photograph. 16-bit values keep
    their upper half, radiance is tone-mapped, colour profiles are converted to sRGB, EXIF rotation is applied, and
    what is transparent becomes black, as the masked parts of survey pictures are. Of an animation the first frame
    counts. The compass heading is read from XMP GPano or EXIF; a part of a sphere that GPano tells of comes to its
    place on the sphere. Pitch and roll of a pose are not undone.

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
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"can't be read ({reason})", where=str(path), remedy="check the path") from error
    if not head:
        raise InputError("is empty", where=str(path), remedy=_KINDS)
    with _faults_told(path):
        if head.startswith((b"#?RADIANCE", b"#?RGBE")):
            pixels, exif_hfov_deg, pose = _radiance_pixels(path), None, Pose()
        else:
            pixels, exif_hfov_deg, pose = _pillow_pixels(path)
    if pose.crop is not None:
        pixels = pose.crop.on_sphere(pixels, largest_width_px=LARGEST_WIDTH_PX)
    picture = _picture(pixels, path=path, hfov_deg=hfov_deg or exif_hfov_deg or DEFAULT_HFOV_DEG)
    return replace(picture, heading_deg=pose.heading_deg)


def picture_size_px(path: Path) -> tuple[int, int]:
    """Columns and rows of a picture, from its header alone: no pixel is decoded, so it is quick and safe to ask.

    Raises:
        InputError: the file is no picture that can be read, or has more pixels than :func:`read_picture` takes.
    """
    with _faults_told(path), path.open("rb") as file:
        if file.read(10).startswith((b"#?RADIANCE", b"#?RGBE")):
            return _radiance_size(path)
        file.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(file, formats=("JPEG", "PNG", "TIFF", "WEBP")) as image:
                    columns, rows = image.size
        except UnidentifiedImageError:
            file.seek(0)
            columns, rows = _tiff_size(file)
    if columns * rows > _LARGEST_PX:
        raise _too_large(path)
    return columns, rows


@contextmanager
def _faults_told(path: Path) -> Iterator[None]:
    """Whatever a decoder says of a bad picture, in our words."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise InputError("is not a picture that can be read", where=str(path), remedy=_KINDS) from error
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except _DAMAGE as error:
        raise InputError(
            f"is damaged or cut short ({_first_line(error)})", where=str(path), remedy="get the file again"
        ) from error


def _picture(pixels: Pixels, *, path: Path, hfov_deg: float) -> Picture:
    """Pixels with the view that their shape tells."""
    pixels = _narrowed(pixels)
    height_px, width_px = pixels.shape[:2]
    aspect = width_px / height_px
    if min(width_px, height_px) < _SMALLEST_PX:
        raise InputError(
            f"is only {width_px} × {height_px} pixels", where=str(path), remedy=f"give at least {_SMALLEST_PX} × 16"
        )
    if not 1 / _LONGEST_ASPECT <= aspect <= _LONGEST_ASPECT:
        raise InputError(
            f"is a strip of {width_px} × {height_px} pixels, neither a 2:1 panorama nor a photograph",
            where=str(path),
            remedy="give the whole sphere, twice as wide as high, or cut a photograph out",
        )
    if abs(aspect / 2.0 - 1.0) <= _TWO_TO_ONE:
        view = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
    else:
        view = View(name="picture", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=hfov_deg)
    digest = hashlib.sha256(f"{view.projection} {view.hfov_deg!r} {pixels.shape} ".encode())
    digest.update(pixels.tobytes())
    return Picture(pixels=pixels, view=view, sha256=digest.hexdigest())


def _pillow_pixels(path: Path) -> tuple[Pixels, float | None, Pose]:
    """Pixels by Pillow, the field of view that EXIF tells, and the camera's pose."""
    with warnings.catch_warnings():
        # Large pictures and odd metadata are no news to a user; what can't be read raises all the same.
        warnings.simplefilter("ignore")
        try:
            image: Image.Image = Image.open(path)
        except UnidentifiedImageError:
            return _deep_tiff_pixels(path), None, Pose()
        with image:
            if image.format == "JPEG" and image.width > LARGEST_WIDTH_PX:
                image.draft(None, (LARGEST_WIDTH_PX, LARGEST_WIDTH_PX * image.height // image.width))
            image.load()
            upright = ImageOps.exif_transpose(image)
            return _srgb_pixels(upright), _exif_hfov_deg(upright), read_pose(image)


def _srgb_pixels(image: Image.Image) -> Pixels:
    """8-bit sRGB of a picture in any of Pillow's modes."""
    if image.mode.startswith(("I", "F")):
        return _from_numbers(np.asarray(image))
    if image.mode == "P" or (image.mode in ("L", "RGB", "1") and "transparency" in image.info):
        image = image.convert("RGBA")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA")
        image = Image.composite(image, Image.new("RGBA", image.size, (0, 0, 0, 255)), image.getchannel("A"))
        profile = image.info.get("icc_profile")
        image = image.convert("RGB")
        image.info["icc_profile"] = profile
    image = _converted_profile(image)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _converted_profile(image: Image.Image) -> Image.Image:
    """The picture in sRGB, if it carries another profile that fits its mode."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile says nothing: the numbers are taken as sRGB, as every viewer does.
        return image
    return converted or image


def _from_numbers(values: NDArray[Any]) -> Pixels:
    """8-bit sRGB of 8- or 16-bit values, or of linear radiance in floating point; grey or RGB."""
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=2)
    values = values[..., :3]
    if values.dtype == np.uint8:
        return np.ascontiguousarray(values)
    if np.issubdtype(values.dtype, np.floating):
        return _tone_mapped(values.astype(np.float32))
    # Pillow hands 16-bit grey on as 16- or 32-bit integers.
    upper: Pixels = (np.clip(values, 0, 65535).astype(np.uint32) // 257).astype(np.uint8)
    return upper


def _tone_mapped(radiance: NDArray[np.float32]) -> Pixels:
    """Display-referred pixels of linear radiance.

    Exposure and compression by Reinhard, Stark, Shirley and Ferwerda (2002), equations 1 to 3: the log-average
    luminance becomes 0.18, then L / (1 + L); then the transfer function of sRGB (IEC 61966-2-1).
    """
    radiance = np.nan_to_num(np.maximum(radiance, 0.0), nan=0.0, posinf=1e6)
    luminance = radiance @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    log_average = np.exp(np.mean(np.log(1e-6 + luminance), dtype=np.float64))
    exposed = 0.18 / log_average * luminance
    scale = 0.18 / log_average / (1.0 + exposed)
    linear = np.clip(radiance * scale[..., None], 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    pixels: Pixels = np.round(255.0 * encoded).astype(np.uint8)
    return pixels


def _radiance_pixels(path: Path) -> Pixels:
    """Pixels of a Radiance HDR file."""
    _radiance_size(path)
    return _decoded(path)


def _radiance_size(path: Path) -> tuple[int, int]:
    """Columns and rows of a Radiance HDR file, which stand in its header."""
    with path.open("rb") as file:
        size = re.search(rb"\n([-+][XY]) (\d{1,9}) [-+][XY] (\d{1,9})\n", file.read(16_384))
    if size is None:
        raise ValueError("no resolution in its header")
    first, second = int(size[2]), int(size[3])
    if first * second > _LARGEST_PX:
        raise _too_large(path)
    return (second, first) if size[1].endswith(b"Y") else (first, second)


def _deep_tiff_pixels(path: Path) -> Pixels:
    """Pixels of a TIFF with more bits than Pillow takes: 16-bit or floating-point RGB."""
    with path.open("rb") as file:
        columns, rows = _tiff_size(file)
    if columns * rows > _LARGEST_PX:
        raise _too_large(path)
    return _decoded(path)


def _tiff_size(file: IO[bytes]) -> tuple[int, int]:
    """Columns and rows from a TIFF's first directory."""
    header = file.read(8)
    if not header.startswith((b"II*\0", b"MM\0*")):
        raise UnidentifiedImageError
    directory = TiffImagePlugin.ImageFileDirectory_v2(header)
    file.seek(directory.next)
    directory.load(file)
    return int(directory[TiffImagePlugin.IMAGEWIDTH]), int(directory[TiffImagePlugin.IMAGELENGTH])


def _decoded(path: Path) -> Pixels:
    """Pixels by OpenCV, for what Pillow does not read."""
    values = cv2.imread(str(path), cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR)
    if values is None:
        raise ValueError("its pixels can't be decoded")
    return _from_numbers(values[..., ::-1])


def _narrowed(pixels: Pixels) -> Pixels:
    """A picture wider than any stage looks at, averaged down by a whole factor."""
    factor = -(-pixels.shape[1] // LARGEST_WIDTH_PX)
    if factor == 1:
        return pixels
    size = (pixels.shape[1] // factor, pixels.shape[0] // factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _exif_hfov_deg(image: Image.Image) -> float | None:
    """Horizontal field of view from the 35 mm equivalent focal length, by the diagonal (CIPA DC-008)."""
    try:
        focal_mm = float(image.getexif().get_ifd(_EXIF_IFD).get(_FOCAL_LENGTH_35MM, 0))
    except (TypeError, ValueError, SyntaxError, ZeroDivisionError):
        return None
    if not 5.0 <= focal_mm <= 2000.0:
        return None
    width_mm = _DIAGONAL_35MM * image.width / float(np.hypot(image.width, image.height))
    return float(np.degrees(2.0 * np.arctan(width_mm / 2.0 / focal_mm)))


def _too_large(path: Path) -> InputError:
    return InputError(
        f"has more than {_LARGEST_PX // 1_000_000} million pixels", where=str(path), remedy="scale it down first"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].lower()[:80]
