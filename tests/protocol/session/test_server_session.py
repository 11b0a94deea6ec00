import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError, UnavailableError
from protocol.session.events import CommandReceived, Opened, RequestReceived, SnapshotWanted, Unsubscribed
from protocol.wire import (
    Ack,
    Bye,
    ClockPing,
    Hello,
    ListenerPose,
    LiveReport,
    Mute,
    Notice,
    Play,
    SceneRemoved,
    Subscribe,
    Unsubscribe,
)
from protocol.wire.codec import decoded, encoded
from protocol.wire.control import CloseCode
from protocol.wire.handshake import Limits, Resume
from tests.protocol.session.links import POLICY, Hub, subscribed
from tests.protocol.vectors import examples
from tests.protocol.worlds import SCENE, moved, snapshot

HELLO = Hello(majors=(1,), client="test", token="sesame", codecs=("flac", "mystery", "pcm16"))


def opened(hub=None, hello=HELLO, **options):
    session = (hub or Hub()).open(0.0, **options)
    session.receive(encoded(hello, seq=1), 0.0)
    return session


def said(session, now_s=0.0):
    texts = []
    while (frame := session.next_frame(now_s)) is not None:
        texts.append(json.loads(frame))
    return texts


def test_a_hello_is_answered_with_what_both_can_do():
    session = opened()
    (welcome,) = said(session)
    assert welcome["type"] == "welcome"
    assert welcome["seq"] == 1
    assert welcome["major"] == 1
    assert welcome["codecs"] == ["flac", "pcm16"]
    assert welcome["resumed"] is False
    assert session.take_events() == [Opened(client="test", resumed=False)]
    assert session.close is None


@pytest.mark.parametrize("token", [None, "", "sesam", "sesame2", "ÿ" * 40])
def test_a_wrong_token_is_told_by_a_close_code_and_nothing_else(token):
    hub = Hub()
    session = hub.open(0.0)
    text = json.dumps({"type": "hello", "seq": 1, "majors": [1], "client": "x", "token": token or None})
    session.receive(text, 0.0)
    assert session.close.code == CloseCode.UNAUTHORISED
    assert said(session) == []
    assert session.take_events() == []
    assert session.memory is None


def test_a_token_in_the_upgrade_request_is_as_good():
    assert opened(hello=replace(HELLO, token=None), authorised=True).close is None


def test_a_server_without_a_token_lets_everybody_in():
    assert opened(Hub(replace(POLICY, token=None)), hello=replace(HELLO, token=None)).close is None


def test_the_token_is_never_part_of_what_is_shown_of_a_policy():
    assert "sesame" not in repr(POLICY)


def test_peers_without_a_common_version_part():
    session = opened(hello=replace(HELLO, majors=(7, 9)))
    assert session.close.code == CloseCode.NO_COMMON_VERSION
    assert "1" in session.close.reason


def test_whoever_says_something_else_before_hello_is_shown_out():
    for frame in (encoded(Subscribe(scene_id=SCENE), seq=1), "nonsense", b"binary"):
        session = Hub().open(0.0)
        session.receive(frame, 0.0)
        assert session.close.code == CloseCode.BAD_MESSAGES
        assert len(session.close.reason.encode()) <= 123


def test_a_message_that_nobody_knows_is_no_hello_either():
    session = Hub().open(0.0)
    session.receive('{"type":"hello2","seq":1}', 0.0)
    assert session.close.code == CloseCode.BAD_MESSAGES
    assert "hello" in session.close.reason
    assert said(session) == []


def test_whoever_says_nothing_is_shown_out_in_the_end():
    session = Hub().open(100.0)
    session.tick(105.0)
    assert session.close is None
    session.tick(105.1)
    assert session.close.code == CloseCode.TIMED_OUT


def test_a_client_that_falls_silent_is_given_up_after_three_heartbeats():
    session = opened()
    session.receive(encoded(ClockPing(client_sent_s=1.0), seq=2), 20.0)
    session.tick(50.0)
    assert session.close is None
    session.tick(50.1)
    assert session.close.code == CloseCode.TIMED_OUT


def test_a_clock_ping_is_answered_with_the_times_of_arrival_and_of_sending():
    session = opened()
    said(session)
    session.receive(encoded(ClockPing(client_sent_s=-3.5), seq=2), 7.0)
    (pong,) = said(session, 7.25)
    assert (pong["client_sent_s"], pong["server_received_s"], pong["server_sent_s"]) == (-3.5, 7.0, 7.25)


def test_what_a_client_wishes_is_handed_on_once_and_acknowledged_when_it_is_done():
    session = opened()
    said(session)
    session.take_events()
    for seq in (2, 3, 3, 2):
        session.receive(encoded(Play(scene_id=SCENE), seq=seq), 0.0)
    assert session.take_events() == [CommandReceived(seq=seq, command=Play(scene_id=SCENE)) for seq in (2, 3)]
    assert said(session) == []
    session.acknowledge(3)
    assert [ack["received_seq"] for ack in said(session)] == [1]
    session.acknowledge(2)
    assert [ack["received_seq"] for ack in said(session)] == [3]


def test_a_wish_that_is_refused_is_settled_too():
    session = opened()
    said(session)
    session.receive(encoded(Play(scene_id="nowhere"), seq=2), 0.0)
    session.refuse(InputError("is unknown", where="nowhere", remedy="look again"), reply_to=2, retry_after_s=3.0)
    # The error comes first, so that the ack, which says what is settled, can't be taken for a yes.
    error, ack = said(session)
    assert (error["type"], ack["received_seq"]) == ("error", 2)
    assert error["message"] == "nowhere: is unknown; look again"
    assert (error["code"], error["reply_to"], error["retry_after_s"]) == ("bad_input", 2, 3.0)


def test_subscriptions_come_and_go_and_are_bounded():
    session = opened(Hub(replace(POLICY, limits=Limits(subscriptions=1))))
    said(session)
    session.take_events()
    wanted = Subscribe(scene_id=SCENE)
    session.receive(encoded(wanted, seq=2), 0.0)
    session.receive(encoded(Subscribe(scene_id="other"), seq=3), 0.0)
    session.publish(moved(("bell", 1)))
    session.receive(encoded(Unsubscribe(scene_id=SCENE), seq=4), 0.0)
    session.receive(encoded(Unsubscribe(scene_id=SCENE), seq=5), 0.0)
    assert session.take_events() == [SnapshotWanted(seq=2, subscription=wanted), Unsubscribed(scene_id=SCENE)]
    assert [message.get("code", message["type"]) for message in said(session)] == ["too_many", "ack"]


def test_nothing_is_said_of_a_scene_before_its_snapshot_however_long_that_takes():
    session = opened()
    said(session)
    session.receive(encoded(Subscribe(scene_id=SCENE), seq=2), 0.0)
    session.publish(moved(("bell", 1)))
    session.publish(Notice(text="x", scene_id=SCENE))
    assert [message["type"] for message in said(session)] == ["notice"]
    session.acknowledge(2)
    assert [message["type"] for message in said(session)] == ["ack"]
    session.publish(snapshot())
    session.publish(moved(("bell", 2)))
    assert [message["type"] for message in said(session)] == ["scene_snapshot", "source_moved"]


def test_a_snapshot_that_did_not_come_before_the_connection_broke_is_wanted_again():
    hub = Hub()
    old = opened(hub)
    said(old)
    old.receive(encoded(Subscribe(scene_id=SCENE), seq=2), 0.0)
    token = old.memory.token
    old.disconnected(0.0)
    old.publish(snapshot())
    session = hub.open(0.0)
    session.receive(encoded(replace(HELLO, resume=Resume(token=token, last_seq=1)), seq=3), 0.0)
    assert session.take_events()[1:] == [SnapshotWanted(seq=2, subscription=Subscribe(scene_id=SCENE))]


def test_a_scene_that_is_refused_is_not_subscribed_to():
    session = opened()
    session.receive(encoded(Subscribe(scene_id="nowhere"), seq=2), 0.0)
    session.refuse(InputError("is unknown", where="nowhere", remedy="look again"), reply_to=99)
    assert set(session.memory.subscriptions) == {"nowhere"}
    session.refuse(InputError("is unknown", where="nowhere", remedy="look again"), reply_to=2)
    assert session.memory.subscriptions == {}


def posed(session, seq, scene_id):
    pose = ListenerPose(
        scene_id=scene_id, position_m=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=1.0
    )
    session.receive(encoded(pose, seq=seq), 0.0)
    return [event.request.scene_id for event in session.take_events()]


def test_that_a_scene_is_not_there_is_told_once_and_not_for_each_pose():
    session = opened()
    session.take_events()
    assert posed(session, 2, "nowhere") == ["nowhere"]
    session.refuse(InputError("is no scene", where="nowhere", remedy="list"), reply_to=2, absent="nowhere")
    assert posed(session, 3, "nowhere") == []
    assert posed(session, 4, SCENE) == [SCENE]
    (error,) = [message for message in said(session) if message["type"] == "error"]
    assert (error["reply_to"], error["scene_id"]) == (2, "nowhere")
    session.receive(encoded(Subscribe(scene_id="nowhere"), seq=5), 0.0)
    session.take_events()
    assert posed(session, 6, "nowhere") == ["nowhere"]


def test_a_scene_that_is_gone_ends_its_subscription_and_what_waits_of_it():
    session = opened()
    session.receive(encoded(Subscribe(scene_id=SCENE), seq=2), 0.0)
    session.publish(snapshot())
    said(session)
    session.take_events()
    session.publish(moved(("bell", 3)))
    session.publish(SceneRemoved(scene_id=SCENE))
    assert [message["type"] for message in said(session)] == ["scene_removed"]
    assert session.memory.subscriptions == {}
    assert posed(session, 3, SCENE) == []


def test_a_bad_message_is_told_and_too_many_end_it():
    session = opened()
    said(session)
    session.receive('{"type":"mute","seq":2}', 0.0)
    (error,) = said(session)
    assert (error["code"], error["reply_to"]) == ("bad_message", 2)
    for _ in range(9):
        session.receive(b"binary", 0.0)
    assert session.close is None
    session.receive(encoded(HELLO, seq=9), 0.0)
    assert session.close.code == CloseCode.BAD_MESSAGES
    assert said(session) == []


def test_a_frame_over_the_limit_closes_the_connection():
    session = opened()
    session.receive('"' + "x" * 70_000 + '"', 0.0)
    assert session.close.code == CloseCode.TOO_BIG


def test_messages_and_fields_of_a_newer_client_are_passed_over():
    session = opened()
    said(session)
    session.receive('{"type":"teleport","seq":2,"to":"mars"}', 0.0)
    assert said(session) == []
    assert session.memory.received_seq == 2


def test_a_client_that_is_too_fast_is_told_then_stopped():
    session = opened(Hub(replace(POLICY, limits=Limits(messages_per_s=10.0, burst_messages=5))))
    said(session)
    session.take_events()
    mute = Mute(scene_id=SCENE, source_id="bell", muted=True)
    for seq in range(2, 11):
        session.receive(encoded(mute, seq=seq), 0.0)
    assert len(session.take_events()) == 4
    errors = said(session)
    assert [(error["code"], error["reply_to"]) for error in errors] == [("rate_limited", seq) for seq in range(6, 11)]
    assert 0 < errors[0]["retry_after_s"] <= 0.1
    session.receive(encoded(mute, seq=11), 0.0)
    assert session.close.code == CloseCode.TOO_FAST


def test_a_pose_at_120_hz_is_never_too_fast():
    session = opened()
    pose = ListenerPose(scene_id=SCENE, position_m=(0.0,) * 3, orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=0.0)
    for number in range(1200):
        session.receive(encoded(pose, seq=number + 2), number / 120)
    assert len(session.take_events()) == 1201


def test_nobody_speaks_for_another_listener():
    session = opened()
    pose = ListenerPose(
        scene_id=SCENE,
        position_m=(0.0,) * 3,
        orientation=(0.0, 0.0, 0.0, 1.0),
        client_time_s=0.0,
        share=True,
        listener_id="somebody-else",
    )
    session.receive(encoded(pose, seq=2), 0.0)
    assert session.take_events()[-1] == RequestReceived(seq=2, request=replace(pose, listener_id=None))


def test_a_server_that_goes_away_says_so_first():
    session = opened()
    said(session)
    session.publish(Notice(text="not any more"))
    session.shut_down("restart", retry_after_s=2.0)
    session.shut_down("again")
    (bye,) = said(session)
    assert (bye["type"], bye["reason"], bye["retry_after_s"]) == ("bye", "restart", 2.0)
    assert session.close.code == CloseCode.GOING_AWAY
    assert session.close.code.may_reconnect


def test_a_client_that_does_not_read_is_given_up():
    session = opened()
    session.give_up()
    session.receive(encoded(Play(scene_id=SCENE), seq=2), 0.0)
    assert session.take_events() == [Opened(client="test", resumed=False)]
    assert session.close.code == CloseCode.TOO_SLOW


def test_a_goodbye_ends_the_session_for_good():
    hub = Hub()
    session = opened(hub)
    token = session.memory.token
    session.receive(encoded(Bye(), seq=2), 0.0)
    assert session.close.code == CloseCode.NORMAL
    session.disconnected(1.0)
    assert hub.sessions.resumable(token, 1.0) is None
    assert session.close.code == CloseCode.NORMAL


def test_live_audio_and_messages_take_turns_and_late_audio_is_dropped():
    session = opened()
    said(session)
    session.send_live(b"late", deadline_s=0.5)
    for number in range(3):
        session.send_live(b"%d" % number, deadline_s=9.0)
    session.publish(Notice(text="a"))
    session.publish(Notice(text="b"))
    frames = [session.next_frame(1.0) for _ in range(6)]
    kinds = [frame if isinstance(frame, bytes) else json.loads(frame)["text"] for frame in frames[:-1]]
    assert kinds == [b"0", "a", b"1", "b", b"2"]
    assert frames[-1] is None
    assert session.memory.outbox.dropped_blocks == 1


def test_nothing_is_sent_or_kept_for_a_connection_that_is_gone():
    hub = Hub()
    session = opened(hub)
    session.disconnected(0.0)
    session.publish(Notice(text="x"))
    session.send_live(b"x", deadline_s=9.0)
    session.receive("x", 0.0)
    assert said(session) == []
    (memory,) = hub.sessions.waiting(60.0)
    assert len(memory.outbox) == 0
    assert hub.sessions.waiting(60.1) == []


def test_a_client_that_counts_anew_gets_a_new_session_and_is_heard():
    hub = Hub()
    old = opened(hub)
    old.receive(encoded(Ack(received_seq=1), seq=50), 0.0)
    token = old.memory.token
    old.disconnected(0.0)
    session = opened(hub, replace(HELLO, resume=Resume(token=token, last_seq=0)))
    assert said(session)[0]["resumed"] is False
    session.receive(encoded(Play(scene_id=SCENE), seq=2), 0.0)
    assert isinstance(session.take_events()[-1], CommandReceived)


def test_a_resumed_session_leaves_its_old_connection():
    hub = Hub()
    old = opened(hub)
    token = old.memory.token
    said(old)
    new = hub.open(1000.0)
    new.receive(encoded(replace(HELLO, resume=Resume(token=token, last_seq=1)), seq=2), 1000.0)
    assert said(new)[0]["resumed"] is True
    assert old.close.code == CloseCode.TAKEN_OVER
    old.disconnected(1001.0)
    old.publish(Notice(text="to nobody"))
    assert said(new) == []
    assert hub.sessions.waiting(1001.0) == []


def test_a_client_that_claims_to_know_the_future_starts_anew():
    hub = Hub()
    old = opened(hub)
    token = old.memory.token
    old.disconnected(0.0)
    session = hub.open(0.0)
    session.receive(encoded(replace(HELLO, resume=Resume(token=token, last_seq=99)), seq=2), 0.0)
    assert said(session)[0]["resumed"] is False


def test_what_only_mattered_on_the_old_connection_is_not_told_on_the_new_one():
    hub = Hub()
    old = opened(hub)
    said(old)
    old.publish(LiveReport(stream_id=1, server_time_s=0.0, blocks=1, underruns=0, dropped=0))
    old.publish(Notice(text="still true"))
    token = old.memory.token
    old.disconnected(0.0)
    session = hub.open(0.0)
    session.receive(encoded(replace(HELLO, resume=Resume(token=token, last_seq=1)), seq=2), 0.0)
    assert [message["type"] for message in said(session)] == ["welcome", "notice"]


def test_a_clip_comes_in_what_was_asked_for_or_in_the_clients_best_or_not_at_all():
    session = opened()
    assert session.clip_codec(None) == "flac"
    assert session.clip_codec("wav") == "wav"
    with pytest.raises(UnavailableError, match="can't be sent as opus; ask for one of: pcm16, float32, wav, flac"):
        session.clip_codec("opus")
    with pytest.raises(UnavailableError, match="anything that the client named"):
        opened(hello=replace(HELLO, codecs=("mystery",))).clip_codec(None)


@given(st.lists(st.binary(max_size=40) | st.text(max_size=60), max_size=15))
@settings(max_examples=150, deadline=None)
def test_whatever_comes_in_is_answered_in_words(frames):
    session = opened()
    for frame in frames:
        session.receive(frame, 0.0)
    for message in said(session):
        assert message["type"] in {"welcome", "error"}


sayings = st.sampled_from([message for messages in examples().values() for message in messages])


@given(st.lists(st.tuples(sayings, st.integers(1, 40), st.floats(0, 20)), max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_in_whatever_order_the_session_keeps_its_form(story):
    hub = Hub()
    session = opened(hub)
    now_s, last_seq = 0.0, 0
    for message, seq, pause_s in story:
        now_s += pause_s
        session.receive(encoded(message, seq=seq), now_s)
        session.tick(now_s)
        hub.act(session, now_s)
        while (frame := session.next_frame(now_s)) is not None:
            seq, _ = decoded(frame, sender="server")
            assert seq > last_seq
            last_seq = seq
    session.disconnected(now_s)
    assert len(hub.sessions.waiting(now_s)) <= 1


def test_every_link_of_the_tests_reaches_the_scene():
    link = subscribed()
    assert set(link.client.scenes[SCENE].sources) == {"bell"}
