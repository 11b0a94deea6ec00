import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage as TheirMessage

from protocol.errors import WireError
from protocol.osc.packet import (
    MAX_BUNDLE_BYTES,
    MAX_MESSAGES,
    MAX_PACKET_BYTES,
    OscMessage,
    OscPacket,
    bundle_bytes,
    bundles,
    message_bytes,
    packet_from_bytes,
)
from tests.protocol.vectors import vectors

ROWS = vectors("osc")

addresses = st.text("abcxyz019/", min_size=1, max_size=40).map(lambda text: "/" + text)
arguments = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("f"), st.floats(width=32, allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("d"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("s"), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)),
)


@st.composite
def messages(draw):
    drawn = draw(st.lists(arguments, max_size=6))
    return OscMessage(draw(addresses), tuple(value for _, value in drawn), "".join(tag for tag, _ in drawn))


def as_messages(row):
    return tuple(OscMessage(one["address"], tuple(one["arguments"]), one["tags"]) for one in row["messages"])


@pytest.mark.parametrize("row", ROWS["valid"], ids=lambda row: row["about"])
def test_packets_are_read_as_the_vectors_say(row):
    assert packet_from_bytes(bytes.fromhex(row["hex"])) == OscPacket(row["unix_s"], as_messages(row))


@pytest.mark.parametrize("row", ROWS["valid"], ids=lambda row: row["about"])
def test_packets_are_written_as_the_vectors_say(row):
    elements = [message_bytes(message) for message in as_messages(row)]
    if not bytes.fromhex(row["hex"]).startswith(b"#bundle"):
        assert elements[0].hex() == row["hex"]
    elif row["unix_s"] is None:
        assert bundle_bytes(elements, unix_s=None).hex() == row["hex"]
    else:
        inner = bundle_bytes(elements[1:], unix_s=None)
        assert bundle_bytes([elements[0], inner], unix_s=row["unix_s"]).hex() == row["hex"]


@pytest.mark.parametrize("row", ROWS["read_only"], ids=lambda row: row["about"])
def test_what_others_write_and_we_do_not_is_read(row):
    assert packet_from_bytes(bytes.fromhex(row["hex"])).messages == as_messages(row)


@pytest.mark.parametrize("row", ROWS["invalid"], ids=lambda row: row["about"])
def test_what_is_no_packet_is_refused(row):
    with pytest.raises(WireError) as refused:
        packet_from_bytes(bytes.fromhex(row["hex"]))
    assert refused.value.code == "bad_message"


def test_a_packet_that_is_too_large_is_refused():
    with pytest.raises(WireError) as refused:
        packet_from_bytes(bytes(MAX_PACKET_BYTES + 4))
    assert refused.value.code == "too_big"


def test_more_messages_than_a_packet_may_hold_are_refused():
    element = b"/a\0\0,\0\0\0"
    assert len(packet_from_bytes(bundle_bytes([element] * MAX_MESSAGES, unix_s=None)).messages) == MAX_MESSAGES
    with pytest.raises(WireError, match="more than 256"):
        packet_from_bytes(bundle_bytes([element] * (MAX_MESSAGES + 1), unix_s=None))


@given(messages())
@settings(max_examples=100, deadline=None)
def test_a_message_comes_back_as_it_was_and_python_osc_reads_the_same(message):
    data = message_bytes(message)
    assert packet_from_bytes(data) == OscPacket(None, (message,))
    theirs = TheirMessage(data)
    assert (theirs.address, tuple(theirs.params)) == (message.address, message.arguments)


@given(st.lists(st.lists(messages(), min_size=1, max_size=12), max_size=30), st.none() | st.floats(1.0, 2e9))
@settings(max_examples=50, deadline=None)
def test_bundles_hold_everything_in_its_order_and_fit_a_frame(groups, unix_s):
    made = list(bundles(groups, unix_s=unix_s))
    assert all(len(one) <= MAX_BUNDLE_BYTES for one in made)
    read = [packet_from_bytes(one) for one in made]
    assert [message for packet in read for message in packet.messages] == [one for group in groups for one in group]
    for packet, data in zip(read, made, strict=True):
        assert packet.unix_s == (None if unix_s is None else pytest.approx(unix_s, abs=1e-6))
        assert OscBundle(data).num_contents == len(packet.messages)


def test_a_group_is_only_split_where_it_fits_no_bundle():
    def group(count, size):
        return [OscMessage("/a", ("x" * size,), "s")] * count

    small = [len(packet_from_bytes(one).messages) for one in bundles([group(3, 300)] * 3, unix_s=None)]
    assert small == [3, 3, 3]
    large = [len(packet_from_bytes(one).messages) for one in bundles([group(1, 100), group(9, 300)], unix_s=None)]
    assert large == [5, 4, 1]


def test_what_cannot_be_sent_is_told_at_once():
    for message in (OscMessage("/a", (1.0,), "i"), OscMessage("/a", (1,), "b"), OscMessage("/a", (1,), "ii")):
        with pytest.raises(ValueError, match=r"can't be sent|shorter"):
            message_bytes(message)


def test_numbers_that_float32_cannot_hold_become_its_largest_and_zeros_end_no_text():
    message = OscMessage("/a", (1e300, -1e300, "be\0ll"), "ffs")
    largest = struct.unpack(">f", b"\x7f\x7f\xff\xff")[0]
    assert packet_from_bytes(message_bytes(message)).messages[0].arguments == (largest, -largest, "bell")


def test_ten_thousand_garbled_packets_are_read_or_refused_and_nothing_else():
    rng = random.Random(20)
    seeds = [bytes.fromhex(row["hex"]) for row in (*ROWS["valid"], *ROWS["read_only"], *ROWS["invalid"])]
    refused = 0
    for _ in range(10_000):
        data = bytearray(rng.choice(seeds) if rng.random() < 0.9 else rng.randbytes(rng.randrange(200)))
        for _ in range(rng.randrange(6)):
            if data:
                data[rng.randrange(len(data))] = rng.choice((0, 1, 44, 47, 127, 255, rng.randrange(256)))
        try:
            packet_from_bytes(bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data))
        except WireError:
            refused += 1
    assert 1000 < refused < 9900
