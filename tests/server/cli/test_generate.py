"""``sonorama generate`` as a person meets it: real processes, real files."""

import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest
import soundfile
from PIL import Image

from server.sound.freesound import client
from tests.server.cli.command import SONORAMA, sonorama
from tests.server.sound.freesound.site import KEY, Site, serving, sound
from tests.timing import PATIENCE_S


def test_a_scene_has_everything_that_a_person_would_open(made):
    out, done = made
    scene = json.loads((out / "scene.json").read_text())
    assert scene["format"] == "sonorama.scene"
    assert scene["image"]["taken_for"].startswith("panorama, 360° × 180°, since it is twice as wide as high")
    assert f"note: {scene['image']['taken_for']}" in " ".join(done.stderr.split())
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
    arguments = [SONORAMA, "generate", str(street), "--out", str(out), "--top", "6", "--duration-s", "20"]
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


def test_sources_by_hand_alone(street, tmp_path, run_here):
    path = tmp_path / "sources.json"
    path.write_text(
        json.dumps(
            {
                "sources": [
                    {"label": "dog", "azimuth_deg": 90, "distance_m": 5},
                    {"label": "church bell", "pixel": [256, 200], "distance_m": "on the ground"},
                ]
            }
        )
    )
    out = tmp_path / "scene"
    done = run_here("generate", street, "--out", out, "--sources", path, "--top", 0, "--duration-s", 1)
    assert done.returncode == 0, done.stderr
    dog, bell = json.loads((out / "scene.json").read_text())["sources"]
    assert (dog["azimuth_deg"], dog["distance_m"], dog["evidence"]) == (90, 5, "given")
    assert bell["elevation_deg"] < -40
    left, right = np.sqrt(np.mean(soundfile.read(out / "binaural.wav")[0] ** 2, axis=0))
    assert left > right


# Bytes that are no characters, a line break, and a command for a terminal.
UNPRINTABLE = os.fsdecode(b"caf\xe9\n\x1b[2J")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_name_that_can_not_be_printed_is_told_in_escapes(street, tmp_path, encoding):
    environment = os.environ | {"PYTHONIOENCODING": encoding}

    def run(*arguments):
        return subprocess.run([SONORAMA, *arguments], capture_output=True, cwd=tmp_path, env=environment)

    shutil.copy(street, tmp_path / f"{UNPRINTABLE}.png")
    made = run("generate", f"{UNPRINTABLE}.png", "--out", UNPRINTABLE, "--top", "1", "--duration-s", "1")
    assert made.returncode == 0, made.stderr
    assert b"caf\\xe9\\n\\x1b[2J/binaural.wav" in made.stdout
    rendered = run("render", UNPRINTABLE, "--format", "stereo", "--out", f"{UNPRINTABLE}.wav")
    assert (rendered.returncode, rendered.stdout) == (0, b"caf\\xe9\\n\\x1b[2J.wav\n")
    refused = run("render", UNPRINTABLE, "--out", f"{UNPRINTABLE}.txt")
    assert refused.returncode == 1
    assert (refused.stdout, refused.stderr.count(b"\n")) == (b"", 1)
    for said in (made, rendered, refused):
        assert b"\x1b[2J" not in said.stdout + said.stderr
        assert b"Traceback" not in said.stderr


def test_another_picture_is_not_written_over_unless_asked_for(made, street, tmp_path):
    scene, _ = made
    out = tmp_path / "scene"
    shutil.copytree(scene, out)
    other = tmp_path / "other.png"
    with Image.open(street) as picture:
        picture.rotate(180).save(other)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    options = ["--out", out, "--top", 1, "--duration-s", 1]
    refused = sonorama("generate", other, *options)
    assert refused.returncode == 1
    remedy = "choose another --out, or give --replace to lose that scene"
    assert refused.stderr == f"sonorama: {out}: is the scene of another picture; {remedy}\n"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    replaced = sonorama("generate", other, *options, "--replace")
    assert replaced.returncode == 0, replaced.stderr
    assert sonorama("generate", street, *options).returncode == 1


def test_recordings_from_freesound_are_played_and_named(made, street, run_here, tmp_path, monkeypatch):
    labels = [source["label"] for source in json.loads((made[0] / "scene.json").read_text())["sources"]]
    out = tmp_path / "scene"
    monkeypatch.setenv("SONORAMA_FREESOUND_KEY", KEY)
    monkeypatch.setenv("SONORAMA_FREESOUND_DIR", str(tmp_path / "previews"))
    options = ["generate", street, "--out", out, "--top", 3, "--duration-s", 2, "--voice", "freesound"]
    site = Site(sound(77, f"{labels[0]}.wav", licence="Attribution"))
    with serving(site):
        monkeypatch.setattr(client, "API_URL", f"{site.address}/apiv2")
        site.faults = [(429, {"detail": "Throttled."}, {"Retry_After": "999"})]
        throttled = run_here(*options)
        # What stood in for it isn't kept for good.
        done = run_here(*options)
    assert "another voice makes it" in " ".join(throttled.stderr.split())
    assert done.returncode == 0, done.stderr
    assert "plays Freesound 77" in " ".join(done.stderr.split())
    named = (out / "ATTRIBUTION.md").read_text("utf-8").splitlines()[4:]
    assert named
    assert all("user77" in line and "CC BY 4.0" in line for line in named)
    # Once more, without the site: everything is kept, the names too.
    again = run_here(*options)
    assert again.returncode == 0, again.stderr
    assert (out / "ATTRIBUTION.md").read_text("utf-8").splitlines()[4:] == named


def test_freesound_without_a_key_is_told_in_one_line(street, run_here, tmp_path, monkeypatch):
    monkeypatch.delenv("SONORAMA_FREESOUND_KEY", raising=False)
    done = run_here("generate", street, "--out", tmp_path / "scene", "--voice", "freesound")
    assert done.returncode == 1
    assert done.stderr.startswith("sonorama: SONORAMA_FREESOUND_KEY: isn't set; put the API key in it")
    assert not (tmp_path / "scene").exists()
