"""``sonorama listen`` as a person meets it, at a real server."""

import json
import signal
import subprocess

import pytest
import soundfile

from tests.server.api.server_process import serving
from tests.server.cli.command import SONORAMA, sonorama
from tests.server.client.scenes import noisy_scene
from tests.timing import stretched


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listened") / "library"
    noisy_scene(folder, "square", 90.0, -45.0)
    with serving(folder, requests_per_s=1e6, requests_at_once=1e6) as server:
        yield str(server.client.base_url)


def test_it_keeps_as_much_as_was_asked_for_and_tells_what_came(address, tmp_path):
    done = sonorama("listen", address, "--out", tmp_path / "heard.wav", "--seconds", 1.5, "--turn-deg-per-s", 90)
    assert done.returncode == 0, done.stderr
    assert "scene square: 2 sources" in done.stdout
    assert "noise-0  noise, 90° left, 2.0 m, 70 dB at 1 m, playing" in done.stdout
    assert "live sound begins" in done.stdout
    samples, rate_hz = soundfile.read(tmp_path / "heard.wav")
    assert rate_hz == 48_000
    assert len(samples) / rate_hz == pytest.approx(1.5, rel=stretched(0.1))
    assert 0.001 < abs(samples).max() < 1.0


def test_an_interrupt_keeps_what_was_heard(address, tmp_path):
    command = [SONORAMA, "listen", address, "--out", str(tmp_path / "heard.flac")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            if "live blocks" in line:
                running.send_signal(signal.SIGINT)
                break
        running.stdout.read()
        said = running.stderr.read()
    assert running.returncode == 0
    assert "Traceback" not in said
    assert soundfile.info(tmp_path / "heard.flac").duration > 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["heard.flac"]


def test_json_prints_the_messages_as_they_came(address):
    done = sonorama("listen", address, "--json", "--seconds", 0.5)
    kinds = [json.loads(line)["type"] for line in done.stdout.splitlines()]
    assert kinds[0] == "welcome"
    assert "scene_snapshot" in kinds


def test_many_clients_load_a_server(address):
    done = sonorama("listen", address, "--clients", 10, "--seconds", 0.5)
    assert done.returncode == 0, done.stderr
    assert "10 of 10 clients have the scene" in done.stderr
    assert done.stdout.startswith("10 clients, ")


BAD_RUNS = {
    "no such scene": (["--scene", "circle"], "no such scene"),
    "no format": (["--out", "heard.mp3"], "heard.mp3"),
    "many who would record": (["--clients", "3", "--out", "heard.wav"], "--clients"),
    "no token": (["--token-file", "none"], "none"),
}


@pytest.mark.parametrize(("arguments", "where"), BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_what_can_not_be_heard_is_told_in_one_line(arguments, where, address, tmp_path, monkeypatch, run_here):
    monkeypatch.chdir(tmp_path)
    done = run_here("listen", address, *arguments)
    assert done.returncode == 1
    said = done.stderr
    assert said.count("\n") == 1
    assert said.startswith("sonorama: ")
    assert where in said
    assert list(tmp_path.iterdir()) == []
