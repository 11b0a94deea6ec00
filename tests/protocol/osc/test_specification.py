"""OSC.md says what the code does."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.coordinates import quaternion_from_ypr
from protocol.osc.adm import MAX_ADDRESSES, AdmOsc
from protocol.osc.commands import OBJECT_WORDS
from protocol.osc.packet import (
    MAX_ARGUMENTS,
    MAX_BUNDLE_BYTES,
    MAX_DEPTH,
    MAX_MESSAGES,
    MAX_PACKET_BYTES,
    OscMessage,
    OscPacket,
)
from protocol.osc.pattern import MAX_PATTERN_CHARACTERS
from protocol.osc.values import MAX_NAME_BYTES
from protocol.wire import SourceRemoved
from protocol.wire.sources import ClipReference
from tests.protocol.worlds import SCENE, snapshot, source

TEXT = (Path(__file__).parents[3] / "protocol" / "OSC.md").read_text("utf-8")
SENT = dict(re.findall(r"^\| `(/[^`]+)` \| (\w+) \| .*\|$", TEXT.split("## Queries")[0], re.MULTILINE))
CLIP = ClipReference(url="/v1/clips/x", sha256="ab" * 32, sample_rate_hz=48_000, duration_s=2.5, loop=True)


def said():
    """Everything that is ever sent, with its type tags."""
    adm = AdmOsc()
    adm.apply(snapshot(replace(source(), clip=CLIP, playing_since_s=1.0), source("tram")))
    messages = [one for group in adm.take_changes(most_messages=1000) for one in group]
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="tram"))
    messages += [one for group in adm.take_changes(most_messages=1000) for one in group]
    return {re.sub("/[0-9]+/", "/{n}/", one.address): one.tags for one in messages}


def test_what_is_sent_is_what_the_tables_say():
    assert said() == SENT


def test_every_word_of_an_object_is_named():
    words = set(re.findall(r"`(?:/adm/obj/\{n\}/)?(\w+)`", TEXT))
    assert set(OBJECT_WORDS) <= words


@pytest.mark.parametrize(
    "limit",
    [
        *(MAX_PACKET_BYTES, MAX_MESSAGES, MAX_DEPTH, MAX_ARGUMENTS, MAX_PATTERN_CHARACTERS),
        *(MAX_ADDRESSES, MAX_BUNDLE_BYTES, MAX_NAME_BYTES),
    ],
)
def test_limits_are_as_written(limit):
    assert re.search(rf"\b{limit:,}\b", TEXT)


def test_the_example_of_a_query_is_true():
    example = re.search(r"← /adm/obj/1/xyz (.*)", TEXT).group(1)
    adm = AdmOsc(dmax_m=100.0)
    adm.apply(snapshot(replace(source(), azimuth_deg=30.0, elevation_deg=10.0, distance_m=25.0)))
    adm.receive(OscPacket(None, (OscMessage("/adm/obj/1/xyz", (), ""),)), now_s=0.0)
    ((answer,),) = adm.take_answers()
    assert [f"{part:.4f}" for part in answer.arguments] == example.split()


def test_the_table_of_heads_is_true():
    rows = re.findall(r"^\| `([\d ]+)` \| \((.*)\) \|$", TEXT, re.MULTILINE)
    assert len(rows) == 4
    for angles, quaternion in rows:
        written = [float(part.replace("−", "-")) for part in quaternion.split(",")]
        assert quaternion_from_ypr(*map(float, angles.split())) == pytest.approx(written, abs=1e-4)
