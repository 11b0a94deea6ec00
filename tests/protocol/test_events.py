from dataclasses import replace

from protocol.events import (
    ClipReady,
    Notice,
    SceneFinished,
    SceneRemoved,
    SourceChanged,
    SourceLocated,
    SourceRemoved,
    StageAdvanced,
    StageFinished,
    StageStarted,
)
from protocol.scene import Clip
from protocol.session.sending.keyed_queue import KeyedQueue
from protocol.wire import MESSAGES
from tests.protocol.test_scene import FOUNTAIN, SCENE, SHA

CLIP = Clip(path="clips/a.wav", sha256=SHA, sample_rate_hz=48_000, duration_s=1.0, loop=True)


def test_newer_word_on_the_same_thing_replaces_the_older():
    stage = {
        StageStarted(stage="voice", steps=4).key,
        StageAdvanced(stage="voice", done=1, steps=4).key,
        StageFinished(stage="voice", reused=False).key,
    }
    assert len(stage) == 1
    moved = replace(FOUNTAIN, azimuth_deg=31.0)
    assert SourceLocated(source=moved).key == SourceLocated(source=FOUNTAIN).key


def test_words_on_different_things_never_replace_each_other():
    keys = [
        StageStarted(stage="propose", steps=1).key,
        StageStarted(stage="voice", steps=1).key,
        SourceLocated(source=FOUNTAIN).key,
        SourceLocated(source=replace(FOUNTAIN, id="fountain-2")).key,
        ClipReady(source_id=FOUNTAIN.id, clip=CLIP, reused=False).key,
        SceneFinished(scene=SCENE).key,
    ]
    assert len(set(keys)) == len(keys)
    assert Notice(text="x").key is None


def test_a_change_replaces_what_the_journey_said_and_a_removal_ends_it():
    located = SourceLocated(source=FOUNTAIN, scene_id="square")
    clip = ClipReady(source_id=FOUNTAIN.id, clip=CLIP, reused=False, scene_id="square")
    changed = SourceChanged(source=FOUNTAIN, scene_id="square")
    removed = SourceRemoved(source_id=FOUNTAIN.id, scene_id="square")
    assert list(KeyedQueue([located, clip, changed])) == [clip, changed]
    assert list(KeyedQueue([located, clip, removed])) == [removed]
    assert SceneRemoved(scene_id="square").key == SceneFinished(scene=SCENE, scene_id="square").key


def test_a_notice_of_any_length_is_a_message_of_the_wire():
    assert MESSAGES["notice"] is Notice
    assert MESSAGES["source_removed"] is SourceRemoved
    assert Notice(text="x" * 513).text == "x" * 512
