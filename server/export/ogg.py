"""Ogg files that are the same bytes for the same sound, whatever serial number their encoder drew (RFC 3533)."""

from __future__ import annotations

import zlib

# Bytes with their bits the other way round.
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
_PAGE_HEADER = 27
_SERIAL, _CHECKSUM, _SEGMENTS = slice(14, 18), slice(22, 26), 26


class OggPages:
    """Gives an Ogg stream the serial number 1 in place of the random one that libsndfile draws, page by page."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def of_one_serial(self, content: bytes) -> bytes:
        """The pages that are whole by now (RFC 3533, section 6); the beginning of another one is kept."""
        self._rest += content
        pages = bytearray()
        while (length := _page_length(self._rest)) <= len(self._rest):
            page = self._rest[:length]
            page[_SERIAL] = (1).to_bytes(4, "little")
            page[_CHECKSUM] = bytes(4)
            page[_CHECKSUM] = _checksum(bytes(page)).to_bytes(4, "little")
            pages += page
            del self._rest[:length]
        return bytes(pages)


def _page_length(content: bytearray) -> int:
    """Of the page that begins here; more than there is where that isn't known yet."""
    if len(content) < _PAGE_HEADER or len(content) < (body := _PAGE_HEADER + content[_SEGMENTS]):
        return len(content) + 1
    return body + sum(content[_PAGE_HEADER:body])


def _checksum(page: bytes) -> int:
    """The CRC of Ogg: that of zlib with every bit mirrored, and with neither its first nor its last inversion."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
