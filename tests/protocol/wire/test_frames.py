import math
import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import WireError
from protocol.wire.frames import (
    CODECS,
    HEADER_BYTES,
    MAX_PAYLOAD_BYTES,
    Frame,
    FrameFlag,
    FrameKind,
    frame_bytes,
    frame_from_bytes,
)

BLOCK = Frame(
    kind=FrameKind.LIVE_BLOCK,
    codec="float32",
    channels=2,
    stream_id=9,
    sequence=3,
    position=2**40 + 768,
    sample_rate_hz=48_000,
    flags=FrameFlag.LAST,
    time_s=12.5,
    payload=bytes(range(16)),
)

clip_chunks = st.builds(
    Frame,
    kind=st.just(FrameKind.CLIP_CHUNK),
    codec=st.sampled_from(CODECS),
    channels=st.integers(1, 64),
    stream_id=st.integers(1, 2**32 - 1),
    sequence=st.integers(0, 2**32 - 1),
    position=st.integers(0, 2**64 - 1),
    sample_rate_hz=st.integers(8_000, 192_000),
    flags=st.sampled_from([FrameFlag(0), FrameFlag.LAST]),
    time_s=st.floats(0, 1e12),
    payload=st.binary(max_size=64),
)


def test_every_field_lies_little_endian_at_the_offset_that_the_table_gives():
    data = frame_bytes(BLOCK)
    assert data[:8] == b"SONO" + bytes([1, 2, 2, 2])
    assert data[8:12] == bytes([9, 0, 0, 0])
    assert data[12:16] == bytes([3, 0, 0, 0])
    assert data[16:24] == (2**40 + 768).to_bytes(8, "little")
    assert data[24:28] == (48_000).to_bytes(4, "little")
    assert data[28:32] == bytes([1, 0, 40, 0])
    assert data[32:40] == struct.pack("<d", 12.5)
    assert data[40:] == BLOCK.payload


@given(clip_chunks)
@settings(max_examples=100, deadline=None)
def test_a_frame_survives_the_wire(frame):
    assert frame_from_bytes(frame_bytes(frame)) == frame


@given(st.binary(max_size=120) | st.binary(max_size=60).map(lambda tail: b"SONO\x01" + tail))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_the_answer_is_a_frame_or_one_line(data):
    _is_a_frame_or_told(data)


@given(st.integers(0, HEADER_BYTES - 1), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_one_wrong_byte_in_the_header_never_costs_more_than_its_frame(offset, change):
    data = bytearray(frame_bytes(BLOCK))
    data[offset] ^= change
    _is_a_frame_or_told(bytes(data))


def _is_a_frame_or_told(data):
    error = None
    try:
        frame_from_bytes(data)
    except WireError as caught:
        error = caught
    assert error is None or (error.code == "bad_frame" and str(error).isprintable())


def test_a_newer_peers_longer_header_and_unknown_flags_are_passed_over():
    data = bytearray(frame_bytes(BLOCK))
    data[28:32] = struct.pack("<HH", 0x8001, 48)
    data[40:40] = b"newfield"
    assert frame_from_bytes(bytes(data)) == BLOCK


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"channels": 0}, "channels is 0"),
        ({"stream_id": 0}, "stream_id is 0"),
        ({"sequence": 2**32}, "sequence is"),
        ({"position": -1}, "position is -1"),
        ({"sample_rate_hz": 7_999}, "sample_rate_hz is 7999"),
        ({"payload": bytes(MAX_PAYLOAD_BYTES + 8)}, "payload size is"),
        ({"time_s": math.nan}, "time_s is nan"),
        ({"time_s": -1.0}, "time_s is -1"),
        ({"codec": "flac"}, "a live_block can't be flac"),
        ({"payload": b"123"}, "3 bytes are no whole number of float32 samples"),
    ],
)
def test_a_frame_out_of_range_can_not_be_made(change, complaint):
    with pytest.raises(WireError, match=complaint):
        replace(BLOCK, **change)


@pytest.mark.parametrize(
    ("offset", "value", "complaint"),
    [
        (0, b"RIFF", "begin with SONO"),
        (4, b"\x02", "version 2"),
        (5, b"\x07", "kind 7"),
        (6, b"\x00", "codec number 0"),
        (6, b"\x07", "codec number 7"),
        (30, b"\x27\x00", "header has 39"),
        (30, b"\xff\x00", "header has 255"),
    ],
)
def test_bytes_that_are_no_frame_are_told_why(offset, value, complaint):
    data = bytearray(frame_bytes(BLOCK))
    data[offset : offset + len(value)] = value
    with pytest.raises(WireError, match=complaint):
        frame_from_bytes(bytes(data))
    with pytest.raises(WireError, match="fewer than"):
        frame_from_bytes(bytes(data[:39]))
