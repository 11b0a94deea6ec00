"""Whole runs by the command line, from a picture to a scene, on tiny checkpoints in the published layouts."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import soundfile
from PIL import Image

from server.cli import main
from server.synthetic.demo import demo_picture
from tests.server.models.tiny.model_dir import make_model_dir

BY_HAND = {
    "sources": [
        {"label": "fountain", "prompt": "a stone fountain", "azimuth_deg": 30, "elevation_deg": -5, "distance_m": 8},
        {"label": "dog", "azimuth_deg": -60, "elevation_deg": -10, "distance_m": "on the ground"},
    ]
}


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory):
    return make_model_dir(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("picture") / "street.png"
    Image.fromarray(demo_picture(width_px=1024)).save(path)
    return path


def generated(monkeypatch, *arguments):
    """Run the command line in this process; returns its exit status."""
    monkeypatch.setattr(sys, "argv", ["sonorama", "generate", *map(str, arguments)])
    try:
        main()
    except SystemExit as left:
        return left.code or 0
    return 0


def run(monkeypatch, picture, model_dir, out, *arguments):
    """A run of four views and clips of a second, with two sources by hand; returns its scene."""
    by_hand = out.with_name("by-hand.json")
    by_hand.write_text(json.dumps(BY_HAND))
    options = ["--out", out, "--views", 4, "--duration-s", 1, "--sources", by_hand, "--device", "cpu"]
    assert generated(monkeypatch, picture, *options, "--model-dir", model_dir, *arguments) == 0
    return json.loads((out / "scene.json").read_text())


def assert_sounds(scene, out):
    for source in scene["sources"]:
        samples, rate_hz = soundfile.read(out / source["clip"]["path"])
        assert rate_hz == 48_000
        assert len(samples) / rate_hz == pytest.approx(1.0, rel=0.05)
        assert np.isfinite(samples).all()
        assert np.abs(samples).max() > 0.01
    assert (out / "binaural.wav").exists()


def test_full_goes_from_a_picture_to_a_scene(monkeypatch, picture, model_dir, tmp_path, capsys):
    out = tmp_path / "scene"
    options = ["--preset", "full", "--model", "internvl-2b", "--top", 1, "--accept-licences", "--max-memory", "16GB"]
    scene = run(monkeypatch, picture, model_dir, out, *options)
    assert {source["label"] for source in scene["sources"]} >= {"fountain", "dog"}
    assert_sounds(scene, out)
    said = capsys.readouterr().err
    assert "for non-commercial research only" in said
    provenance = scene["sources"][0]["provenance"]
    assert "tangoflux@000000000000" in json.dumps(provenance)


def test_small_goes_from_a_picture_to_a_scene(monkeypatch, picture, model_dir, tmp_path):
    out = tmp_path / "scene"
    scene = run(monkeypatch, picture, model_dir, out, "--preset", "small")
    assert_sounds(scene, out)
    dog = next(source for source in scene["sources"] if source["label"] == "dog")
    assert dog["distance_m"] > 0


def test_other_models_take_the_place_of_a_presets_own(monkeypatch, picture, model_dir, tmp_path):
    out = tmp_path / "scene"
    options = ["--preset", "full", "--model", "depth-anything-v2-outdoor-small", "--model", "internvl-2b", "--top", 0]
    scene = run(monkeypatch, picture, model_dir, out, *options, "--candidates", "2", "--accept-licences")
    assert_sounds(scene, out)
    assert "depth-anything-v2@000000000000" in json.dumps(scene)


def test_terms_that_nobody_accepted_stop_a_run_before_it_begins(monkeypatch, picture, model_dir, tmp_path, capsys):
    other = tmp_path / "models"
    other.mkdir()
    for path in model_dir.iterdir():
        if path.is_dir():
            (other / path.name).symlink_to(path)
    options = ["--out", tmp_path / "scene", "--preset", "full", "--model", "internvl-2b", "--device", "cpu"]
    assert generated(monkeypatch, picture, *options, "--model-dir", other) == 1
    assert "--accept-licences" in capsys.readouterr().err
    assert not (tmp_path / "scene").exists()


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (["--preset", "large"], "--preset"),
        (["--preset", "full", "--model", "no-such"], "no-such"),
        (["--preset", "full", "--max-memory", "much"], "--max-memory"),
        (["--preset", "full", "--device", "tpu"], "--device"),
        (["--preset", "full", "--model", "flan-t5-large"], "flan-t5-large runs only beside another"),
        (["--preset", "embedded", "--model", "no-such"], "--model: isn't for --preset embedded"),
        (["--max-memory", "banana"], "--max-memory: isn't for --preset embedded"),
    ],
)
def test_a_wish_that_makes_no_sense_is_one_line(monkeypatch, picture, tmp_path, capsys, options, where):
    assert generated(monkeypatch, picture, "--out", tmp_path / "scene", *options) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert where in said
