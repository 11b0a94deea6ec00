"""PROTOCOL.md says what the code does."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from binaural.mix.extent import emitter_count
from protocol.coordinates import scene_from_polar
from protocol.generators.json_schema import definitions
from protocol.scene import Clip
from protocol.session.memory import MAX_LOG_MESSAGES
from protocol.session.sending.keyed_queue import MAX_UNKEYED
from protocol.wire import MESSAGES
from protocol.wire.codec import decoded
from protocol.wire.control import CloseCode
from protocol.wire.frames import CODECS, HEADER_BYTES, frame_from_bytes
from protocol.wire.handshake import Hello, Limits
from server.api.rendering.loaded_clips import LoadedClip
from server.api.streaming.library_sources import clip_url, snapshot_of
from server.api.streaming.policy import stream_policy
from tests.protocol.test_scene import SCENE
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


def _bound(words):
    """A number of the table of ranges, and whether it is out of range itself."""
    number = words.replace("−", "-").replace(",", "").removeprefix("above ").removeprefix("below ")
    power = re.fullmatch(r"(-?)(\d+)\^(\d+)( - 1)?", number)
    if power is None:
        return float(number), words.startswith(("above", "below"))
    sign, base, exponent, less_one = power.groups()
    value = int(base) ** int(exponent) - (less_one is not None)
    return float(-value if sign else value), False


def _ranges_in_the_text():
    """What the table says of each field: its number, its items, or its characters."""
    table = TEXT.split("| field | least | most |")[1].split("\n\n")[0]
    found = {}
    for names, least, most in re.findall(r"^\| ([^|]*`[^|]*) \| ([^|]*) \| ([^|]*) \|$", table, re.MULTILINE):
        counted = next((kind for kind in ("items", "characters") if names.endswith(f", {kind}")), "number")
        for name in re.findall(r"`(\w+)`", names):
            found.setdefault((name, counted), set()).add((*_bound(least), *_bound(most)))
    return found


def _ranges_of_the_schema(name, value):
    """What the schema says of a field, if it has a most: kind of bound, least, is that out, most, is that out."""
    for counted, low, high in (("items", "minItems", "maxItems"), ("characters", "minLength", "maxLength")):
        if high in value:
            yield name, counted, (float(value.get(low, 0)), False, float(value[high]), False)
    least, above = value.get("minimum"), value.get("exclusiveMinimum")
    most, below = value.get("maximum"), value.get("exclusiveMaximum")
    if most is not None or below is not None:
        bounds = (float(above if least is None else least), least is None, float(below if most is None else most))
        yield name, "number", (*bounds, most is None)
    for part in [*value.get("anyOf", []), *value.get("prefixItems", []), value.get("items")]:
        if isinstance(part, dict):
            yield from _ranges_of_the_schema(name, part)


def test_every_range_of_the_schema_is_in_the_text():
    written = _ranges_in_the_text()
    properties = [field for definition in FOUND.values() for field in definition["properties"].items()]
    # Ids have a paragraph of their own, of the blocks' lengths each is named, and a tuple's items are no choice.
    apart = {"scene_id", "source_id", "id", "block_samples"}
    for name, counted, bounds in (found for field in properties for found in _ranges_of_the_schema(*field)):
        if name in apart or (name in ("position_m", "orientation") and counted == "items"):
            continue
        if name in ("listener_id", "url", "image_url"):
            # Their pattern says how long they are at least.
            (bounds,) = {(least, *bounds[1:]) for least, *_ in written[name, counted]}
        assert bounds in written[name, counted], f"{name}, {counted}: {bounds}"


def test_the_addresses_in_the_examples_are_those_of_the_server():
    found = re.findall(r'"url": "([^"]+)",\s+"sha256": "(\w+)"', TEXT)
    assert len(found) == 2
    for url, sha256 in found:
        clip = Clip(path="clips/x.wav", sha256=sha256, sample_rate_hz=48_000, duration_s=1.0, loop=True)
        assert url == clip_url("market-square", clip)
    (image_url,) = re.findall(r'"image_url": "([^"]+)"', TEXT)
    assert image_url == snapshot_of("market-square", SCENE, at_s=0.0).image_url


def test_the_table_of_heads_is_that_of_the_vectors():
    frames = {"Unity": "unity", "three.js, Web Audio, Godot": "threejs", "Unreal": "unreal"}
    rows = dict(re.findall(r"^\| ([\w., ]+) \| \(([−xyzw, ]+)\) \|$", TEXT, re.MULTILINE))
    assert rows.keys() == {"scene", *frames}
    for head in vectors("coordinates")["heads"]:
        parts = dict(zip("xyzw", head["scene"], strict=True))
        for title, frame in frames.items():
            there = [-parts[part[1]] if part[0] == "−" else parts[part] for part in rows[title].split(", ")]
            assert there == pytest.approx(head[frame])


def test_clips_keep_step_as_the_text_says():
    words = " ".join(TEXT.split())
    (most_ms,) = re.search(r"Up to (\d+) ms a clip is brought back", words).groups()
    (percent,) = re.search(r"playing it up to ([\d.]+) % faster or slower", words).groups()
    for row in vectors("clock")["steps"]:
        behind_s, change = row["behind_s"], 0.0 if row["jumps"] else float(percent) / 100.0
        assert row["jumps"] == (abs(behind_s) > float(most_ms) / 1e3)
        assert row["least_rate"] == pytest.approx(1.0 - change * (behind_s <= 0.0))
        assert row["most_rate"] == pytest.approx(1.0 + change * (behind_s >= 0.0))


def test_where_a_clip_stands_is_what_the_text_says_and_what_the_server_renders():
    assert "`(now − playing_since_s) mod duration_s`" in TEXT
    for row in vectors("clock")["clips"]:
        since_s = row["now_s"] - row["playing_since_s"]
        sounds = since_s >= 0 and (row["loop"] or since_s < row["duration_s"])
        assert row["stands_at_s"] == (since_s % row["duration_s"] if sounds else None)
        ramp = np.arange(100.0, dtype=np.float32)[None] + 1.0
        clip = LoadedClip(samples=ramp, unit_gain=1.0, loop=row["loop"], is_field=False)
        (sample,) = clip.samples_from(round(since_s * 10.0), 1)[0]
        assert sample == (0.0 if row["stands_at_s"] is None else row["stands_at_s"] * 10.0 + 1.0)


def test_wide_sources_have_as_many_directions_as_the_text_says():
    (spacing, spacing_up) = re.search(r"width · cos e / (\d+)°\) · max\(1, height / (\d+)°\)", TEXT).groups()
    ahead = scene_from_polar(0.0, 0.0)
    width, height = float(spacing), float(spacing_up)
    for wanted, count in ((1.0, 1), (1.01, 4), (4.0, 4), (4.01, 9)):
        assert emitter_count(ahead, wanted * width, height) == count
        assert emitter_count(ahead, width, min(wanted * height, 180.0)) == count


def test_the_codec_that_all_have_is_one_that_the_server_sends():
    assert "`pcm16` is what all have" in TEXT
    assert "pcm16" in stream_policy(None).codecs
    assert Hello(majors=(1,), client="x").codecs == ("pcm16",)


def test_links_within_the_text_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= anchors
