"""JPEG files whose end is missing: what a broken download or a full card leaves is whole but for its last rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image

LARGEST_LACK = 1 / 16
"""So many of a picture's rows may be missing: 11° around the feet of a panorama."""

_END = b"\xff\xd9"
_START_OF_SCAN, _PROGRESSIVE, _FRAMES = 0xDA, 0xC2, (0xC0, 0xC1, 0xC2)
_STANDALONE = (0x00, 0x01, *range(0xD0, 0xD9), 0xFF)
_COEFFICIENTS = 64
# libjpeg paints blocks without data in the middle of each channel's range; Adobe's inverted inks come one lower.
_BLANK, _SPREAD = 128, 1


def mended(path: Path, load: Callable[[Image.Image], None]) -> tuple[Image.Image, str]:
    """A JPEG file's picture without its end, the last good row in place of those that are missing.

    Args:
        path: the file.
        load: decodes the pixels of an opened picture.

    Returns:
        The picture, loaded, of the file's shape, and what a person should know of it.

    Raises:
        OSError: it can't be decoded.
        ValueError: more is missing than ``LARGEST_LACK`` or, of a progressive one, than its finest detail.
    """
    # A decoder that meets the end makes a picture of what came before.
    raw = path.read_bytes() + _END
    image = Image.open(io.BytesIO(raw), formats=("JPEG",))
    load(image)
    scans = _Scans.of(raw)
    if scans.lack_detail:
        raise ValueError("much of its detail is missing")
    rows = _blank_rows(image)
    if rows > LARGEST_LACK * image.height:
        raise ValueError(f"the lower {100 * rows / image.height:.0f} % of it is missing")
    if rows:
        good = image.height - rows
        last = image.crop((0, good - 1, image.width, good))
        image.paste(last.resize((image.width, rows)), (0, good))
        return image, f"the file is cut short: the last {rows} of {image.height} rows are missing"
    if scans.are_progressive:
        return image, "the file is cut short: its finest detail may be missing"
    return image, "the file is cut short at its very end; no row of the picture is missing"


def _blank_rows(image: Image.Image) -> int:
    """How many rows at the bottom hold a block without data."""
    values = np.asarray(image).reshape(image.height, image.width, -1).astype(np.int16)
    blank = np.all(np.abs(values[:, -1] - _BLANK) <= _SPREAD, axis=-1)
    return int(np.argmin(blank[::-1])) if not blank.all() else image.height


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scans:
    """What the scans of a JPEG file begin to tell.

    Attributes:
        are_progressive: whether each refines what those before it told.
        lack_detail: whether the last bit of some coefficient is in none of them (ITU-T T.81, G.1.1.1).
    """

    are_progressive: bool
    lack_detail: bool

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """The scans of a file."""
        components: set[int] = set()
        complete: set[tuple[int, int]] = set()
        are_progressive = False
        for marker, body in _segments(raw):
            if marker in _FRAMES:
                are_progressive = marker == _PROGRESSIVE
                components = set(body[6::3])
            elif marker == _START_OF_SCAN:
                count = body[0]
                first, last, bits = body[1 + 2 * count : 4 + 2 * count]
                if bits & 0x0F == 0:
                    names, places = body[1 : 1 + 2 * count : 2], range(first, last + 1)
                    complete |= {(name, place) for name in names for place in places}
        return cls(
            are_progressive=are_progressive,
            lack_detail=are_progressive and len(complete) < _COEFFICIENTS * len(components),
        )


def _segments(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers of a JPEG file and what follows the length of each; data of scans are skipped."""
    at = 2
    while 0 <= (at := raw.find(b"\xff", at)) < len(raw) - 3:
        marker = raw[at + 1]
        if marker in _STANDALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(raw[at + 2 : at + 4], "big")
        yield marker, raw[at + 4 : at + 2 + length]
        at += 2 + length
