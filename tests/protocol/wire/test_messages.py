from typing import get_args

import pytest

from protocol.wire import MESSAGES, AnyMessage, ClientMessage, SceneMessage, ServerMessage
from protocol.wire.control import Bye, CloseCode
from tests.protocol.vectors import examples


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_says_who_sends_it_and_is_frozen(name):
    kind = MESSAGES[name]
    assert kind.sender in ("client", "server", "both")
    message = examples()[name][0]
    with pytest.raises(AttributeError):
        message.type = "other"
    assert isinstance(message, AnyMessage)


def test_what_concerns_a_scene_can_be_dropped_with_it():
    for message in (message for messages in examples().values() for message in messages):
        if MESSAGES[message.type].sender == "server" and message.key is not None and hasattr(message, "scene_id"):
            assert message.key.startswith(f"scene/{message.scene_id}/")


def test_a_command_survives_its_connection():
    assert all(kind.survives for kind in MESSAGES.values() if kind.is_command)


def test_close_codes_are_registered_or_private():
    assert all(code in (1000, 1001, 1009) or 4000 <= code <= 4999 for code in CloseCode)
    assert Bye().key == Bye(reason="x").key


def test_the_unions_of_each_side_are_those_who_may_send_a_message():
    for union, sender in ((ClientMessage, "client"), (ServerMessage, "server")):
        assert set(get_args(union)) == {kind for kind in MESSAGES.values() if kind.sender in (sender, "both")}
    assert all(kind.sender != "client" for kind in get_args(SceneMessage))
