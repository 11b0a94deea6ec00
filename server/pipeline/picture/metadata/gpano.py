"""Photo Sphere XMP Metadata (https://developers.google.com/streetview/spherical-metadata), as files have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from PIL import Image

_NAMESPACE = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']http://ns\.google\.com/photos/1\.0/panorama/?["']""")
_USUAL_PREFIX = "GPano"

# No picture has more columns; a number beyond is a slip or an attack.
_LARGEST_PX = 10_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GPano:
    """What a file says of the sphere that it belongs to; None where it doesn't, or not in a number that can be meant.

    Attributes:
        projection_type: in lower case; empty where there is none.
        full_width_px: columns of the whole sphere.
        full_height_px: rows of the whole sphere.
        width_px: columns of the part that the file shows.
        height_px: rows of the part that the file shows.
        left_px: where on the sphere the part begins.
        top_px: rows of the sphere above the part.
        impossible: names and texts of properties that hold no possible number.
    """

    projection_type: str = ""
    full_width_px: float | None = None
    full_height_px: float | None = None
    width_px: float | None = None
    height_px: float | None = None
    left_px: float | None = None
    top_px: float | None = None
    impossible: tuple[str, ...] = ()

    @property
    def is_panorama(self) -> bool:
        """Whether it says that the file shows a sphere or a part of one, in any way."""
        return self.projection_type == "equirectangular" or self.width_px is not None or self.full_width_px is not None

    def fits(self, width_px: int, height_px: int) -> bool:
        """Whether a picture of this size, or one scaled, may be the part that is told of."""
        if self.width_px is None or self.height_px is None:
            return False
        return abs(width_px / height_px / (self.width_px / self.height_px) - 1.0) <= SAME_ASPECT


SAME_ASPECT = 0.02
"""Pictures whose aspect ratios differ by less may be one picture in two sizes."""


def gpano_properties(image: Image.Image) -> dict[str, str]:
    """The properties of an opened picture's GPano metadata by their names, whatever the picture's shape."""
    packet = _xmp(image)
    prefixes = "|".join(map(re.escape, {_USUAL_PREFIX, *_NAMESPACE.findall(packet)}))
    # A property of XMP is an attribute or an element. A closing tag has a slash in front.
    found = re.findall(rf"""(?<!/)\b(?:{prefixes}):(\w+)\s*(?:=\s*["']|>)\s*([^<"']*)""", packet)
    return {name: text.strip() for name, text in found}


def read_gpano(properties: Mapping[str, str]) -> GPano:
    """What the properties say, read as leniently as viewers do: ``1536.0`` and ``+1536`` are 1536.

    Args:
        properties: names and texts, as :func:`gpano_properties` finds them.
    """
    impossible = []

    def number(name: str, *, least: float) -> float | None:
        text = properties.get(name)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if isfinite(value) and least <= value <= _LARGEST_PX:
            return value
        if value != 0.0:
            # Zero is how writers leave a size out.
            impossible.append(f"{name} {text[:24]!r}")
        return None

    return GPano(
        projection_type=properties.get("ProjectionType", "").lower(),
        full_width_px=number("FullPanoWidthPixels", least=1),
        full_height_px=number("FullPanoHeightPixels", least=1),
        width_px=number("CroppedAreaImageWidthPixels", least=1),
        height_px=number("CroppedAreaImageHeightPixels", least=1),
        left_px=number("CroppedAreaLeftPixels", least=0),
        top_px=number("CroppedAreaTopPixels", least=0),
        impossible=tuple(impossible),
    )


def _xmp(image: Image.Image) -> str:
    # JPEG, WebP and TIFF have bytes; PNG has text under its chunk's keyword.
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    return packet.decode(errors="replace") if isinstance(packet, bytes) else str(packet)
