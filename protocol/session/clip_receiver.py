"""A clip that arrives in chunks: put together, paced by credit, checked against its hash."""

from __future__ import annotations

import hashlib

from protocol.errors import WireError
from protocol.wire import ClipBegin, ClipEnd
from protocol.wire.frames import Frame

MAX_CLIP_BYTES = 256 * 1024 * 1024


class ClipReceiver:
    """One clip on its way in.

    Args:
        begin: its announcement.

    Raises:
        WireError: it's larger than ``MAX_CLIP_BYTES`` (``too_big``).
    """

    def __init__(self, begin: ClipBegin) -> None:
        if begin.size_bytes > MAX_CLIP_BYTES:
            raise self._bad(begin, f"has {begin.size_bytes} bytes, more than {MAX_CLIP_BYTES}", code="too_big")
        self.begin = begin
        self._payload = bytearray()
        self._sequence = 0

    def take(self, frame: Frame) -> None:
        """Take a chunk in.

        Raises:
            WireError: it isn't the next one, or the clip has more bytes than announced (``bad_frame``).
        """
        if frame.sequence != self._sequence or frame.position != len(self._payload):
            raise self._bad(self.begin, f"chunk {frame.sequence} came instead of {self._sequence}")
        if len(self._payload) + len(frame.payload) > self.begin.size_bytes:
            raise self._bad(self.begin, f"has more than the {self.begin.size_bytes} bytes that were announced")
        self._payload += frame.payload
        self._sequence += 1

    def payload(self, end: ClipEnd) -> bytes:
        """The whole clip.

        Raises:
            WireError: bytes are missing or not those that were sent (``bad_frame``).
        """
        if len(self._payload) != self.begin.size_bytes:
            raise self._bad(self.begin, f"ended after {len(self._payload)} of {self.begin.size_bytes} bytes")
        if hashlib.sha256(self._payload).hexdigest() != end.sha256:
            raise self._bad(self.begin, "doesn't have the hash that its end tells")
        return bytes(self._payload)

    @staticmethod
    def _bad(begin: ClipBegin, what: str, *, code: str = "bad_frame") -> WireError:
        where = f"clip of {begin.source_id} in stream {begin.stream_id}"
        return WireError(what, where=where, remedy="ask for it again", code=code)
