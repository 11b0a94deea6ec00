"""The command line as a person meets it: real processes, real files."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from server.synthetic.demo import demo_picture
from tests.timing import PATIENCE_S

SONORAMA = str(Path(sys.executable).with_name("sonorama"))


def sonorama(*arguments, cwd=None):
    return subprocess.run(
        [SONORAMA, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=5 * PATIENCE_S
    )


@pytest.fixture(scope="session")
def street(tmp_path_factory):
    path = tmp_path_factory.mktemp("street") / "street.png"
    Image.fromarray(demo_picture(width_px=1024)).save(path)
    return path


@pytest.fixture(scope="session")
def made(street, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "scene"
    done = sonorama("generate", street, "--out", out, "--top", 3, "--duration-s", 2)
    assert done.returncode == 0, done.stderr
    return out, done


def loaded_modules(statement):
    code = f"{statement}; import sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_help_is_quick_because_it_loads_nothing_heavy():
    heavy = {
        "numpy",
        "scipy",
        "cv2",
        "PIL",
        "pydantic",
        "soundfile",
        "torch",
        "transformers",
        "diffusers",
        "fastapi",
        "uvicorn",
    }
    assert not heavy & loaded_modules("import server.cli")


def test_the_flow_needs_no_model_library():
    assert not {"torch", "transformers", "diffusers"} & loaded_modules("import server.pipeline.flow")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["generate", "--help"],
        ["render", "--help"],
        ["serve", "--help"],
        ["inspect", "--help"],
        ["demo", "--help"],
        ["fetch-streetview", "--help"],
    ],
)
def test_help_pages_open(arguments):
    page = sonorama(*arguments)
    assert page.returncode == 0
    assert "Usage" in page.stdout


def test_a_scene_has_everything_that_a_person_would_open(made):
    out, done = made
    scene = json.loads((out / "scene.json").read_text())
    assert scene["format"] == "sonorama.scene"
    assert 1 <= len(scene["sources"]) <= 3
    for source in scene["sources"]:
        clip = soundfile.info(out / source["clip"]["path"])
        assert (clip.samplerate, clip.channels) == (48_000, 1)
        assert source["id"] in done.stdout
    for name in ("picture.jpg", "annotated.jpg", "radar.png", "depth.png"):
        with Image.open(out / name) as picture:
            picture.load()
    both_ears, _ = soundfile.read(out / "binaural.wav")
    assert both_ears.shape == (96_000, 2)
    assert 0.01 < np.abs(both_ears).max() < 1.0
    assert str(out / "binaural.wav") in done.stdout


def test_running_again_makes_nothing_again_and_changes_no_byte(made, street):
    out, _ = made
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    stamps = {path: path.stat().st_mtime_ns for path in (out / "clips").iterdir()}
    again = sonorama("generate", street, "--out", out, "--top", 3, "--duration-s", 2)
    assert again.returncode == 0
    assert "making sounds: kept" in again.stderr
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert {path: path.stat().st_mtime_ns for path in (out / "clips").iterdir()} == stamps


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_run_leaves_nothing_half_written_and_goes_on(street, tmp_path, signal_number):
    out = tmp_path / "scene"
    arguments = [SONORAMA, "generate", str(street), "--out", str(out), "--duration-s", "20"]
    running = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        while not list(out.glob("clips/[!.]*.wav")) and running.poll() is None:
            time.sleep(0.005)
        running.send_signal(signal_number)
        _, errors = running.communicate(timeout=PATIENCE_S)
    finally:
        running.kill()
    assert running.returncode == (130 if signal_number == signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in errors
    assert not (out / "scene.json").exists()
    whole = list(out.glob("clips/[!.]*.wav"))
    for clip in whole:
        assert soundfile.info(clip).frames == 20 * 48_000
    stamps = {clip: clip.stat().st_mtime_ns for clip in whole}
    assert subprocess.run(arguments, capture_output=True, timeout=5 * PATIENCE_S).returncode == 0
    assert {clip: clip.stat().st_mtime_ns for clip in whole} == stamps
    assert (out / "scene.json").exists()


BAD_RUNS = {
    "no picture": ["generate", "nowhere.jpg", "--out", "scene"],
    "empty picture": ["generate", "empty.jpg", "--out", "scene"],
    "not a picture": ["generate", "text.jpg", "--out", "scene"],
    "truncated picture": ["generate", "cut.png", "--out", "scene"],
    "a folder": ["generate", "mine", "--out", "scene"],
    "no such preset": ["generate", "street.png", "--out", "scene", "--preset", "tiny"],
    "folder of something else": ["generate", "street.png", "--out", "mine"],
    "bad sources": ["generate", "street.png", "--out", "scene", "--sources", "bad.json"],
    "no clips folder": ["generate", "street.png", "--out", "scene", "--clips", "nowhere"],
    "no scene": ["render", "mine", "--out", "x.wav"],
}


@pytest.mark.parametrize("arguments", BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_bad_input_gets_one_clear_line_and_leaves_nothing(arguments, tmp_path, street):
    (tmp_path / "street.png").write_bytes(street.read_bytes())
    (tmp_path / "cut.png").write_bytes(street.read_bytes()[:5000])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    done = sonorama(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("sonorama: ")
    assert done.stderr.count("\n") == 1
    assert "; " in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_debug_shows_the_trace(tmp_path):
    assert "Traceback" in sonorama("--debug", "render", "nowhere", "--out", "x.wav", cwd=tmp_path).stderr


@pytest.mark.parametrize("kind", ["binaural", "stereo"])
def test_render_writes_the_format_that_was_asked_for(made, tmp_path, kind):
    out = tmp_path / f"{kind}.wav"
    done = sonorama("render", made[0], "--format", kind, "--out", out)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(out).channels == 2


def test_render_turns_the_head_and_goes_its_way(made, tmp_path):
    path = tmp_path / "path.json"
    path.write_text('{"poses": [{"time_s": 0}, {"time_s": 1, "yaw_deg": 90, "position_m": [1, 0, 0]}]}')
    mixes = []
    for name, options in (("still", []), ("turn", ["--turn-deg-per-s", 90]), ("path", ["--path", path])):
        out = tmp_path / f"{name}.wav"
        done = sonorama("render", made[0], "--out", out, "--duration-s", 1, *options)
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
def test_render_says_in_one_line_what_it_cannot_do(made, tmp_path, options, says):
    out = tmp_path / "mix.wav"
    done = sonorama("render", made[0], "--out", out, *options)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr
    assert not out.exists()


def test_render_gives_each_source_alone(made, tmp_path):
    assert sonorama("render", made[0], "--format", "sources", "--out", tmp_path / "stems").returncode == 0
    scene = json.loads((made[0] / "scene.json").read_text())
    assert {path.stem for path in (tmp_path / "stems").glob("*.wav")} == {source["id"] for source in scene["sources"]}


def test_sources_by_hand_alone(street, tmp_path):
    path = tmp_path / "sources.json"
    path.write_text(
        json.dumps(
            {
                "sources": [
                    {"label": "dog", "azimuth_deg": 90, "distance_m": 5},
                    {"label": "church bell", "pixel": [512, 400], "distance_m": "on the ground"},
                ]
            }
        )
    )
    out = tmp_path / "scene"
    done = sonorama("generate", street, "--out", out, "--sources", path, "--top", 0, "--duration-s", 1)
    assert done.returncode == 0, done.stderr
    dog, bell = json.loads((out / "scene.json").read_text())["sources"]
    assert (dog["azimuth_deg"], dog["distance_m"], dog["evidence"]) == (90, 5, "given")
    assert bell["elevation_deg"] < -40
    left, right = np.sqrt(np.mean(soundfile.read(out / "binaural.wav")[0] ** 2, axis=0))
    assert left > right


def test_doctor_says_what_runs_here_and_what_is_missing(tmp_path):
    report = sonorama("doctor", "--model-dir", tmp_path)
    assert report.returncode == 0
    assert re.search(r"preset embedded: +ready", report.stdout)
    assert re.search(r"preset small: +lacks grounding-dino-tiny.*sonorama models pull --preset small", report.stdout)
    assert re.search(r"preset full: .*tangoflux.*terms.*--accept-licences", report.stdout)
    assert "KEMAR" in report.stdout


def test_the_demo_makes_a_street_and_everything_of_it(tmp_path):
    done = sonorama("demo", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    for name in ("street.png", "stereo.wav", "scene/binaural.wav", "scene/annotated.jpg", "scene/radar.png"):
        assert (tmp_path / "demo" / name).stat().st_size > 10_000
    scene = json.loads((tmp_path / "demo" / "scene" / "scene.json").read_text())
    assert len(scene["sources"]) >= 4
