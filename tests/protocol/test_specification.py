"""PROTOCOL.md says what the code does."""

import json
import re
from pathlib import Path

import pytest

from protocol.generators.json_schema import definitions
from protocol.session.memory import MAX_LOG_MESSAGES
from protocol.session.sending.keyed_queue import MAX_UNKEYED
from protocol.wire import MESSAGES
from protocol.wire.codec import decoded
from protocol.wire.control import CloseCode
from protocol.wire.frames import CODECS, HEADER_BYTES, frame_from_bytes
from protocol.wire.handshake import Limits
from tests.protocol.vectors import sender_of, vectors

FOUND = definitions()
TEXT = (Path(__file__).parents[2] / "protocol" / "PROTOCOL.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", TEXT, re.DOTALL | re.MULTILINE))


def test_every_message_has_a_section_and_no_section_is_about_something_else():
    assert list(SECTIONS) == list(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_each_example_is_what_its_section_is_about(name):
    (example,) = re.findall(r"```json\n(.*?)```", SECTIONS[name], re.DOTALL)
    _, message = decoded(example, sender=sender_of(name))
    assert message.type == name
    assert set(json.loads(example)) <= {"type", "seq", *FOUND[MESSAGES[name].__name__]["properties"]}


@pytest.mark.parametrize("name", MESSAGES)
def test_each_section_names_every_field_and_who_sends_it(name):
    kind = MESSAGES[name]
    for field in FOUND[kind.__name__]["properties"]:
        assert field in SECTIONS[name], f"{name}.{field}"
    beginning = {"client": "From the client", "server": "From the server", "both": "From (either|the client)"}
    assert re.match(rf"\n{beginning[kind.sender]}", SECTIONS[name])
    assert ("; a command" in SECTIONS[name].split(":")[0] or "a command" in SECTIONS[name]) == kind.is_command


def test_commands_are_listed():
    (listed,) = re.findall(r"\*\*Commands\*\* are (.*?)\. The", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", listed)) == {name for name, kind in MESSAGES.items() if kind.is_command}


def test_a_source_and_its_parts_are_described_field_by_field():
    described = SECTIONS["scene_snapshot"] + SECTIONS["source_path"] + SECTIONS["source_moved"]
    for part in ("SourceState", "ClipReference", "SourceTrack", "SourceKeyframe", "SourceMove"):
        for field in FOUND[part]["properties"]:
            assert re.search(rf"\b{field}\b", described), f"{part}.{field}"


def test_the_close_codes_are_those_of_the_code():
    rows = re.findall(r"^\| (\d{4}) \| (\w+) \| .* \| (yes|no)[^|]* \|$", TEXT, re.MULTILINE)
    assert rows == [(str(code.value), code.name, "yes" if code.may_reconnect else "no") for code in CloseCode]


def test_the_limits_are_those_of_the_code():
    limits = Limits()
    for field in Limits.__dataclass_fields__:
        (names, values) = re.search(rf"^\| ([^|]*`{field}`[^|]*) \|[^|]*\| ([^|]*) \|$", TEXT, re.MULTILINE).groups()
        value = values.split(", ")[re.findall(r"`(\w+)`", names).index(field)]
        assert float(value.replace(",", "")) == getattr(limits, field)
    assert f"at most {MAX_UNKEYED} wait" in " ".join(TEXT.split())
    assert f"{MAX_LOG_MESSAGES:,} messages" in TEXT


def test_the_header_in_the_text_is_the_header_on_the_wire():
    rows = re.findall(r"^\| (\d+) \| (\d) \| (\w+) \| ([^|]*) \|$", TEXT, re.MULTILINE)
    assert sum(int(size) for _, size, _, _ in rows) == HEADER_BYTES
    data = bytes.fromhex(vectors("frames")["valid"][0]["hex"])
    frame = frame_from_bytes(data)
    values = {
        what.split(",")[0].split(":")[0]: int.from_bytes(data[int(offset) : int(offset) + int(size)], "little")
        for offset, size, kind, what in rows
        if kind.startswith("uint")
    }
    assert values["stream id"] == frame.stream_id
    assert values["sequence"] == frame.sequence
    assert values["position"] == frame.position
    assert values["sample rate in hertz"] == frame.sample_rate_hz
    assert values["channels"] == frame.channels
    assert values["codec"] == CODECS.index(frame.codec) + 1


def test_links_within_the_text_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= anchors
