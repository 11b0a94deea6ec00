"""The binary frames of the wire: a fixed header of 40 bytes, little-endian, and a payload.

======  =====  =======  ======================================================================================
offset  bytes  type     what
======  =====  =======  ======================================================================================
0       4      bytes    ``SONO``
4       1      uint8    version of the header: 1
5       1      uint8    kind: 1 clip_chunk, 2 live_block
6       1      uint8    codec: 1 pcm16, 2 float32, 3 wav, 4 flac, 5 opus, 6 vorbis
7       1      uint8    channels, 1 to 64
8       4      uint32   stream id, from ``clip_begin`` or ``live_started``; at least 1
12      4      uint32   sequence: 0 for the stream's first frame, then one more each
16      8      uint64   position: of a clip_chunk, its first byte within the clip; of a live_block, its first sample
24      4      uint32   sample rate in hertz, 8,000 to 192,000
28      2      uint16   flags: 1 last frame of the stream; others are ignored
30      2      uint16   size of the header: 40 or, from a newer peer, more; the payload begins there
32      8      float64  server time in seconds: when the first sample is due; 0 where it doesn't matter
======  =====  =======  ======================================================================================

The header's size keeps a payload of floats aligned. Positions count from the start of the stream and never wrap; a gap
between them is sound that was dropped.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from protocol.errors import WireError
from protocol.wire.base import Codec

MAGIC = b"SONO"
VERSION = 1
HEADER = struct.Struct("<4sBBBBIIQIHHd")
HEADER_BYTES = HEADER.size
MAX_HEADER_BYTES = 1024
MAX_PAYLOAD_BYTES = 64 * 1024

CODECS: tuple[Codec, ...] = ("pcm16", "float32", "wav", "flac", "opus", "vorbis")
"""In the order of their numbers, of which the first is 1."""

_SAMPLE_BYTES = {"pcm16": 2, "float32": 4}


class FrameKind(IntEnum):
    """What a frame carries."""

    CLIP_CHUNK = 1
    LIVE_BLOCK = 2


class FrameFlag(IntFlag):
    """What else there is to know of a frame."""

    LAST = 1


NO_FLAGS = FrameFlag(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One binary frame.

    Raises:
        WireError: a field is out of the range that the module's table gives (``bad_frame``).
    """

    kind: FrameKind
    codec: Codec
    channels: int
    stream_id: int
    sequence: int
    position: int
    sample_rate_hz: int
    payload: bytes
    flags: FrameFlag = NO_FLAGS
    time_s: float = 0.0

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("channels", self.channels, 1, 64),
            ("stream_id", self.stream_id, 1, 2**32 - 1),
            ("sequence", self.sequence, 0, 2**32 - 1),
            ("position", self.position, 0, 2**64 - 1),
            ("sample_rate_hz", self.sample_rate_hz, 8_000, 192_000),
            ("payload size", len(self.payload), 0, MAX_PAYLOAD_BYTES),
        ):
            if not low <= value <= high:
                raise _bad(f"{name} is {value}, not from {low} to {high}")
        if not (math.isfinite(self.time_s) and 0 <= self.time_s <= 1e12):
            raise _bad(f"time_s is {self.time_s}, not from 0 to 1e12")
        if self.kind == FrameKind.LIVE_BLOCK:
            sample_bytes = _SAMPLE_BYTES.get(self.codec)
            if sample_bytes is None:
                raise _bad(f"a live_block can't be {self.codec}")
            if len(self.payload) % (sample_bytes * self.channels):
                raise _bad(f"{len(self.payload)} bytes are no whole number of {self.codec} samples")


def frame_bytes(frame: Frame) -> bytes:
    """The frame as it goes over the wire."""
    header = HEADER.pack(
        MAGIC,
        VERSION,
        frame.kind,
        CODECS.index(frame.codec) + 1,
        frame.channels,
        frame.stream_id,
        frame.sequence,
        frame.position,
        frame.sample_rate_hz,
        frame.flags & 0xFFFF,
        HEADER_BYTES,
        frame.time_s,
    )
    return header + frame.payload


def frame_from_bytes(data: bytes) -> Frame:
    """The frame that these bytes hold. Unknown flags and a header's newer fields are passed over.

    Raises:
        WireError: they hold none, or one out of range (``bad_frame``).
    """
    if len(data) < HEADER_BYTES:
        raise _bad(f"has {len(data)} bytes, fewer than its header's {HEADER_BYTES}")
    (magic, version, kind, codec, channels, stream_id, sequence, position, rate, flags, header_bytes, time_s) = (
        HEADER.unpack_from(data)
    )
    if magic != MAGIC:
        raise _bad("doesn't begin with SONO")
    if version != VERSION:
        raise _bad(f"has a header of version {version}, not {VERSION}")
    if kind not in (FrameKind.CLIP_CHUNK, FrameKind.LIVE_BLOCK):
        raise _bad(f"is of kind {kind}, which is neither clip_chunk nor live_block")
    if not 1 <= codec <= len(CODECS):
        raise _bad(f"has codec number {codec}, not from 1 to {len(CODECS)}")
    if not HEADER_BYTES <= header_bytes <= min(MAX_HEADER_BYTES, len(data)):
        raise _bad(f"says that its header has {header_bytes} bytes")
    return Frame(
        kind=FrameKind(kind),
        codec=CODECS[codec - 1],
        channels=channels,
        stream_id=stream_id,
        sequence=sequence,
        position=position,
        sample_rate_hz=rate,
        flags=FrameFlag(flags & FrameFlag.LAST),
        time_s=time_s,
        payload=data[header_bytes:],
    )


def _bad(what: str) -> WireError:
    return WireError(what, where="binary frame", remedy="see PROTOCOL.md", code="bad_frame")
