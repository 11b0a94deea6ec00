"""The examples run as they are, and do what they say."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import playwright
import pytest
import soundfile

from server.api.streaming.osc.settings import OscSettings
from server.library import SceneFolder
from tests.server.api.server_process import PATIENCE_S, serving
from tests.server.api.threaded import in_a_thread
from tests.server.client.scenes import noisy_scene

ROOT = Path(__file__).parents[2]
# The renderer's inner loop may have to be compiled first, while other tests run.
LONGEST_S = 4 * PATIENCE_S
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_file())


def example(number):
    """The file of the example with a number."""
    (path,) = (path for path in EXAMPLES if path.name.startswith(f"{number:02}_"))
    return path


def run_python(number, *arguments):
    """What a Python example prints."""
    command = [sys.executable, str(example(number)), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory, street):
    """The folder of the first example, and what that printed."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "street.png").write_bytes(street)
    return folder / "scene", run_python(1, folder / "street.png", folder / "scene")


def level_db(samples):
    return 10.0 * np.log10(np.mean(np.square(samples), axis=0))


def test_they_are_numbered_short_and_explained():
    page = (ROOT / "docs" / "examples.md").read_text("utf-8")
    assert [int(path.name[:2]) for path in EXAMPLES] == list(range(1, len(EXAMPLES) + 1))
    for path in EXAMPLES:
        assert len(path.read_text("utf-8").splitlines()) < 60, path.name
        assert f"`examples/{path.name}`" in page


def test_a_panorama_comes_to_the_headphones(made):
    folder, printed = made
    scene = SceneFolder(folder).scene()
    assert [line.split(":")[0] for line in printed.splitlines()] == [source.label for source in scene.sources]
    samples, rate_hz = soundfile.read(folder / "headphones.wav")
    assert (samples.shape[1], rate_hz) == (2, 48_000)
    assert np.abs(samples).max() == pytest.approx(0.5, rel=1e-3)
    assert np.all(level_db(samples) > -60.0)


def test_a_scene_is_edited(made, tmp_path):
    folder = shutil.copytree(made[0], tmp_path / "scene")
    before = {source.id: source for source in SceneFolder(folder).scene().sources}
    run_python(2, folder)
    after = {source.id: source for source in SceneFolder(folder).scene().sources}
    assert after.keys() == before.keys()
    (moved,) = (name for name in after if after[name].azimuth_deg != before[name].azimuth_deg)
    assert (after[moved].azimuth_deg, after[moved].distance_m) == (90.0, 5.0)
    assert before[moved].distance_m == min(source.distance_m for source in before.values() if source.distance_m)
    refused = subprocess.run(
        [sys.executable, str(example(2)), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr


def test_blocks_are_rendered_for_a_head_that_moves(tmp_path):
    run_python(3, tmp_path / "walk.wav")
    samples, rate_hz = soundfile.read(tmp_path / "walk.wav")
    assert len(samples) > 3.9 * rate_hz
    # After half a second the tone is on the left, a second later on the right.
    spectrum = np.abs(np.fft.rfft(samples[: 2 * rate_hz].reshape(8, -1, 2) * np.hanning(rate_hz // 4)[:, None], axis=1))
    tone = spectrum[:, 105:116].sum(axis=1)
    assert tone[2, 0] > 1.5 * tone[2, 1]
    assert tone[6, 1] > 1.5 * tone[6, 0]


def node():
    """A Node that knows WebSocket: the system's, or else the one that comes with Playwright."""
    for path in (shutil.which("node"), Path(playwright.__file__).parent / "driver" / "node"):
        if path is not None and Path(path).exists():
            asked = [
                str(path),
                "--experimental-websocket",
                "-e",
                "process.exit(typeof WebSocket === 'function' ? 0 : 1)",
            ]
            if subprocess.run(asked, capture_output=True, timeout=LONGEST_S, check=False).returncode == 0:
                return str(path)
    pytest.skip("no node here knows WebSocket")


@pytest.mark.parametrize("token", ["", "correct horse battery"])
def test_javascript_follows_a_scene_and_turns_a_source(tmp_path, token):
    noisy_scene(tmp_path / "library", "square", -30.0, 120.0)
    with serving(tmp_path / "library", token=token) as server:
        address = str(server.client.base_url).rstrip("/")
        command = [node(), "--experimental-websocket", str(example(4)), address, "2", *([token] if token else [])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["noise -30° 2 m", "noise 120° 2 m"]
    assert "now noise-0 90°" in lines or "now noise 90° 2 m" in lines
    assert lines[-1].startswith("closed: 1000")


SUPERCOLLIDER = example(5).read_text("utf-8")


def test_supercollider_listens_to_addresses_that_are_sent():
    specified = (ROOT / "protocol" / "OSC.md").read_text("utf-8")
    words = re.findall(r'^ +"(\w+)", \{', SUPERCOLLIDER, re.MULTILINE)
    assert {"aed", "gain", "clip", "gone"} <= set(words)
    for word in words:
        assert re.search(rf"`/(?:adm|sonorama)/obj/{{n}}/{word}`", specified), word


# Runs the example, waits until all is known of two sources, and prints it. The language takes a scene in without its
# synthesiser, too, which needs a sound card.
_WATCH = """
"{example}".load;
fork {{
    var isKnown = {{ |source| [\\name, \\azimuth, \\gain, \\url].every({{ |key| source[key].notNil }}) }};
    while {{ (~sources.size < 2) or: {{ ~sources.every(isKnown).not }} }} {{ 0.1.wait }};
    ~sources.keys.asArray.sort.do({{ |number|
        var source = ~sources[number];
        "FOUND % % % % %".format(number, source[\\name], source[\\azimuth], source[\\gain], source[\\url]).postln;
    }});
    0.exit;
}};
"""


def test_supercollider_takes_a_scene_in(tmp_path):
    sclang = shutil.which("sclang")
    if sclang is None:
        pytest.skip("there is no SuperCollider")
    noisy_scene(tmp_path / "library", "square", -30.0, 120.0)
    watch = tmp_path / "watch.scd"
    watch.write_text(_WATCH.format(example=example(5)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        osc_port = free.getsockname()[1]
    osc = OscSettings(target_host="127.0.0.1", target_port=osc_port, listen_port=0, repeat_s=0.5)
    with in_a_thread(tmp_path / "library", osc=osc, osc_scene="square") as (port, _):
        # Its help browser would want a display, and no root.
        quiet = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1", "HOME": str(tmp_path)}
        command = [sclang, "-u", str(osc_port), str(watch)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_S, check=False, env=os.environ | quiet
        )
    found = re.findall(r"^FOUND (\d) (\w+) ([-\d.]+) ([\d.]+) (\S+)$", done.stdout, re.MULTILINE)
    assert [(number, name, float(azimuth)) for number, name, azimuth, *_ in found] == [
        ("1", "noise", -30.0),
        ("2", "noise", 120.0),
    ], done.stdout
    for *_, gain, url in found:
        # 70 dB SPL at 1 m, from 2 m away.
        assert float(gain) == pytest.approx(0.5, rel=1e-3)
        assert url.startswith(f"http://127.0.0.1:{port}/v1/scenes/square/clips/")
