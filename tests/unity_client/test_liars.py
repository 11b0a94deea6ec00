"""The Unity client's core on servers that lie, stall and talk nonsense: it says so, and goes on."""

import asyncio
import hashlib
import json
import struct
import threading
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import serve

from protocol.wire.frames import CODECS, Frame, FrameKind, frame_bytes
from tests.timing import PATIENCE_S
from tests.unity_client.probe import probing

WELCOME = {
    "type": "welcome", "seq": 1, "major": 1, "server": "liar 1", "capabilities": ["clips.stream"], "codecs": ["wav"],
    "limits": {"message_bytes": 65536, "chunk_bytes": 65536, "window_bytes": 262144, "messages_per_s": 240.0,
               "burst_messages": 480, "subscriptions": 16, "streams": 8, "resume_s": 60.0},
    "heartbeat_s": 10.0, "server_time_s": 5.0, "resume_token": "t", "resumed": False, "received_seq": 0,
}  # fmt: skip
SOURCE = {
    "id": "bell", "label": "bell", "kind": "point", "azimuth_deg": 0.0, "elevation_deg": 0.0, "distance_m": 5.0,
    "level_db_spl_1m": 70.0,
    "clip": {"url": "/clip", "sha256": "ab" * 32, "sample_rate_hz": 48000, "duration_s": 1.0, "loop": True},
}  # fmt: skip
SNAPSHOT = {
    "type": "scene_snapshot", "scene_id": "square", "at_s": 5.0, "complete": True, "camera_height_m": 1.6,
    "sources": [SOURCE],
}  # fmt: skip


class Liar:
    """A server that says what it's told, as long as it's told."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.sockets, self.heard, self.seq, self.welcome = [], [], 1, WELCOME
        self.started, self.stopping = threading.Event(), None
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._run(),), daemon=True)
        self.thread.start()
        assert self.started.wait(PATIENCE_S)

    async def _run(self):
        self.stopping = asyncio.Event()
        async with serve(
            self._talk, "127.0.0.1", 0, subprotocols=["sonorama.v1"], max_size=None, compression=None
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self.started.set()
            await self.stopping.wait()

    async def _talk(self, socket):
        self.sockets.append(socket)
        async for text in socket:
            message = json.loads(text)
            self.heard.append(message)
            if message["type"] == "hello" and self.welcome is not None:
                self.seq = 1
                await socket.send(json.dumps(self.welcome))
            if message["type"] == "subscribe":
                self.seq += 1
                await socket.send(json.dumps({**SNAPSHOT, "seq": self.seq, "scene_id": message["scene_id"]}))

    def say(self, frame):
        """Send bytes or text as they are, a message with its number."""
        if isinstance(frame, dict):
            self.seq += 1
            frame = json.dumps({"seq": self.seq, **frame})
        asyncio.run_coroutine_threadsafe(self.sockets[-1].send(frame), self.loop).result(PATIENCE_S)

    def close(self):
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(PATIENCE_S)
        self.loop.close()


@contextmanager
def lying(probe_program, **options):
    liar = Liar()
    try:
        with probing(probe_program, server=f"http://127.0.0.1:{liar.port}", stream=True, **options) as probe:
            probe.do("subscribe", scene="square")
            yield liar, probe
    finally:
        liar.close()


@pytest.fixture
def liar_and_probe(probe_program):
    with lying(probe_program) as (liar, probe):
        probe.scene(1)
        yield liar, probe


def still_hears(liar, probe, text="still here"):
    liar.say({"type": "notice", "text": text})
    assert probe.hear("Notice", lambda told: told["text"] == text)


def when(liar, kind):
    """The last message of a kind that the client has said, once it has."""
    for _ in range(int(PATIENCE_S * 100)):
        found = [message for message in tuple(liar.heard) if message["type"] == kind]
        if found:
            liar.heard.clear()
            return found[-1]
        threading.Event().wait(0.01)
    raise AssertionError(f"no {kind} was said")


def chunk(payload, *, sequence=0, position=0):
    return frame_bytes(
        Frame(
            kind=FrameKind.CLIP_CHUNK, codec="wav", channels=1, stream_id=7, sequence=sequence, position=position,
            sample_rate_hz=48000, payload=payload,
        )
    )  # fmt: skip


@pytest.mark.parametrize("lie", ["hash", "content", "gap", "more", "less", "large"])
def test_a_clip_that_is_not_what_was_said_is_refused_after_three_attempts(liar_and_probe, lie):
    liar, probe = liar_and_probe
    payload = b"RIFF" + bytes(996)
    probe.do("load", scene="square", source="bell")
    for _ in range(1 if lie == "large" else 3):
        when(liar, "clip_request")
        size = 2**38 if lie == "large" else 1000
        begin = {"type": "clip_begin", "stream_id": 7, "scene_id": "square", "source_id": "bell", "codec": "wav",
                 "clip_sha256": "ab" * 32, "sample_rate_hz": 48000, "channels": 1, "size_bytes": size}  # fmt: skip
        liar.say(begin)
        liar.say(chunk(payload[:500]))
        if lie != "less":
            liar.say(chunk(payload[500:], sequence=2 if lie == "gap" else 1, position=500))
        if lie == "more":
            liar.say(chunk(b"x", sequence=2, position=1000))
        said = "ab" * 32 if lie == "hash" else hashlib.sha256(payload).hexdigest()
        liar.say({"type": "clip_end", "stream_id": 7, "sha256": said})
    problem = probe.hear("loaded")["problem"]
    assert problem.startswith("ClipException: "), problem
    still_hears(liar, probe)


def test_a_server_of_another_version_is_left_for_good(probe_program):
    liar = Liar()
    liar.welcome = WELCOME | {"major": 2}
    try:
        with probing(probe_program, server=f"http://127.0.0.1:{liar.port}") as probe:
            assert "version 2" in probe.state("Refused")["text"]
    finally:
        liar.close()


def test_a_frame_without_end_is_not_taken_in_and_the_next_connection_works(liar_and_probe):
    liar, probe = liar_and_probe
    liar.say('{"type":"notice","seq":9,"text":"' + "x" * 5_000_000 + '"}')
    assert "too large" in probe.state("Waiting")["text"]
    probe.state("Connected")
    probe.hear("SourceUpdated")
    still_hears(liar, probe)


def test_a_server_that_never_welcomes_is_given_up_in_time(probe_program):
    liar = Liar()
    liar.welcome = None
    try:
        with probing(probe_program, server=f"http://127.0.0.1:{liar.port}", connect_timeout_s=0.5) as probe:
            assert "in time" in probe.state("Waiting")["text"]
            probe.state("Connecting")
    finally:
        liar.close()


def test_a_server_that_falls_silent_is_left(probe_program):
    liar = Liar()
    liar.welcome = WELCOME | {"heartbeat_s": 0.2}
    try:
        with probing(probe_program, server=f"http://127.0.0.1:{liar.port}") as probe:
            probe.state("Connected")
            assert "silent" in probe.state("Waiting")["text"]
    finally:
        liar.close()


def test_what_makes_no_sense_is_told_and_passed_over(liar_and_probe):
    liar, probe = liar_and_probe
    for nonsense in ("", "[]", "\0", "{" * 50_000, '{"type":"source_added","seq":9}', b"", b"SONO", b"\xff" * 70_000):
        liar.say(nonsense)
        assert "passed over" in probe.hear("Notice")["text"]
    still_hears(liar, probe)


def test_sources_that_cannot_be_are_left_out_and_no_path_leads_to_another_host(liar_and_probe):
    liar, probe = liar_and_probe
    for wrong in (
        {"distance_m": None},
        {"distance_m": -1.0},
        {"clip": SOURCE["clip"] | {"url": "//elsewhere.example/clip"}},
        {"clip": SOURCE["clip"] | {"url": "http://elsewhere.example/clip"}},
        {"clip": SOURCE["clip"] | {"sha256": "../../secret"}},
        {"path": {"begins_at_s": 0.0, "keyframes": []}},
    ):
        liar.say({"type": "source_added", "scene_id": "square", "source": SOURCE | {"id": "bad"} | wrong})
    liar.say({"type": "source_added", "scene_id": "square", "source": SOURCE | {"id": "good"}})
    assert probe.hear("SourceAdded")["source"] == "good"
    assert not any(one.get("source") == "bad" for one in probe.passed)


@pytest.fixture(scope="module")
def patient_pair(probe_program):
    with lying(probe_program) as (liar, probe):
        probe.scene(1)
        yield liar, probe


header = st.builds(
    lambda magic, version, kind, codec, channels, numbers, size: struct.pack(
        "<4sBBBBIIQIHHd", magic, version, kind, codec, channels, *numbers[:4], 0, size, 0.0
    ),
    st.sampled_from([b"SONO", b"RIFF"]),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, len(CODECS) + 1),
    st.integers(0, 255),
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)),
    st.integers(0, 2000),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "scene_id",
    "source_id",
    "source",
    "sources",
    "moves",
    "at_s",
    "stream_id",
    "clip_sha256",
    "size_bytes",
    "major",
)
TYPES = ("source_moved", "source_added", "source_updated", "scene_snapshot", "clip_begin", "clip_end", "clip_abort",
         "live_started", "live_report", "error", "ack", "clock_pong", "notice", "welcome", "listener_pose")  # fmt: skip


@given(
    frames=st.lists(
        st.binary(max_size=300)
        | st.text(max_size=100)
        | st.builds(bytes.__add__, header, st.binary(max_size=64))
        | st.builds(
            lambda kind, fields: json.dumps({"type": kind, "seq": 1, **fields}),
            st.sampled_from(TYPES),
            st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
        ),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_senseless_frames_end_the_client(patient_pair, frames):
    liar, probe = patient_pair
    for frame in frames:
        # A number that was never here, so that the session looks at it.
        if isinstance(frame, str) and frame.startswith('{"type"'):
            liar.seq += 1
            frame = frame.replace('"seq": 1', f'"seq": {liar.seq}', 1)
        try:
            liar.say(frame)
        except UnicodeEncodeError:
            continue
    liar.seq += 1
    still_hears(liar, probe)
