import pytest

from protocol.events import StageAdvanced, StageFinished, StageStarted
from protocol.wire.subscription import SceneProgress, Subscribe, Unsubscribe, scene_progress


@pytest.mark.parametrize(
    ("event", "state", "done", "steps"),
    [
        (StageStarted(stage="voice", steps=4), "running", 0, 4),
        (StageAdvanced(stage="voice", done=3, steps=4), "running", 3, 4),
        (StageFinished(stage="voice", reused=True), "finished", 0, 0),
    ],
)
def test_a_stage_of_the_pipeline_becomes_progress_of_its_scene(event, state, done, steps):
    progress = scene_progress(event, scene_id="square")
    assert progress == SceneProgress(scene_id="square", stage="voice", state=state, done=done, steps=steps)
    assert progress.key == "scene/square/progress/voice"


def test_of_messages_about_one_subscription_the_newest_counts():
    assert Subscribe(scene_id="a").key == Unsubscribe(scene_id="a").key != Subscribe(scene_id="b").key
