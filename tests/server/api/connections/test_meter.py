"""Floods of what is cheap to send, read only as far as one connection's share goes."""

import asyncio

import pytest

from server.api.connections.meter import KNOWN, STRANGER, Meter

SLICE = 2048


class Line:
    """A connection whose reading can be seen to be paused."""

    def __init__(self):
        self.is_paused = self.is_closed = False

    def pause_reading(self):
        self.is_paused = True

    def resume_reading(self):
        self.is_paused = False

    def is_closing(self):
        return self.is_closed


class Reader:
    """Takes so many seconds of processor for each byte."""

    def __init__(self, a_byte_s, share=STRANGER):
        self.line, self.read, self.spent_s, self.a_byte_s = Line(), b"", 0.0, a_byte_s
        self.meter = Meter(
            asyncio.get_running_loop(), self.line, self.feed,
            share=lambda: share, reads_on=lambda: True, spent_s=lambda: self.spent_s,
        )  # fmt: skip

    def feed(self, data):
        self.read += data
        self.spent_s += len(data) * self.a_byte_s


def test_what_is_cheap_to_read_is_read_in_order_and_at_once():
    data = bytes(range(256)) * 1000

    async def main():
        reader = Reader(1e-9)
        reader.meter.receive(b"first")
        assert reader.read == b"first"
        reader.meter.receive(data)
        assert reader.line.is_paused
        while reader.line.is_paused:
            await asyncio.sleep(0)
        return reader.read

    assert asyncio.run(main()) == b"first" + data


@pytest.mark.parametrize("share", [STRANGER, KNOWN])
def test_what_is_dear_to_read_is_read_as_far_as_its_share_goes(share):
    seconds = 0.3

    async def main():
        reader = Reader(1e-5, share)
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for _ in range(40):
            reader.meter.receive(b"0" * 65536)
        await asyncio.sleep(seconds)
        took_s = loop.time() - began_s
        reader.meter.stop()
        return reader, took_s

    reader, took_s = asyncio.run(main())
    allowed_s = share.at_once_s + took_s * share.of_core + 2 * SLICE * reader.a_byte_s
    assert share.at_once_s <= reader.spent_s <= allowed_s
    assert reader.line.is_paused


def test_others_have_their_turn_between_slices():
    async def main():
        reader, turns = Reader(1e-9), 0
        reader.meter.receive(b"0" * 10 * SLICE)
        while reader.line.is_paused:
            turns += 1
            await asyncio.sleep(0)
        return turns

    # The first slice is read at once.
    assert asyncio.run(main()) >= 9


def test_a_closed_connection_is_not_read_any_more():
    async def main():
        reader = Reader(1e-9)
        reader.meter.receive(b"0" * 10 * SLICE)
        reader.line.is_closed = True
        await asyncio.sleep(0.01)
        return len(reader.read)

    assert asyncio.run(main()) <= SLICE


def test_who_takes_over_gets_what_waits():
    async def main():
        reader = Reader(1e-9)
        reader.meter.receive(b"a" * SLICE + b"b" * 10)
        rest = reader.meter.take_waiting()
        await asyncio.sleep(0.01)
        return reader.read, rest

    assert asyncio.run(main()) == (b"a" * SLICE, b"b" * 10)
