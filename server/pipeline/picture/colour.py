"""From whatever a file holds to 8-bit sRGB: modes, profiles, deep values and radiance."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[np.uint8]


# Of a pixel that is less opaque than this, of 255, more is missing than there is.
_OPAQUE = 128


def transparency(image: Image.Image) -> NDArray[np.bool_] | None:
    """Where a picture in any of Pillow's modes is transparent, (H, W); None where it nowhere is."""
    if not image.has_transparency_data:
        return None
    clear = np.asarray(image.convert("RGBA").getchannel("A")) < _OPAQUE
    return clear if clear.any() else None


def srgb_pixels(image: Image.Image) -> Pixels:
    """8-bit sRGB of a picture in any of Pillow's modes, shape (H, W, 3)."""
    if image.mode.startswith(("I", "F")):
        return pixels_from_numbers(np.asarray(image))
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


def pixels_from_numbers(values: NDArray[Any]) -> Pixels:
    """8-bit sRGB of shape (H, W, 3).

    Args:
        values: 8- or 16-bit values, or linear radiance in floating point; grey (H, W) or RGB (H, W, 3 or more).
    """
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
