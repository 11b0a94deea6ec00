import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from protocol.errors import WireError
from protocol.wire import MESSAGES, Credit, Hello, ListenerPose, Play, Subscribe
from protocol.wire.codec import Unknown, decoded, encoded
from tests.protocol.vectors import examples, sender_of

HELLO = Hello(majors=(1,), client="test 1")


def test_type_and_seq_come_first_and_nothing_is_padded():
    assert encoded(Credit(stream_id=3, bytes=5), seq=7) == '{"type":"credit","seq":7,"stream_id":3,"bytes":5}'


@given(st.data(), st.sampled_from(sorted(MESSAGES)), st.integers(1, 2**53 - 1))
@settings(max_examples=150, deadline=None)
def test_every_message_survives_the_wire(data, name, seq):
    message = data.draw(st.sampled_from(examples()[name]))
    assert decoded(encoded(message, seq=seq), sender=sender_of(name)) == (seq, message)


@pytest.mark.parametrize("text", ['{"type":"warp","seq":2}', '{"type":"warp","seq":2,"majors":[]}'])
def test_a_message_that_nobody_knows_yet_is_passed_over(text):
    assert decoded(text, sender="client") == (2, Unknown(type="warp"))


def test_a_field_that_nobody_knows_yet_is_passed_over_at_every_depth():
    text = (
        '{"type":"hello","seq":1,"majors":[1],"client":"x","mood":"good","resume":{"token":"t","last_seq":4,"why":0}}'
    )
    _, message = decoded(text, sender="client")
    assert message.resume.last_seq == 4


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "message: is not JSON"),
        ("[]", "message: is not a JSON object"),
        ("[" * 5000, "message: is not JSON"),
        ('{"type":"hello"}', "seq: must be a whole number"),
        ('{"type":"hello","seq":0}', "seq: must be a whole number"),
        ('{"type":"hello","seq":true}', "seq: must be a whole number"),
        ('{"type":"hello","seq":9007199254740992}', "seq: must be a whole number"),
        ('{"seq":1}', "type: must be the name"),
        ('{"type":3,"seq":1}', "type: must be the name"),
        ('{"type":"welcome","seq":1}', "welcome: is not for a client"),
        ('{"type":"hello","seq":1,"majors":["1"],"client":"x"}', "hello.majors.0: Input should be a valid integer"),
        ('{"type":"hello","seq":1,"majors":[1]}', "hello.client: Field required"),
        ('{"type":"play","seq":1,"scene_id":"../etc"}', "play.scene_id: String should match"),
        ('{"type":"clock_ping","seq":1,"client_sent_s":NaN}', "message: is not JSON"),
        ('{"type":"clock_ping","seq":1,"client_sent_s":1e999}', "clock_ping.client_sent_s: "),
        ('{"type":"credit","seq":1,"stream_id":1,"bytes":' + "9" * 5000 + "}", "message: is not JSON"),
        (
            '{"type":"listener_pose","seq":1,"scene_id":"a","position_m":[0,0,0],'
            '"orientation":[0,0,0,0],"client_time_s":0}',
            "listener_pose: orientation must have length 1",
        ),
        ("\ud800", "message: holds half of a surrogate pair"),
        (b"\xff\xfe", "message: is not JSON"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(text, complaint):
    with pytest.raises(WireError) as caught:
        decoded(text, sender="client")
    assert str(caught.value).startswith(complaint)
    assert caught.value.code == "bad_message"
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_an_error_names_the_message_that_it_is_about():
    with pytest.raises(WireError) as caught:
        decoded('{"type":"mute","seq":41}', sender="client")
    assert caught.value.reply_to == 41


def test_a_frame_over_the_limit_is_not_even_looked_at():
    with pytest.raises(WireError, match="more than 10") as caught:
        decoded(b"\xff" * 11, sender="client", max_bytes=10)
    assert caught.value.code == "too_big"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=60) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_the_answer_is_a_message_or_one_line(data):
    _is_heard_or_told(data)


@given(st.sampled_from(sorted(MESSAGES)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_message_with_any_field_spoilt_is_heard_or_told(name, data):
    fields = json.loads(encoded(data.draw(st.sampled_from(examples()[name])), seq=1))
    spoilt = data.draw(st.sampled_from(sorted(fields)))
    fields[spoilt] = data.draw(json_values)
    _is_heard_or_told(json.dumps(fields))


def _is_heard_or_told(data):
    error = None
    try:
        seq, _ = decoded(data, sender="client")
        assert seq >= 1
    except WireError as caught:
        error = caught
    assert error is None or (error.code == "bad_message" and str(error).isprintable())


def test_both_sides_may_say_what_is_for_both():
    pose = ListenerPose(scene_id="a", position_m=(0.0, 0.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=1.0)
    for sender in ("client", "server"):
        assert decoded(encoded(pose, seq=1), sender=sender) == (1, pose)
    with pytest.raises(WireError, match="is not for a server"):
        decoded(encoded(Play(scene_id="a"), seq=1), sender="server")


def test_defaults_may_be_left_out():
    assert decoded('{"type":"subscribe","seq":2,"scene_id":"a"}', sender="client") == (2, Subscribe(scene_id="a"))
    assert TypeAdapter(Hello).validate_json('{"majors":[1],"client":"test 1"}') == HELLO


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"type":"credit","seq":7.0,"stream_id":3,"bytes":5}', Credit(stream_id=3, bytes=5)),
        ('{"type":"credit","seq":7,"stream_id":3.0,"bytes":5e0}', Credit(stream_id=3, bytes=5)),
        ('{"type":"hello","seq":7,"majors":[1.0],"client":"1.0"}', Hello(majors=(1,), client="1.0")),
    ],
)
def test_a_whole_number_may_have_a_point(text, wanted):
    """As many languages write every number, and JSON Schema reads it."""
    assert decoded(text, sender="client") == (7, wanted)


@pytest.mark.parametrize("number", ["7.5", '"7"', "null", "1e300"])
def test_what_is_not_whole_is_no_whole_number(number):
    for text in (
        f'{{"type":"credit","seq":{number},"stream_id":3,"bytes":5}}',
        f'{{"type":"credit","seq":7,"stream_id":{number},"bytes":5}}',
    ):
        with pytest.raises(WireError):
            decoded(text, sender="client")
