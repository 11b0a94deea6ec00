import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from binaural.loudness.meter import integrated_lufs
from server.audio.clip_file import read_clip
from server.export.formats import FORMATS
from server.export.options import ExportOptions
from server.export.signals import positioned_signals
from server.library import SceneFolder
from tests.server.export.places import RATE_HZ, noise, scene, source, street


def test_a_clip_is_its_bytes_and_its_samples(tmp_path):
    made = source(tmp_path, "dog-1", noise(1))
    clip = read_clip(made, tmp_path)
    assert clip.content == (tmp_path / made.clip.path).read_bytes()
    np.testing.assert_array_equal(clip.samples, noise(1))
    assert clip.loudness_lufs == pytest.approx(integrated_lufs(noise(1), RATE_HZ), abs=1e-4)


def test_silence_has_no_loudness(tmp_path):
    assert read_clip(source(tmp_path, "dog-1", np.zeros(RATE_HZ, np.float32)), tmp_path).loudness_lufs is None


def test_a_loudness_that_the_scene_says_is_not_measured_again(tmp_path):
    measured = source(tmp_path, "dog-1", noise(1))
    said = replace(measured, clip=replace(measured.clip, loudness_lufs=-30.0))
    assert read_clip(said, tmp_path).loudness_lufs == -30.0
    (signal,) = positioned_signals(scene(tmp_path, said), tmp_path)
    assert signal.loudness_lufs == -30.0


def test_a_scene_of_before_loudness_was_kept_is_still_read(tmp_path):
    street(tmp_path)
    content = json.loads((tmp_path / "scene.json").read_text())
    for said in content["sources"]:
        del said["clip"]["loudness_lufs"]
    (tmp_path / "scene.json").write_text(json.dumps(content))
    for signal in positioned_signals(SceneFolder(tmp_path).scene(), tmp_path):
        assert signal.loudness_lufs == pytest.approx(integrated_lufs(signal.samples, RATE_HZ), abs=1e-4)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_reads_every_clip_once(tmp_path, monkeypatch, kind):
    made = street(tmp_path)
    read = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.append(path.name), read_bytes(path))[1])
    FORMATS[kind].render(made, tmp_path, out=tmp_path / f"out{FORMATS[kind].suffix('wav')}", options=ExportOptions())
    clips = [name for name in read if name in {f"{one.id}.wav" for one in made.sources}]
    assert len(clips) == len(set(clips)) >= 3
