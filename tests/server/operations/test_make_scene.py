"""What is announced while a scene is made can be had at that moment."""

import hashlib
import json

import pytest
from PIL import Image

from protocol.errors import InputError
from protocol.events import ClipReady, SceneFinished, SourceLocated, StageFinished
from server.library import SceneFolder
from server.operations.make_scene import make_scene
from server.operations.voice_source import voice_source
from server.pipeline.picture.image import read_picture
from server.pipeline.settings import Settings

SETTINGS = Settings(duration_s=1.0, top=2)


@pytest.fixture(scope="module")
def picture(street, tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "street.png"
    path.write_bytes(street)
    return read_picture(path)


@pytest.mark.parametrize("with_mix", [False, True])
def test_every_event_comes_after_what_it_says_is_on_the_disk(picture, tmp_path, with_mix):
    folder = SceneFolder(tmp_path / "scene")
    seen = []
    for event in make_scene(picture, folder, preset="embedded", settings=SETTINGS, with_mix=with_mix):
        seen.append(type(event))
        scene_is_there = (folder.path / "scene.json").exists()
        if isinstance(event, StageFinished) and event.stage in ("propose", "distance"):
            assert (folder.path / "work" / f"{event.stage}.npz").exists()
        if isinstance(event, ClipReady):
            content = (folder.path / event.clip.path).read_bytes()
            assert hashlib.sha256(content).hexdigest() == event.clip.sha256
        if not isinstance(event, SceneFinished):
            assert not scene_is_there
            continue
        assert folder.scene() == event.scene
        for name in ("picture.jpg", "annotated.jpg", "radar.png", "depth.png"):
            with Image.open(folder.path / name) as image:
                image.load()
        assert (folder.path / "binaural.wav").exists() == with_mix
    assert folder.preset() == "embedded"
    assert seen[-1] is SceneFinished
    assert seen.count(SceneFinished) == 1
    assert {SourceLocated, ClipReady} < set(seen)


def test_a_folder_of_something_else_is_left_alone(picture, tmp_path):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        list(make_scene(picture, SceneFolder(tmp_path), preset="embedded", settings=SETTINGS))
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]


def test_a_clip_for_one_source_is_there_when_it_is_announced_and_the_scene_stays(picture, tmp_path):
    folder = SceneFolder(tmp_path / "scene")
    list(make_scene(picture, folder, preset="embedded", settings=SETTINGS))
    before = (folder.path / "scene.json").read_bytes()
    source = folder.scene().sources[0]
    (clip,) = [
        event.clip
        for event in voice_source(folder, source.id, preset="embedded", prompt="a dog", duration_s=2.0, seed=3)
        if isinstance(event, ClipReady) and (folder.path / event.clip.path).exists()
    ]
    assert clip.duration_s == 2.0
    assert (folder.path / "scene.json").read_bytes() == before
    assert json.loads(before)["sources"][0]["clip"]["sha256"] != clip.sha256
