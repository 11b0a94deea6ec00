"""Radiance HDR pictures: linear radiance, tone-mapped."""

from __future__ import annotations

import re
from pathlib import Path

from server.pipeline.picture.decoding.decoded import Decoded
from server.pipeline.picture.decoding.opencv import decoded_by_opencv
from server.pipeline.picture.limits import require_decodable

MAGIC = (b"#?RADIANCE", b"#?RGBE")
"""What such a file begins with."""


def decoded_radiance(path: Path) -> Decoded:
    """A Radiance HDR picture.

    Raises:
        InputError: it is too large.
        ValueError: it is damaged.
    """
    radiance_size(path)
    return decoded_by_opencv(path)


def radiance_size(path: Path) -> tuple[int, int]:
    """Columns and rows of a Radiance HDR picture, which stand in its header.

    Raises:
        InputError: it is too large.
        ValueError: its header has none.
    """
    with path.open("rb") as file:
        size = re.search(rb"\n([-+][XY]) (\d{1,9}) [-+][XY] (\d{1,9})\n", file.read(16_384))
    if size is None:
        raise ValueError("no resolution in its header")
    first, second = int(size[2]), int(size[3])
    require_decodable(first, second, path)
    return (second, first) if size[1].endswith(b"Y") else (first, second)
