"""The lines that ``sonorama listen`` prints."""

from __future__ import annotations

from typing import get_args

import pytest

from protocol.errors import WireError
from protocol.session.clock_sync import Clock
from protocol.wire import MESSAGES, AnyMessage
from server.cli.display.event_lines import EventLines
from server.client.link import BadMessage, Disconnected
from tests.protocol.vectors import examples, sender_of


class Printed:
    """Lines, by a clock that a test sets."""

    def __init__(self):
        self.now_s = 10.0
        self.lines = []
        self.events = EventLines(self.lines.append, clock=Clock(), now_s=lambda: self.now_s)


@pytest.fixture
def printed():
    return Printed()


def test_the_examples_are_of_every_message_that_a_server_sends():
    assert {name for name in MESSAGES if MESSAGES[name].sender != "client"} <= examples().keys()
    assert set(get_args(AnyMessage)) == set(MESSAGES.values())


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_a_line_of_its_own_or_counted_or_of_no_interest(printed, name):
    silent = {"welcome", "clock_pong", "ack", "bye", "clip_begin", "clip_end", "clip_abort"}
    counted = {"source_moved", "listener_pose"}
    for message in examples().get(name, ()):
        printed.lines.clear()
        printed.events.add(message)
        if sender_of(name) == "client" or name in silent | counted:
            assert printed.lines == []
        elif name != "live_report":
            assert printed.lines[0].startswith("    0.00 s  ")


def test_what_comes_often_is_summed_up_once_a_second(printed):
    for message in examples()["source_moved"]:
        printed.events.add(message)
    moves = sum(len(message.moves) for message in examples()["source_moved"])
    printed.now_s += 1.5
    printed.events.add(
        BadMessage(error=WireError("is no JSON", where="a frame", remedy="send JSON", code="bad_message"))
    )
    assert printed.lines[0].startswith("    1.50 s  ignored: ")
    assert printed.lines[1] == f"    1.50 s  {moves} moves in 1.5 s"


def test_blocks_that_were_late_are_told_once_for_each_new_one(printed):
    (report, *_) = examples()["live_report"]
    late = type(report)(**{**_fields(report), "underruns": report.underruns + 1, "dropped": report.dropped + 2})
    for message in (late, late):
        printed.events.add(message)
    expected = f"the server was late with {late.underruns} blocks and dropped {late.dropped} so far"
    assert [line[12:] for line in printed.lines] == [expected]


def test_a_lost_connection_says_why_and_when_the_next_try_is(printed):
    printed.events.add(Disconnected(reason="the connection was lost", retry_after_s=0.25))
    assert printed.lines == ["    0.00 s  the connection was lost; the next try in 0.2 s"]


def _fields(message):
    return {name: getattr(message, name) for name in message.__dataclass_fields__}
