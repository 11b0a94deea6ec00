from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.session.scene_state import SceneState
from protocol.session.sending.keyed_queue import MAX_UNKEYED
from protocol.session.sending.outbox import MAX_AUDIO_BLOCKS, Outbox
from protocol.wire import ListenerLeft, Notice, SceneProgress, SourceAdded, SourceMoved
from protocol.wire.codec import Prepared
from tests.protocol.worlds import NAMES, SCENE, added, change, changes, moved, removed, snapshot, source, updated


def boxed(*messages):
    box = Outbox()
    for message in messages:
        box.put(Prepared(message))
    return box


def drained(box):
    sent = []
    while (prepared := box.pop()) is not None:
        sent.append(prepared.message)
    return sent


def test_of_two_waiting_words_on_the_same_thing_only_the_newer_is_sent():
    old = SceneProgress(scene_id=SCENE, stage="voice", state="running", done=1, steps=4)
    new = SceneProgress(scene_id=SCENE, stage="voice", state="running", done=2, steps=4)
    assert drained(boxed(old, new)) == [new]


def test_an_update_never_comes_before_its_addition():
    messages = [added("bell", 0), updated("bell", 10), moved(("bell", 20))]
    assert drained(boxed(*messages)) == messages


def test_a_removal_culls_what_was_to_be_told_of_its_source_and_of_no_other():
    box = boxed(updated("bell"), updated("tram", 5), removed("bell"))
    assert drained(box) == [updated("tram", 5), removed("bell")]


def test_moves_of_a_removed_source_go_and_the_others_stay():
    box = boxed(moved(("bell", 20), ("tram", 30)), removed("bell"))
    assert drained(box) == [moved(("tram", 30)), removed("bell")]


def test_a_source_that_came_and_went_unsent_leaves_no_trace():
    assert drained(boxed(added("bell"), updated("bell", 4), removed("bell"))) == []


def test_a_source_that_the_client_knows_is_removed_however_often_it_came_back():
    box = boxed(removed("bell"), added("bell", 9), removed("bell"))
    assert drained(box) == [removed("bell")]


def test_moves_of_a_scene_wait_as_one_message_with_the_newest_of_each_source():
    box = boxed(moved(("bell", 1), ("tram", 2)), moved(("bell", 3), at_s=1.0))
    (message,) = drained(box)
    assert message.at_s == 1.0
    assert {move.source_id: move.azimuth_deg for move in message.moves} == {"bell": 3.0, "tram": 2.0}


def test_an_old_move_never_undoes_a_newer_update():
    box = boxed(moved(("bell", 1)), updated("bell", 2), moved(("tram", 3)))
    state = SceneState(snapshot(source("bell"), source("tram")))
    for message in drained(box):
        state.apply(message)
    assert state.sources["bell"].azimuth_deg == 2.0
    assert state.sources["tram"].azimuth_deg == 3.0


def test_a_snapshot_makes_everything_before_it_pointless():
    box = boxed(added("bell"), moved(("tram", 1)), Notice(text="heard"), snapshot(source("tram")))
    assert drained(box) == [Notice(text="heard"), snapshot(source("tram"))]


def test_a_snapshot_makes_progress_and_listeners_pointless_that_are_told_anew_after_it():
    progress = SceneProgress(scene_id=SCENE, stage="voice", state="running", done=1, steps=4)
    left = ListenerLeft(scene_id=SCENE, listener_id="l-1")
    assert drained(boxed(progress, left, snapshot(), progress)) == [snapshot(), progress]


def test_a_message_that_waits_for_many_clients_is_turned_into_text_once():
    prepared = Prepared(moved(("bell", 1)))
    first, second = Outbox(), Outbox()
    first.put(prepared)
    second.put(prepared)
    assert first.pop() is prepared
    assert second.pop() is prepared


def test_words_that_nothing_replaces_wait_in_a_bounded_number_and_the_dropped_are_counted():
    box = boxed(*(Notice(text=str(number)) for number in range(MAX_UNKEYED + 3)), added("bell"))
    sent = drained(box)
    assert [message.text for message in sent[:-1]] == [str(number) for number in range(3, MAX_UNKEYED + 3)]
    assert box.dropped == 3
    assert not drained(boxed())


def test_audio_that_is_too_late_or_too_much_is_dropped_and_counted():
    box = Outbox()
    box.put_audio(b"late", deadline_s=1.0)
    box.put_audio(b"in time", deadline_s=3.0)
    assert box.pop_audio(2.0) == b"in time"
    assert box.pop_audio(2.0) is None
    assert box.dropped_blocks == 1
    for _ in range(MAX_AUDIO_BLOCKS + 5):
        box.put_audio(b"", deadline_s=9.0)
    assert len(box) == MAX_AUDIO_BLOCKS
    assert box.dropped_blocks == 6


def test_what_is_not_wanted_any_more_is_forgotten():
    box = boxed(Notice(text="a"), added("bell"), Notice(text="b"))
    box.put_audio(b"", deadline_s=9.0)
    box.keep_only(lambda prepared: not isinstance(prepared.message, SourceAdded))
    assert len(box) == 2
    for number in range(MAX_UNKEYED - 1):
        box.put(Prepared(Notice(text=str(number))))
    assert [prepared.message.text for prepared in box][:2] == ["b", "0"]
    box.drop("scene/")
    assert len(box) == MAX_UNKEYED


@given(st.lists(changes | st.integers(0, 3), max_size=60))
@settings(max_examples=300, deadline=None)
def test_however_slowly_a_client_reads_it_ends_up_with_the_truth(story):
    """Integers are reads of so many messages; between them the scene changes."""
    truth, image, box = SceneState(snapshot()), SceneState(snapshot()), Outbox()
    for step in story:
        if isinstance(step, int):
            for _ in range(step):
                if (prepared := box.pop()) is not None:
                    _received(image, prepared.message)
            continue
        message = change(truth, step)
        if message is not None:
            truth.apply(message)
            box.put(Prepared(message))
        assert len(box) <= 4 * len(NAMES) + 3
    for message in drained(box):
        _received(image, message)
    assert dict(image.sources) == dict(truth.sources)
    assert image.complete == truth.complete


def _received(image, message):
    """As a strict client would: nothing is said of a source that it doesn't know, and nothing is added twice."""
    if message.type == "source_added":
        assert message.source.id not in image.sources
    if message.type == "source_updated":
        assert message.source.id in image.sources
    if isinstance(message, SourceMoved):
        assert all(move.source_id in image.sources for move in message.moves)
    image.apply(message)


def test_a_day_of_changes_costs_a_stalled_client_no_more_than_the_sources_there_are():
    box = boxed(snapshot(*(source(f"s{number}") for number in range(32))))
    for turn in range(500):
        box.put(Prepared(moved(*((f"s{number}", turn % 90) for number in range(32)))))
        box.put(Prepared(added(f"new-{turn}")))
        box.put(Prepared(removed(f"new-{turn}")))
    assert len(box) == 2
