from dataclasses import replace

from protocol.messages import ClipReady, Notice, SceneReady, SourceLocated, StageAdvanced, StageFinished, StageStarted
from protocol.scene import Clip
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
        SceneReady(scene=SCENE).key,
    ]
    assert len(set(keys)) == len(keys)
    assert Notice(text="x").key is None
