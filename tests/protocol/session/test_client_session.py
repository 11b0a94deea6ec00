import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import WireError
from protocol.session.events import ClipFailed, ClipReceived, Connected
from protocol.wire import (
    Ack,
    Bye,
    ClipAbort,
    ClipBegin,
    ClipEnd,
    ErrorMessage,
    Mute,
    Notice,
    Play,
    SceneRemoved,
    Subscribe,
)
from protocol.wire.codec import Prepared, encoded
from protocol.wire.control import CloseCode
from protocol.wire.frames import Frame, FrameKind, frame_bytes
from protocol.wire.handshake import Limits
from tests.protocol.session.links import POLICY, Hub, Link, subscribed
from tests.protocol.test_scene import SHA
from tests.protocol.vectors import examples, vectors
from tests.protocol.worlds import SCENE, added, change, changes, moved, removed, updated


def test_a_client_is_welcomed_and_sees_its_scene_and_its_changes():
    link = subscribed()
    assert isinstance(link.events[0], Connected)
    link.hub.tell(added("tram", 20), link.now_s)
    link.hub.tell(moved(("tram", 25)), link.now_s)
    link.settle()
    assert link.client.scenes[SCENE].sources["tram"].azimuth_deg == 25.0


def test_a_client_with_a_wrong_token_is_closed_with_a_reason():
    link = Link(token="guess")
    link.connect()
    link.settle()
    assert link.client.welcome is None
    assert link.server.close.code == CloseCode.UNAUTHORISED
    assert not link.server.close.code.may_reconnect


def test_nothing_is_said_before_the_welcome_but_hello():
    link = Link()
    link.client.send(Play(scene_id=SCENE))
    link.connect()
    assert '"hello"' in link.client.next_frame(0.0)
    assert link.client.next_frame(0.0) is None


def test_what_was_missed_comes_after_a_reconnection_and_nothing_twice():
    link = subscribed()
    link.hub.tell(Notice(text="heard", scene_id=SCENE), 0.0)
    link.settle()
    link.hub.tell(Notice(text="lost on the way", scene_id=SCENE), 0.0)
    link.download(lose=True)
    link.cut()
    link.hub.tell(Notice(text="told to nobody", scene_id=SCENE), 0.0)
    link.hub.tell(added("tram"), 0.0)
    link.now_s = 59.0
    link.connect()
    link.settle()
    connected = [event for event in link.events if isinstance(event, Connected)]
    assert connected[-1].welcome.resumed
    texts = [event.text for event in link.events if isinstance(event, Notice)]
    assert texts == ["heard", "lost on the way", "told to nobody"]
    assert set(link.client.scenes[SCENE].sources) == {"bell", "tram"}
    assert [event.type for event in link.events if not isinstance(event, Connected)].count("scene_snapshot") == 1


def test_a_client_that_comes_back_too_late_begins_anew_and_gets_a_snapshot():
    link = subscribed()
    link.cut()
    link.hub.tell(added("tram"), 0.0)
    link.now_s = 61.0
    link.connect()
    link.upload()
    link.download(1)
    assert dict(link.client.scenes) == {}
    link.settle()
    assert not link.client.welcome.resumed
    assert set(link.client.scenes[SCENE].sources) == {"bell", "tram"}


def test_who_missed_too_much_gets_a_fresh_snapshot():
    link = subscribed()
    for number in range(1500):
        link.hub.tell(moved(("bell", number % 100)), 0.0)
        link.download(lose=True)
    link.cut()
    link.connect()
    link.settle()
    assert link.client.welcome.resumed
    assert [event.type for event in link.events if not isinstance(event, Connected)].count("scene_snapshot") == 2
    assert link.client.scenes[SCENE].sources["bell"].azimuth_deg == 99.0


def test_a_client_that_says_what_it_has_lets_the_server_forget():
    link = subscribed()
    for number in range(1500):
        link.hub.tell(moved(("bell", number % 100)), 0.0)
        link.settle()
    link.hub.tell(Notice(text="last", scene_id=SCENE), 0.0)
    link.cut()
    link.connect()
    link.settle()
    assert [event.type for event in link.events if not isinstance(event, Connected)].count("scene_snapshot") == 1


def test_a_command_is_carried_out_once_however_the_connection_breaks():
    link = subscribed()
    mute = Mute(scene_id=SCENE, source_id="bell", muted=True)
    link.client.send(mute)
    link.client.next_frame(0.0)  # on its way when the connection breaks
    link.cut()
    link.connect()
    link.settle()
    link.client.send(replace(mute, muted=False))
    link.upload()  # arrives, and its acknowledgement is lost
    link.download(lose=True)
    link.cut()
    link.connect()
    link.settle()
    assert [event.command.muted for event in link.hub.commands] == [True, False]
    assert link.client.scenes[SCENE].sources["bell"].level_db_spl_1m == 61.0


def test_commands_of_a_session_that_is_gone_are_told_as_lost():
    link = subscribed()
    play = Play(scene_id=SCENE)
    link.client.send(play)
    link.client.next_frame(0.0)
    link.cut()
    link.now_s = 100.0
    link.connect()
    link.settle()
    assert link.events[-1] != play
    assert [event.lost for event in link.events if isinstance(event, Connected)] == [(), (play,)]
    assert link.hub.commands == []


def test_a_refused_command_is_not_sent_again():
    link = subscribed()
    link.client.subscribe(Subscribe(scene_id="nowhere"))
    link.settle()
    (error,) = [event for event in link.events if isinstance(event, ErrorMessage)]
    assert error.message == "nowhere: is no scene here; list the scenes"
    link.client.unsubscribe("nowhere")
    link.settle()
    link.cut()
    link.now_s = 100.0
    link.connect()
    link.settle()
    assert len([event for event in link.events if isinstance(event, ErrorMessage)]) == 1


def test_whoever_unsubscribes_hears_no_more():
    link = subscribed()
    clip(link, bytes(100_000))
    link.client.unsubscribe(SCENE)
    link.client.unsubscribe(SCENE)
    link.upload()
    assert "ack" in link.server.next_frame(0.0)
    assert link.server.next_frame(0.0) is None
    link.hub.tell(updated("bell", 9), 0.0)
    link.settle()
    assert dict(link.client.scenes) == {}
    assert "source_updated" not in [getattr(event, "type", "") for event in link.events]


def test_a_scene_that_is_gone_is_forgotten_and_not_asked_for_again():
    link = subscribed()
    clip(link, bytes(900_000))
    link.download(2)
    link.hub.tell(SceneRemoved(scene_id=SCENE), 0.0)
    link.settle()
    assert SceneRemoved(scene_id=SCENE) in link.events
    assert link.client.scenes == {}
    link.cut()
    link.now_s = 1000.0
    link.connect()
    link.settle()
    assert link.server.memory.subscriptions == {}


def test_a_subscription_that_crosses_the_end_of_its_scene_stands():
    link = subscribed()
    link.client.subscribe(Subscribe(scene_id=SCENE))
    link.hub.tell(SceneRemoved(scene_id=SCENE), 0.0)
    link.download()
    assert link.client.scenes == {}
    link.settle()
    assert list(link.client.scenes) == [SCENE]


def test_heartbeats_keep_a_quiet_client_and_teach_it_the_servers_clock():
    link = subscribed()
    for second in range(100):
        link.now_s = float(second)
        link.client.tick(link.now_s)
        link.settle()
        link.server.tick(link.now_s)
    assert link.server.close is None
    assert link.client.clock.server_time_s(200.0) == pytest.approx(200.0)


def test_the_clock_is_taken_from_the_moment_of_sending():
    link = Link()
    link.connect()
    link.upload()
    link.download()
    server = link.server
    for now_s in (5.0, 6.0):  # the client's clock is 1000 s behind the server's
        while (frame := link.client.next_frame(now_s)) is not None:
            server.receive(frame, now_s + 1000.25)
        while (frame := server.next_frame(now_s + 1000.75)) is not None:
            link.client.receive(frame, now_s + 1.0)
    estimate = link.client.clock.estimate(7.0)
    assert estimate.offset_s == pytest.approx(1000.0)
    assert estimate.delay_s == pytest.approx(0.5)


def clip(link, payload, *, name="bell", codec="flac"):
    begin = ClipBegin(
        stream_id=link.server.new_stream_id(),
        scene_id=SCENE,
        source_id=name,
        clip_sha256=SHA,
        codec=codec,
        sample_rate_hz=48_000,
        channels=1,
        size_bytes=len(payload),
    )
    link.server.send_clip(begin, payload, sha256=hashlib.sha256(payload).hexdigest())
    return begin


def test_clips_arrive_whole_side_by_side_and_never_beyond_their_window():
    link = subscribed()
    payloads = [np.random.default_rng(seed).bytes(size) for seed, size in enumerate((900_001, 64 * 1024, 1))]
    begins = [clip(link, payload, name=f"s{number}") for number, payload in enumerate(payloads)]
    in_flight = 0
    while (frame := link.server.next_frame(0.0)) is not None:  # the client stays silent
        in_flight += len(frame) - 40 if isinstance(frame, bytes) else 0
        link.client.receive(frame, 0.0)
    assert in_flight == 256 * 1024 + 64 * 1024 + 1
    link.settle()
    received = [event for event in [*link.client.take_events(), *link.events] if isinstance(event, ClipReceived)]
    assert sorted((event.begin.source_id, event.payload) for event in received) == sorted(
        (begin.source_id, payload) for begin, payload in zip(begins, payloads, strict=True)
    )


def test_a_clip_waits_for_messages_and_only_so_many_go_at_once():
    link = subscribed(Hub(replace(POLICY, limits=Limits(streams=2))))
    for number in range(3):
        clip(link, bytes(200_000), name=f"s{number}")
    link.hub.tell(updated("bell", 5), 0.0)
    frames = [link.server.next_frame(0.0) for _ in range(6)]
    assert "source_updated" in frames[0]
    begun = [frame for frame in frames if isinstance(frame, str) and "clip_begin" in frame]
    assert len(begun) == 2


def test_the_same_clip_is_sent_once_and_a_dropped_one_not_at_all():
    link = subscribed()
    clip(link, b"12345678")
    clip(link, b"12345678")
    clip(link, b"abcd", name="tram")
    clip(link, b"efgh", name="fountain")
    link.server.drop_clips(SCENE, "tram")
    link.settle()
    received = [event.begin.source_id for event in link.events if isinstance(event, ClipReceived)]
    assert received == ["bell", "fountain"]


def test_a_client_that_has_enough_of_a_clip_gets_no_more():
    link = subscribed()
    begin = clip(link, bytes(900_000))
    link.download(2)
    link.client.send(ClipAbort(stream_id=begin.stream_id, reason="removed"))
    link.upload()
    assert link.server.next_frame(0.0) is None


def test_a_session_takes_clips_while_few_wait():
    link = subscribed()
    assert link.server.takes_clips
    for number in range(POLICY.limits.streams):
        clip(link, b"1234", name=f"s{number}")
    assert not link.server.takes_clips
    link.server.drop_clips(SCENE)
    assert link.server.takes_clips


def server_says(link, *messages):
    for message in messages:
        link.client.receive(link.server.memory.numbered(Prepared(message)), 0.0)
    return link.client.take_events()


BEGIN = ClipBegin(
    stream_id=7,
    scene_id=SCENE,
    source_id="bell",
    clip_sha256=SHA,
    codec="wav",
    sample_rate_hz=48_000,
    channels=1,
    size_bytes=4,
)


def chunk(payload=b"1234", **changes):
    fields = {"sequence": 0, "position": 0, "stream_id": 7, "kind": FrameKind.CLIP_CHUNK, "payload": payload}
    return frame_bytes(Frame(codec="wav", channels=1, sample_rate_hz=48_000, **{**fields, **changes}))


@pytest.mark.parametrize(
    ("frames", "complaint"),
    [
        ([chunk(sequence=1)], "chunk 1 came instead of 0"),
        ([chunk(position=4)], "chunk 0 came instead of 0"),
        ([chunk(b"12345")], "more than the 4 bytes"),
        ([chunk(b"12")], "ended after 2 of 4 bytes"),
        ([chunk()], "doesn't have the hash"),
    ],
)
def test_a_clip_that_is_not_what_was_announced_fails_with_a_reason(frames, complaint):
    link = subscribed()
    server_says(link, BEGIN)
    for frame in frames:
        link.client.receive(frame, 0.0)
    (failed,) = [
        event for event in server_says(link, ClipEnd(stream_id=7, sha256=SHA)) if isinstance(event, ClipFailed)
    ]
    assert complaint in failed.abort.reason
    assert "clip_abort" in link.client.next_frame(0.0)


def test_a_clip_that_the_server_gives_up_is_told_and_strays_are_passed_over():
    link = subscribed()
    abort = ClipAbort(stream_id=7, reason="encoder failed")
    events = server_says(link, BEGIN, abort)
    assert ClipFailed(begin=BEGIN, abort=abort) in events
    link.client.receive(chunk(), 0.0)
    assert link.client.take_events() == []


def test_clips_and_clocks_of_an_old_connection_are_forgotten():
    link = subscribed()
    begin = clip(link, bytes(200_000))
    link.download(2)
    link.client.send(ClipAbort(stream_id=begin.stream_id, reason="too late"))
    link.cut()
    link.now_s = 100.0
    link.connect()
    link.upload(1)
    link.download(1)
    assert link.client.clock.estimate(100.0) is None
    sent = [link.client.next_frame(100.0) for _ in range(3)]
    assert not any("clip_abort" in (text or "") for text in sent)
    link.client.receive(chunk(stream_id=begin.stream_id), 0.0)
    assert not [event for event in link.client.take_events() if isinstance(event, ClipFailed)]


def test_a_clip_too_large_to_hold_is_refused():
    link = subscribed()
    with pytest.raises(WireError, match="more than"):
        server_says(link, replace(BEGIN, size_bytes=2**39))


def test_live_blocks_reach_the_listener():
    link = subscribed()
    block = Frame(
        kind=FrameKind.LIVE_BLOCK,
        codec="float32",
        channels=2,
        stream_id=1,
        sequence=0,
        position=0,
        sample_rate_hz=48_000,
        payload=bytes(2048),
        time_s=1.5,
    )
    link.server.send_live(frame_bytes(block), deadline_s=1.0)
    link.settle()
    assert block in link.events


def test_a_server_that_makes_no_sense_or_is_newer_harms_nobody():
    link = subscribed()
    with pytest.raises(WireError):
        link.client.receive("nonsense", 0.0)
    with pytest.raises(WireError):
        link.client.receive(b"nonsense", 0.0)
    link.client.receive('{"type":"fireworks","seq":1000}', 0.0)
    assert link.client.take_events() == []
    link.server.memory.sent_seq = 1000
    link.server.shut_down("restart")
    link.settle()
    assert isinstance(link.events[-1], Bye)


def test_a_message_that_comes_twice_is_heard_once():
    link = subscribed()
    text = encoded(Notice(text="hark"), seq=link.server.memory.sent_seq + 1)
    link.client.receive(text, 0.0)
    link.client.receive(text, 0.0)
    assert link.client.take_events() == [Notice(text="hark")]


steps = st.one_of(
    st.tuples(st.just("change"), changes),
    st.tuples(st.just("notice")),
    st.tuples(st.just("command")),
    st.tuples(st.just("upload"), st.integers(1, 4)),
    st.tuples(st.just("download"), st.integers(1, 4)),
    st.tuples(st.just("lose"), st.integers(1, 4)),
    st.tuples(st.just("cut"), st.sampled_from([0.0, 30.0, 61.0])),
    st.tuples(st.just("connect")),
)


@given(st.lists(steps, max_size=50))
@settings(max_examples=250, deadline=None)
def test_however_often_the_connection_breaks_the_client_has_the_truth_and_nothing_twice(story):
    link = Link()
    link.client.subscribe(Subscribe(scene_id=SCENE))
    notices = commands = 0
    for kind, *details in story:
        if kind == "change":
            if (message := change(link.hub.truth, details[0])) is not None:
                link.hub.tell(message, link.now_s)
        elif kind == "notice":
            notices += 1
            link.hub.tell(Notice(text=str(notices), scene_id=SCENE), link.now_s)
        elif kind == "command":
            commands += 1
            link.client.send(Play(scene_id=SCENE, at_s=float(commands)))
        elif kind == "connect" and link.server is None:
            link.connect()
        elif link.server is not None and kind != "connect":
            if kind == "cut":
                link.cut()
                link.now_s += details[0]
            elif kind == "upload":
                link.upload(*details)
            else:
                link.download(*details, lose=kind == "lose")
                if kind == "lose":  # what is lost on TCP takes the connection with it
                    link.cut()
    if link.server is not None:
        link.cut()
    link.connect()
    link.settle()
    assert dict(link.client.scenes[SCENE].sources) == dict(link.hub.truth.sources)
    assert link.client.scenes[SCENE].complete == link.hub.truth.complete
    heard = [int(event.text) for event in link.events if isinstance(event, Notice)]
    assert heard == sorted(set(heard))
    done = [event.command.at_s for event in link.hub.commands]
    lost = [wanted.at_s for event in link.events if isinstance(event, Connected) for wanted in event.lost]
    assert done == sorted(set(done))
    assert set(done) | set(lost) == {float(number) for number in range(1, commands + 1)}


sayings = st.sampled_from([message for messages in examples().values() for message in messages])
binary = st.sampled_from(
    [bytes.fromhex(row["hex"]) for kind in ("valid", "invalid") for row in vectors("frames")[kind]]
)


@given(st.lists(sayings | binary | st.text(max_size=20), max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_a_server_says_a_client_takes_it_or_refuses_it_in_words(story):
    link = subscribed()
    refused = []
    for number, saying in enumerate(story):
        known = not isinstance(saying, str | bytes)
        try:
            link.client.receive(encoded(saying, seq=100 + number) if known else saying, 0.0)
        except WireError as error:
            refused.append(str(error))
        link.client.tick(float(number))
        while link.client.next_frame(float(number)) is not None:
            pass
    assert all(line.isprintable() for line in refused)


def test_an_acknowledgement_of_nothing_known_changes_nothing():
    link = subscribed()
    assert server_says(link, Ack(received_seq=999), removed("nobody")) == [removed("nobody")]
