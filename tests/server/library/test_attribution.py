from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image

from server.library import SceneFolder
from server.library.attribution import ATTRIBUTION, credit_of, write_attribution
from server.operations.make_scene import make_scene
from server.pipeline.picture.image import read_picture
from server.pipeline.settings import Settings
from server.synthetic.demo import demo_picture

SAMPLES = np.full(4800, 0.25, np.float32)
CREDIT = "“Hund — gebellt” by Zoë, https://freesound.org/s/1/, CC BY 4.0"


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    path = tmp_path_factory.mktemp("made")
    Image.fromarray(demo_picture()).save(path / "street.png")
    picture = read_picture(path / "street.png")
    settings = Settings(top=2, duration_s=1.0)
    *_, finished = make_scene(picture, SceneFolder(path / "scene"), preset="embedded", settings=settings)
    assert not (path / "scene" / ATTRIBUTION).exists()
    return finished.scene


def test_a_clip_carries_its_credit_and_is_the_same_sound(tmp_path):
    folder = SceneFolder(tmp_path)
    plain = folder.keep_clip("dog-1", "a" * 32, SAMPLES, loop=True)
    credited = folder.keep_clip("dog-1", "b" * 32, SAMPLES, loop=True, credit=CREDIT)
    assert credit_of(plain, tmp_path) == ""
    assert credit_of(credited, tmp_path) == CREDIT
    assert credit_of(folder.recalled_clip("dog-1", "b" * 32), tmp_path) == CREDIT
    for clip in (plain, credited):
        np.testing.assert_array_equal(soundfile.read(tmp_path / clip.path, dtype="float32")[0], SAMPLES)


def test_the_file_names_whom_there_is_to_name_and_goes_with_the_last_of_them(scene, tmp_path):
    folder = SceneFolder(tmp_path)
    plain = folder.keep_clip("cat-1", "a" * 32, SAMPLES, loop=True)
    credited = folder.keep_clip("dog-1", "b" * 32, SAMPLES, loop=True, credit=CREDIT)
    dog, cat = (replace(scene.sources[0], id=name, clip=clip) for name, clip in (("dog-1", credited), ("cat-1", plain)))
    write_attribution(replace(scene, sources=(dog, cat)), tmp_path)
    text = (tmp_path / ATTRIBUTION).read_text("utf-8")
    assert f"- dog-1: {CREDIT}\n" in text
    assert "cat-1" not in text
    write_attribution(replace(scene, sources=(cat,)), tmp_path)
    assert not (tmp_path / ATTRIBUTION).exists()
