import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image as PillowImage

from binaural.loudness.meter import integrated_lufs
from protocol.errors import InputError, SceneError
from server.library import SceneFolder
from server.pipeline.stages import Box, Impression, Proposal
from server.pipeline.views import Picture, View
from tests.protocol.test_scene import FOUNTAIN, SCENE

SAMPLES = np.sin(np.arange(4800) / 10).astype(np.float32) / 2


@pytest.fixture
def folder(tmp_path):
    folder = SceneFolder(tmp_path / "scene")
    folder.prepare()
    return folder


def test_a_scene_comes_back_as_it_was_saved(folder):
    folder.save(SCENE)
    assert folder.scene() == SCENE


def test_a_scene_that_an_editor_saved_with_a_byte_order_mark_is_read(folder):
    folder.save(SCENE)
    path = folder.path / "scene.json"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert folder.scene() == SCENE


def test_a_clip_is_found_again_by_its_key_and_only_by_it(folder):
    made = folder.keep_clip("dog-1", "k" * 32, SAMPLES, loop=True)
    assert folder.recalled_clip("dog-1", "k" * 32) == made
    assert made.loudness_lufs == pytest.approx(integrated_lufs(SAMPLES, 48_000), abs=0.01)
    assert folder.recalled_clip("dog-1", "x" * 32) is None
    assert made.loop
    assert made.duration_s == pytest.approx(0.1)
    assert made.sha256 == hashlib.sha256((folder.path / made.path).read_bytes()).hexdigest()


def test_a_clip_on_disk_is_the_clip_that_was_kept_to_24_bits(folder):
    made = folder.keep_clip("dog-1", "k" * 32, SAMPLES, loop=False)
    samples, rate = soundfile.read(folder.path / made.path)
    assert rate == 48_000
    np.testing.assert_allclose(samples, SAMPLES, atol=2**-23)


def test_a_damaged_clip_is_made_again(folder):
    made = folder.keep_clip("dog-1", "k" * 32, SAMPLES, loop=True)
    (folder.path / made.path).write_bytes(b"RIFF")
    assert folder.recalled_clip("dog-1", "k" * 32) is None


def test_saving_forgets_clips_that_nothing_plays_but_leaves_a_persons_own_files(folder):
    kept = folder.keep_clip("dog-1", "a" * 32, SAMPLES, loop=True)
    stale = folder.keep_clip("dog-1", "b" * 32, SAMPLES, loop=True)
    own = folder.path / "clips" / "my-recording.wav"
    own.write_bytes(b"mine")
    folder.save(replace(SCENE, sources=(replace(FOUNTAIN, clip=kept),)))
    assert (folder.path / kept.path).exists()
    assert not (folder.path / stale.path).exists()
    assert own.exists()


def test_the_picture_is_kept_upright_and_readable(folder):
    pixels = np.full((32, 64, 3), (200, 30, 90), np.uint8)
    view = View(name="picture", projection="equirectangular", width_px=64, height_px=32)
    image = folder.keep_picture(Picture(pixels=pixels, view=view))
    with PillowImage.open(folder.path / image.path) as kept:
        assert kept.size == (64, 32)
        np.testing.assert_allclose(np.asarray(kept)[16, 32], (200, 30, 90), atol=6)
    assert (image.projection, image.hfov_deg) == ("equirectangular", 360.0)


def test_the_proposals_of_the_newest_run_are_there_with_their_masks(folder):
    assert folder.proposals() == []
    mask = np.eye(8, dtype=bool)
    view = View(name="picture", projection="equirectangular", width_px=64, height_px=32)
    box = Box(view=view, left_px=0.0, top_px=0.0, right_px=64.0, bottom_px=32.0)
    named = Proposal(
        label="water",
        prompt="lapping water",
        kind="area",
        level_db_spl_1m=60.0,
        evidence="seen",
        confidence=0.8,
        box=box,
        mask=mask,
    )
    boxed = replace(named, label="dog", mask=None)
    folder.keep("propose", "k", list[Impression], [Impression(proposals=(named,))])
    folder.keep("ground", "k", list[tuple[Proposal, ...]], [(boxed,), ()])
    water, dog = folder.proposals()
    assert (water.label, water.box, dog) == ("water", box, boxed)
    np.testing.assert_array_equal(water.mask, mask)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "holiday.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        SceneFolder(tmp_path).prepare()
    assert not (tmp_path / "work").exists()


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "scene").write_text("mine")
    with pytest.raises(InputError, match="not a folder"):
        SceneFolder(tmp_path / "scene").prepare()


def test_a_folder_without_a_scene_says_how_to_make_one(folder):
    with pytest.raises(SceneError, match="sonorama generate"):
        folder.scene()


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", 2), ("format", "other"), ("sources", [{}]), ("listener", {"camera_height_m": -1})],
)
def test_a_scene_that_this_version_does_not_understand_says_which_field(folder, field, value):
    folder.save(SCENE)
    content = json.loads((folder.path / "scene.json").read_text())
    content[field] = value
    (folder.path / "scene.json").write_text(json.dumps(content))
    with pytest.raises(SceneError, match=field):
        folder.scene()


def test_a_scene_cut_short_is_told(folder):
    folder.save(SCENE)
    path = folder.path / "scene.json"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SceneError, match=r"scene\.json"):
        folder.scene()
