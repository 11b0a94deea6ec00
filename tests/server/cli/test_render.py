"""``sonorama render`` of a scene that ``sonorama generate`` made."""

import json
import os
import pty
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.server.cli.command import SONORAMA
from tests.timing import PATIENCE_S


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


def test_render_shows_a_terminal_how_far_it_is(made, tmp_path):
    """On a pseudo-terminal, whose other end is read as a person would."""
    ours, theirs = pty.openpty()
    command = [SONORAMA, "render", str(made[0]), "--out", str(tmp_path / "a.wav"), "--duration-s", "20"]
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}):
        os.close(theirs)
        shown = b""
        with suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
    os.close(ours)
    assert b"measuring loudness" in shown
    assert b"writing" in shown
    assert b"%" in shown


def test_a_kill_in_the_middle_leaves_no_file(made, tmp_path):
    out = tmp_path / "renders" / "long.wav"
    command = [SONORAMA, "render", str(made[0]), "--out", str(out), "--duration-s", "300", "--format", "stereo"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        until = time.monotonic() + 5 * PATIENCE_S
        while not (out.parent.is_dir() and _bytes_open(running.pid, out.parent)) and time.monotonic() < until:
            assert running.poll() is None
            time.sleep(0.05)
        running.kill()
    assert list(out.parent.iterdir()) == []


def _bytes_open(pid, folder):
    """Whether a process has a file with something in it open in a folder."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            if str(folder) in str(link.readlink()) and link.stat().st_size:
                return True
    return False


def test_render_gives_each_source_alone(made, run_here, tmp_path):
    assert run_here("render", made[0], "--format", "sources", "--out", tmp_path / "stems").returncode == 0
    scene = json.loads((made[0] / "scene.json").read_text())
    assert {path.stem for path in (tmp_path / "stems").glob("*.wav")} == {source["id"] for source in scene["sources"]}
