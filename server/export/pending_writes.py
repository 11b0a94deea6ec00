"""A file that exists only as a list of writes: what a C library writes is kept until Python can write it."""

from __future__ import annotations

import io


class PendingWrites:
    """Looks like a file to libsndfile, whose calls into Python can pass no exception on; nothing here raises any."""

    def __init__(self) -> None:
        self._at = self._end = 0
        self._writes: list[tuple[int, bytes]] = []

    def taken(self) -> list[tuple[int, bytes]]:
        """What was written since the last call, in order: where, and what."""
        writes, self._writes = self._writes, []
        return writes

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def write(self, content: bytes) -> int:
        """Write there."""
        self._writes.append((self._at, bytes(content)))
        self._at += len(content)
        self._end = max(self._end, self._at)
        return len(content)

    def readinto(self, buffer: bytearray) -> int:  # noqa: ARG002 - as libsndfile calls it
        """Read nothing: whoever encodes has no need to."""
        return 0
