"""The command line as a whole: its help, its errors, what it loads, and the demo."""

import json
import re
import subprocess
import sys

import pytest

from tests.server.cli.command import sonorama


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
    assert not heavy & loaded_modules("import server.cli.app")


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


BAD_RUNS = {
    "no picture": ["generate", "nowhere.jpg", "--out", "scene"],
    "empty picture": ["generate", "empty.jpg", "--out", "scene"],
    "not a picture": ["generate", "text.jpg", "--out", "scene"],
    "truncated picture": ["generate", "cut.png", "--out", "scene"],
    "a folder": ["generate", "mine", "--out", "scene"],
    "no such preset": ["generate", "street.png", "--out", "scene", "--preset", "tiny"],
    "folder of something else": ["generate", "street.png", "--out", "mine"],
    "no attitude": ["generate", "street.png", "--out", "scene", "--level", "flat"],
    "bad sources": ["generate", "street.png", "--out", "scene", "--sources", "bad.json"],
    "no clips folder": ["generate", "street.png", "--out", "scene", "--clips", "nowhere"],
    "no scene": ["render", "mine", "--out", "x.wav"],
}


@pytest.mark.parametrize("arguments", BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_bad_input_gets_one_clear_line_and_leaves_nothing(arguments, tmp_path, street, run_here, monkeypatch):
    (tmp_path / "street.png").write_bytes(street.read_bytes())
    (tmp_path / "cut.png").write_bytes(street.read_bytes()[:5000])
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "holiday.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    done = run_here(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("sonorama: ")
    assert done.stderr.count("\n") == 1
    assert "; " in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_debug_shows_the_trace(tmp_path):
    assert "Traceback" in sonorama("--debug", "render", "nowhere", "--out", "x.wav", cwd=tmp_path).stderr


def test_doctor_says_what_runs_here_and_what_is_missing(tmp_path, run_here):
    report = run_here("doctor", "--model-dir", tmp_path)
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
