import re

from protocol.generators.typescript import typescript_source
from protocol.wire import MESSAGES

SOURCE = typescript_source()


def test_every_name_that_is_used_is_declared():
    declared = set(re.findall(r"^export (?:interface|type) (\w+)", SOURCE, re.MULTILINE))
    code = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"]*\"", "", SOURCE, flags=re.DOTALL)
    used = set(re.findall(r"\b[A-Z]\w+", code))
    assert used <= declared
    assert {kind.__name__ for kind in MESSAGES.values()} <= declared


def test_fields_are_optional_or_nullable_where_they_may_be():
    assert "  majors: number[];" in SOURCE
    assert "  token?: string | null;" in SOURCE
    assert "  distance_m: number | null;" in SOURCE
    assert "  position_m: [number, number, number];" in SOURCE
    assert '  delivery?: "http" | "stream";' in SOURCE
    assert "  block_samples?: 128 | 256 | 512 | 1024;" in SOURCE


def test_unions_tell_who_says_what():
    client = SOURCE.split("export type ClientMessage")[1].split(";")[0]
    assert "| Hello" in client
    assert "| ListenerPose" in client
    assert "Welcome" not in client
