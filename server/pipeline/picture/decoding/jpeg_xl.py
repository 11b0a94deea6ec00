"""What the JPEG XL plug-in leaves out: the size before anything is decoded, XMP, and which way is up.

After ISO/IEC 18181-1 (the codestream's size header) and 18181-2 (the container's boxes).
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"

_ORIENTATION = 0x0112
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIZE_BITS = (9, 13, 18, 30)
_SHORTEST_BYTES, _LONGEST_BYTES = 2, 9


def jxl_size(head: bytes) -> tuple[int, int]:
    """Columns and rows of a JPEG XL file.

    Args:
        head: how the file begins, with all boxes before the codestream.

    Raises:
        ValueError: no size is there.
    """
    if head.startswith(CODESTREAM):
        return _size(head[2:])
    # Each part of a codestream in parts begins with its number.
    skipped = {b"jxlc": 0, b"jxlp": 4}
    stream = b"".join(body[skipped[kind] :] for kind, body in _boxes(head) if kind in skipped)
    if stream.startswith(CODESTREAM):
        return _size(stream[2:])
    raise ValueError("no size in its header")


def restore_metadata(image: Image.Image, raw: bytes) -> None:
    """Give an opened picture the XMP of its file, and turn it only where that is still to be done.

    Pixels of a codestream come upright, whatever EXIF says; those of a JPEG file within come as that file has them.

    Args:
        image: opened by the plug-in; its pixels, of any shape, are not looked at.
        raw: the bytes of its file.
    """
    for kind, body in _boxes(raw):
        if kind == b"xml ":
            image.info.setdefault("xmp", body)
    if not getattr(image, "jpeg", False):
        image.getexif().pop(_ORIENTATION, None)


def _boxes(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kinds and contents of the boxes of a container."""
    at = 0 if raw.startswith(CONTAINER) else len(raw)
    while at + 8 <= len(raw):
        length, kind, header = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 8], 8
        if length == 1:
            length, header = int.from_bytes(raw[at + 8 : at + 16], "big"), 16
        # Length 0 goes on to the end; the last box of a head may be cut.
        end = at + length if length else len(raw)
        if end < at + header:
            return
        yield kind, raw[at + header : end]
        at = end


def _size(header: bytes) -> tuple[int, int]:
    if len(header) < _SHORTEST_BYTES:
        raise ValueError("no size in its header")
    bits = int.from_bytes(header[:_LONGEST_BYTES], "little")

    def taken(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    is_small = taken(1)

    def side() -> int:
        return 8 * (1 + taken(5)) if is_small else 1 + taken(_SIZE_BITS[taken(2)])

    rows = side()
    ratio = taken(3)
    if ratio == 0:
        return side(), rows
    across, down = _RATIOS[ratio - 1]
    return rows * across // down, rows
