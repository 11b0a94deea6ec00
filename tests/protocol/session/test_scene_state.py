from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.session.scene_state import SceneState
from protocol.wire import ListenerLeft, ListenerPose, Notice, SceneProgress, SceneReady, SceneRemoved
from tests.protocol.worlds import SCENE, added, change, changes, moved, removed, snapshot, source, updated


@given(st.lists(changes, max_size=20), st.lists(changes, max_size=20))
@settings(max_examples=100, deadline=None)
def test_whoever_joins_late_knows_as_much_as_whoever_was_there(before, after):
    truth = SceneState(snapshot())
    for wanted in before:
        if (message := change(truth, wanted)) is not None:
            truth.apply(message)
    late = SceneState(truth.snapshot(at_s=1.0))
    for wanted in after:
        if (message := change(truth, wanted)) is not None:
            truth.apply(message)
            late.apply(message)
    assert late.snapshot(at_s=2.0) == truth.snapshot(at_s=2.0)


def test_a_move_changes_the_place_and_nothing_else():
    state = SceneState(snapshot(source("bell", 0, level_db=71)))
    state.apply(moved(("bell", 30), ("nobody", 1)))
    assert dict(state.sources) == {"bell": source("bell", 30, level_db=71)}


def test_words_about_another_scene_change_nothing():
    state = SceneState(snapshot(source("bell")))
    before = state.snapshot(at_s=0.0)
    for message in (snapshot(source("tram")), added("tram"), updated("bell", 9), moved(("bell", 9)), removed("bell")):
        state.apply(replace(message, scene_id="elsewhere"))
    state.apply(SceneReady(scene_id="elsewhere"))
    state.apply(Notice(text="x", scene_id=SCENE))
    assert state.snapshot(at_s=0.0) == before


def test_of_a_scene_that_is_gone_nothing_is_left():
    state = SceneState(snapshot(source("bell")))
    state.apply(SceneProgress(scene_id=SCENE, stage="voice", state="running", done=1, steps=2))
    state.apply(SceneRemoved(scene_id=SCENE))
    assert state.initial_state(at_s=3.0) == (snapshot(at_s=3.0),)


def test_the_making_is_followed_to_its_end():
    state = SceneState(snapshot())
    progress = SceneProgress(scene_id=SCENE, stage="voice", state="running", done=1, steps=2)
    state.apply(progress)
    assert state.progress == {"voice": progress}
    assert not state.complete
    assert state.initial_state(at_s=3.0) == (snapshot(at_s=3.0), progress)
    state.apply(SceneReady(scene_id=SCENE))
    assert state.complete
    assert state.initial_state(at_s=3.0) == (state.snapshot(at_s=3.0),)


def test_listeners_who_share_their_pose_are_introduced_until_they_leave():
    state = SceneState(snapshot())
    pose = ListenerPose(
        scene_id=SCENE,
        position_m=(0.0, 0.0, 0.0),
        orientation=(0.0, 0.0, 0.0, 1.0),
        client_time_s=0.0,
        listener_id="l-1",
    )
    for heard in (replace(pose, position_m=(1.0, 0.0, 0.0)), pose, replace(pose, listener_id=None)):
        state.apply(heard)
    assert state.listeners == {"l-1": pose}
    assert state.initial_state(at_s=0.0) == (snapshot(), pose)
    other = SceneState(snapshot())
    for message in (replace(pose, listener_id="gone"), *state.initial_state(at_s=0.0)):
        other.apply(message)
    assert other.listeners == state.listeners
    state.apply(ListenerLeft(scene_id=SCENE, listener_id="l-1"))
    state.apply(ListenerLeft(scene_id=SCENE, listener_id="l-2"))
    assert state.initial_state(at_s=0.0) == (snapshot(),)
