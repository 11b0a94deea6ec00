"""By Pillow: JPEG, PNG, WebP, TIFF and whatever else it reads, with the metadata that such files carry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageOps

from server.pipeline.picture import limits
from server.pipeline.picture.colour import srgb_pixels, transparency
from server.pipeline.picture.decoding import jpeg_end, jpeg_xl
from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.formats import opened
from server.pipeline.picture.metadata.camera_pose import read_camera_pose
from server.pipeline.picture.metadata.gpano import GPano, gpano_properties, read_gpano
from server.pipeline.picture.metadata.lens import read_lens

# Cameras that keep a second picture in a JPEG file make it an MPO.
_JPEG = ("JPEG", "MPO")
_ORIENTATION = 0x0112
_LYING = (5, 6, 7, 8)
_TWO_TO_ONE = 0.02


def decoded_by_pillow(path: Path) -> Decoded:
    """The first frame of a picture.

    Raises:
        InputError: the package that reads its format isn't installed, or it has too many pixels.
        UnidentifiedImageError: Pillow doesn't know its kind.
        OSError: it is damaged.
        ValueError: it is damaged.
    """
    with opened(path) as image:
        stored_size_px = image.size
        if image.format == "JXL":
            jpeg_xl.restore_metadata(image, path.read_bytes())
        try:
            _load(image)
            return _decoded(image, stored_size_px)
        except OSError:
            if image.format not in _JPEG:
                raise
    mended, words = jpeg_end.mended(path, _load)
    decoded = _decoded(mended, stored_size_px)
    return replace(decoded, notices=(words, *decoded.notices))


def _load(image: Image.Image) -> None:
    """Decode the pixels; a JPEG's no finer than any stage looks at."""
    if image.format in _JPEG and image.width > limits.LARGEST_WIDTH_PX:
        image.draft(None, (limits.LARGEST_WIDTH_PX, limits.LARGEST_WIDTH_PX * image.height // image.width))
    image.load()


def _decoded(image: Image.Image, stored_size_px: tuple[int, int]) -> Decoded:
    """A loaded picture and its metadata; ``stored_size_px`` are the columns and rows of its file."""
    gpano = read_gpano(gpano_properties(image))
    orientation = image.getexif().get(_ORIENTATION)
    is_stale = _is_stale(orientation, gpano, stored_size_px)
    upright = image if is_stale else ImageOps.exif_transpose(image)
    is_turned = orientation in _LYING and not is_stale
    width_px, height_px = stored_size_px[::-1] if is_turned else stored_size_px
    return Decoded(
        pixels=srgb_pixels(upright),
        width_px=width_px,
        height_px=height_px,
        gpano=gpano,
        lens=read_lens(image),
        pose=read_camera_pose(image),
        transparent=transparency(upright),
        notices=(f"EXIF orientation {orientation} contradicts the picture's GPano data: set aside",)
        if is_stale
        else (),
    )


def _is_stale(orientation: object, gpano: GPano, size_px: tuple[int, int]) -> bool:
    """Whether an EXIF orientation would turn a panorama on its side that lies right as it is stored."""
    if orientation not in _LYING or not gpano.is_panorama:
        return False
    width_px, height_px = size_px
    if gpano.width_px is None or gpano.height_px is None:
        return abs(width_px / height_px / 2.0 - 1.0) <= _TWO_TO_ONE
    return gpano.fits(width_px, height_px) and not gpano.fits(height_px, width_px)
