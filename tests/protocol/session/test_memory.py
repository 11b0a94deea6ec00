import json
from itertools import count

import pytest

from protocol.session.memory import MAX_KEPT_SESSIONS, MAX_LOG_BYTES, MAX_LOG_MESSAGES, SessionMemory, Sessions
from protocol.wire import Ack, Notice, SceneRemoved, Subscribe
from protocol.wire.codec import Prepared
from tests.protocol.worlds import SCENE, moved, snapshot, source


def sent(memory, *messages):
    return [json.loads(memory.numbered(Prepared(message)))["seq"] for message in messages]


def texts(memory):
    return [prepared.message.text for prepared in memory.outbox]


def test_what_the_client_has_not_got_waits_again_before_what_waits_already():
    memory = SessionMemory("token")
    assert sent(memory, Notice(text="a"), Notice(text="b"), Ack(received_seq=1), Notice(text="c")) == [1, 2, 3, 4]
    memory.publish(Notice(text="d"))
    assert memory.rewind(1)
    assert texts(memory) == ["b", "c", "d"]


def test_a_scene_that_the_client_left_or_whose_snapshot_is_still_awaited_is_not_told_again():
    memory = SessionMemory("token")
    memory.subscribe(Subscribe(scene_id=SCENE), 1)
    memory.publish(snapshot())
    assert sent(memory, snapshot(), moved(("bell", 1)), Notice(text="stays", scene_id=SCENE)) == [1, 2, 3]
    memory.subscribe(Subscribe(scene_id=SCENE), 2)
    assert memory.rewind(0)
    assert [prepared.message.type for prepared in memory.outbox] == ["notice", "scene_snapshot"]
    sent(memory, moved(("bell", 1)))
    assert memory.unsubscribe(SCENE)
    assert not memory.unsubscribe(SCENE)
    assert memory.rewind(3)
    assert [prepared.message.type for prepared in memory.outbox] == ["notice"]


@pytest.mark.parametrize("missed", [1, MAX_LOG_MESSAGES + 1])
@pytest.mark.parametrize("was_sent", [True, False])
def test_that_a_scene_is_gone_reaches_the_client_however_much_it_missed(missed, was_sent):
    memory = SessionMemory("token")
    memory.subscribe(Subscribe(scene_id=SCENE), 1)
    memory.publish(snapshot())
    memory.publish(SceneRemoved(scene_id=SCENE))
    assert memory.subscriptions == {}
    assert [prepared.message.type for prepared in memory.outbox] == ["scene_removed"]
    if was_sent:
        memory.numbered(memory.outbox.pop())
    sent(memory, *[Notice(text="a")] * missed)
    memory.rewind(0)
    assert [prepared.message.type for prepared in memory.outbox].count("scene_removed") == 1
    assert not memory.awaited


@pytest.mark.parametrize("missed", [0, MAX_LOG_MESSAGES + 1])
def test_a_removal_that_the_client_has_or_has_answered_with_another_subscription_is_not_told_again(missed):
    known, renewed = SessionMemory("known"), SessionMemory("renewed")
    for memory in (known, renewed):
        memory.subscribe(Subscribe(scene_id=SCENE), 1)
        sent(memory, Notice(text="first"), SceneRemoved(scene_id=SCENE))
        memory.publish(SceneRemoved(scene_id=SCENE))
        memory.outbox.pop()
    known.acknowledge(2)
    renewed.subscribe(Subscribe(scene_id=SCENE), 2)
    for memory in (known, renewed):
        sent(memory, *[Notice(text="a")] * missed)
        memory.rewind(2 if memory is known else 1)
        assert "scene_removed" not in [prepared.message.type for prepared in memory.outbox]
    assert list(renewed.awaited) == [SCENE]


def test_what_is_acknowledged_is_forgotten_and_so_can_not_be_missed():
    memory = SessionMemory("token")
    sent(memory, Notice(text="a"), Notice(text="b"))
    memory.acknowledge(1)
    assert memory.rewind(1)
    assert texts(memory) == ["b"]


def test_a_client_that_never_acknowledges_costs_a_bounded_number_of_messages():
    memory = SessionMemory("token")
    sent(memory, *[Notice(text="a")] * (MAX_LOG_MESSAGES + 1))
    assert not memory.rewind(0)
    sent(memory, *[Notice(text="a")] * MAX_LOG_MESSAGES)
    assert memory.rewind(MAX_LOG_MESSAGES + 1)


def test_a_client_that_never_acknowledges_costs_a_bounded_number_of_bytes():
    large = snapshot(*(source(f"s{number}") for number in range(100)))
    most = MAX_LOG_BYTES // Prepared(large).size_bytes
    assert most < MAX_LOG_MESSAGES
    memory = SessionMemory("token")
    sent(memory, *[large] * most)
    assert memory.rewind(0)
    sent(memory, *[large] * (most + 1))
    assert not memory.rewind(most)
    for _ in range(3 * most):
        memory.acknowledge(*sent(memory, large))
    assert memory.rewind(memory.sent_seq - 1)


def test_a_prepared_message_knows_about_how_long_it_is():
    message = Notice(text="größer")
    assert 0 <= Prepared(message).size_bytes - len(Prepared(message).text(12345)) < 40


def sessions(resume_s=60.0):
    numbers = count()
    return Sessions(resume_s=resume_s, new_token=lambda: f"token-{next(numbers)}")


def test_tokens_are_long_and_never_the_same():
    real = Sessions(resume_s=60.0)
    tokens = {real.begun().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 32


def test_a_session_waits_for_its_client_for_so_long_and_no_longer():
    store = sessions()
    memory = store.begun()
    store.detach(memory, 100.0)
    assert store.resumable(memory.token, 160.0) is memory
    assert store.waiting(160.0) == [memory]
    assert store.expire(160.1) == [memory]
    assert store.resumable(memory.token, 160.1) is None
    assert store.resumable("anything", 0.0) is None


def test_of_too_many_waiting_sessions_the_oldest_goes():
    store = sessions()
    memories = [store.begun() for _ in range(MAX_KEPT_SESSIONS + 1)]
    for memory in memories:
        store.detach(memory, 0.0)
    assert store.waiting(0.0) == memories[1:]


def test_a_connection_lets_go_when_its_session_is_resumed():
    store = sessions()
    memory = store.begun()
    store.attach(memory, take_over=lambda now_s: store.detach(memory, now_s))
    assert store.resumable(memory.token, 500.0) is memory
    store.resume(memory)
    assert store.waiting(500.0) == []
