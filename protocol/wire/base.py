"""What the fields of the wire's messages are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from protocol.scene import FARTHEST_M

Codec = Literal["pcm16", "float32", "wav", "flac", "opus", "vorbis"]
"""Raw little-endian samples (pcm16, float32), a WAV or FLAC file, or an Ogg file that holds Opus or Vorbis."""

LiveCodec = Literal["pcm16", "float32"]

MAX_EXACT_INTEGER = 2**53 - 1
"""Above it JavaScript and many JSON readers round integers (RFC 8259, section 6)."""

ListenerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=64)]
Token = Annotated[str, Field(min_length=1, max_length=256)]
Seq = Annotated[int, Field(ge=1, le=MAX_EXACT_INTEGER)]
SeqOrNone = Annotated[int, Field(ge=0, le=MAX_EXACT_INTEGER)]
"""0 says: nothing yet."""
StreamId = Annotated[int, Field(ge=1, le=2**32 - 1)]
ByteCount = Annotated[int, Field(ge=1, le=2**40)]
Channels = Annotated[int, Field(ge=1, le=64)]
Seconds = Annotated[float, Field(ge=0, le=1e9)]
ClockS = Annotated[float, Field(ge=-1e12, le=1e12)]
"""A reading of somebody's clock, whose zero means nothing to others."""
Word = Annotated[str, Field(min_length=1, max_length=64)]
Line = Annotated[str, Field(min_length=1, max_length=512)]
Coordinate = Annotated[float, Field(ge=-FARTHEST_M, le=FARTHEST_M)]
PositionM = tuple[Coordinate, Coordinate, Coordinate]
"""Front, left and up in metres: the scene's own frame."""
LEAST_TRIM_DB, MOST_TRIM_DB = -120.0, 24.0
GainDb = Annotated[float, Field(ge=LEAST_TRIM_DB, le=MOST_TRIM_DB)]
