"""``sonorama render`` of a scene that ``sonorama generate`` made."""

import json

import numpy as np
import pytest
import soundfile


@pytest.mark.parametrize("kind", ["binaural", "stereo"])
def test_render_writes_the_format_that_was_asked_for(made, run_here, tmp_path, kind):
    out = tmp_path / f"{kind}.wav"
    done = run_here("render", made[0], "--format", kind, "--out", out)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(out).channels == 2


def test_render_turns_the_head_and_goes_its_way(made, run_here, tmp_path):
    path = tmp_path / "path.json"
    path.write_text('{"poses": [{"time_s": 0}, {"time_s": 1, "yaw_deg": 90, "position_m": [1, 0, 0]}]}')
    mixes = []
    for name, options in (("still", []), ("turn", ["--turn-deg-per-s", 90]), ("path", ["--path", path])):
        out = tmp_path / f"{name}.wav"
        done = run_here("render", made[0], "--out", out, "--duration-s", 1, *options)
        assert done.returncode == 0, done.stderr
        samples, rate_hz = soundfile.read(out)
        assert samples.shape == (48_000, 2)
        assert rate_hz == 48_000
        mixes.append(samples)
    still, turn, along = mixes
    assert not np.allclose(still, turn, atol=1e-3)
    assert not np.allclose(turn, along, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--hrtf", "none.sofa"], "none.sofa"),
        (["--path", "none.json"], "none.json"),
        (["--format", "stereo", "--turn-deg-per-s", 10], "loudspeakers"),
        (["--format", "adm", "--hrtf", "none.sofa"], "isn't for --format adm"),
        (["--format", "ambisonic", "--turn-deg-per-s", 10], "isn't for --format ambisonic"),
        (["--format", "gltf"], "name the file with .glb"),
        (["--format", "unity", "--yaw-deg", 10], "isn't for --format unity"),
        (["--format", "gltf", "--duration-s", 10], "isn't for --format gltf"),
    ],
)
def test_render_says_in_one_line_what_it_cannot_do(made, run_here, tmp_path, options, says):
    out = tmp_path / "mix.wav"
    done = run_here("render", made[0], "--out", out, *options)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr
    assert not out.exists()


def test_render_gives_each_source_alone(made, run_here, tmp_path):
    assert run_here("render", made[0], "--format", "sources", "--out", tmp_path / "stems").returncode == 0
    scene = json.loads((made[0] / "scene.json").read_text())
    assert {path.stem for path in (tmp_path / "stems").glob("*.wav")} == {source["id"] for source in scene["sources"]}
