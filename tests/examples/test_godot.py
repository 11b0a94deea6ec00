"""The Godot example, in Godot itself, with the real server: an engine that nobody here wrote speaks the wire."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.server.api.server_process import serving
from tests.server.api.wire import wired
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S

EXAMPLE = Path(__file__).parents[2] / "examples" / "godot"
TOKEN = "correct horse battery"
RATE_HZ = 48_000
# What a player is told is heard with the mixes that follow.
SETTLES_IN = RATE_HZ // 2
# A whole round of the clips, so that each measurement is of the same noise.
MEASURED = RATE_HZ
# The noise of the clips.
CLIP_DB = 20.0 * math.log10(0.05)


class Godot:
    """An engine that runs the example, and says what it does."""

    def __init__(self, process):
        self._process = process
        self.printed = []

    def __iter__(self):
        for line in self._process.stdout:
            self.printed.append(line)
            assert not line.startswith("SCRIPT ERROR"), line
            if line.startswith("TICK "):
                yield json.loads(line.removeprefix("TICK "))

    def when(self, is_so):
        """What it does once something is so."""
        for tick in self:
            if is_so(tick):
                return tick
        raise AssertionError("".join(self.printed[-20:]))

    def stretch(self, tick):
        """The part of the recording that begins now."""
        first = tick["frames"] + SETTLES_IN
        self.when(lambda later: later["frames"] >= first + MEASURED)
        return slice(first, first + MEASURED)

    def ended(self):
        """What it printed besides, once it has ended."""
        for _ in self:
            pass
        assert self._process.wait(PATIENCE_S) == 0, self.printed[-20:]
        return [line.strip() for line in self.printed if line.startswith("sonorama: ")]


@contextmanager
def engine(server, scene_id, *, head=(0.0, 0.0, 0.0), recording=""):
    """The example in Godot; the head stands so many metres to the front and left, and is turned so many degrees."""
    godot = shutil.which("godot3-server")
    if godot is None:
        pytest.skip("there is no Godot")
    address = str(server.client.base_url).rstrip("/")
    asked = {"server": address, "scene": scene_id, "token": TOKEN, "head": head, "recording": str(recording)}
    watch = Path(__file__).with_name("watch.gd")
    process = subprocess.Popen(
        [godot, "--path", str(EXAMPLE), "-s", str(watch), json.dumps(asked)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.start()
    try:
        yield Godot(process)
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


@pytest.fixture
def server(tmp_path):
    """Serves a scene with a point on the right and a line on the left, each 2 m away."""
    noisy_scene(tmp_path / "library", "square", -90.0, 90.0)
    file = tmp_path / "library" / "square" / "scene.json"
    scene = json.loads(file.read_bytes())
    scene["sources"][1]["kind"] = "line"
    file.write_text(json.dumps(scene))
    with serving(tmp_path / "library", token=TOKEN) as server:
        yield server


def all_play(tick):
    return len(tick["sources"]) == 2 and all(source["playing"] for source in tick["sources"].values())


def is_deleted(tick):
    return tick["state"] == "the scene was deleted"


def place(tick, source_id):
    """Where a source is: right, up, back."""
    return tick["sources"][source_id]["at_m"]


def levels_db(recording, *parts):
    """The levels on the left and on the right, for each part."""
    heard, rate_hz = soundfile.read(recording)
    assert rate_hz == RATE_HZ
    return [10.0 * np.log10(np.mean(heard[part] ** 2, axis=0)) for part in parts]


def test_it_is_a_small_client():
    lines = [line for file in EXAMPLE.glob("*.gd") for line in file.read_text("utf-8").splitlines() if line.strip()]
    assert 100 < len(lines) < 300


def test_a_scene_is_placed_is_as_loud_as_specified_moves_and_is_deleted(server, tmp_path):
    recording = tmp_path / "heard.wav"
    with wired(server, token=TOKEN) as wire, engine(server, "square", recording=recording) as godot:
        playing = godot.when(all_play)
        assert playing["state"] == ""
        assert place(playing, "noise-0") == pytest.approx([2.0, 0.0, 0.0], abs=1e-4)
        assert place(playing, "noise-1") == pytest.approx([-2.0, 0.0, 0.0], abs=1e-4)
        near = godot.stretch(playing)

        snapshot = wire.subscribe("square")
        for source in snapshot["sources"]:
            wire.say("set_source", scene_id="square", source_id=source["id"], distance_m=8.0)
        far = godot.stretch(
            godot.when(lambda tick: [round(abs(place(tick, name)[0]), 3) for name in tick["sources"]] == [8.0, 8.0])
        )

        wire.say("mute", scene_id="square", source_id="noise-1", muted=True)
        wire.say("set_source", scene_id="square", source_id="noise-0", azimuth_deg=45.0, elevation_deg=30.0)
        turned = godot.when(lambda tick: place(tick, "noise-0")[0] < 0.0)
        across_m = 8.0 * math.cos(math.radians(30.0)) * math.sqrt(0.5)
        assert place(turned, "noise-0") == pytest.approx([-across_m, 4.0, -across_m], rel=1e-4)
        left = godot.stretch(turned)

        # In step with everybody else: each clip is 1 s long.
        for source in snapshot["sources"]:
            played_s = turned["sources"][source["id"]]["played_s"]
            late_s = turned["server_s"] - source["playing_since_s"] - played_s
            assert abs((late_s + 0.5) % 1.0 - 0.5) < 0.1

        assert server.client.delete("/v1/scenes/square").status_code == 204
        assert godot.when(is_deleted)["sources"] == {}
        assert godot.ended() == ["sonorama: following square", "sonorama: the scene was deleted"]

    (near_left, near_right), (far_left, far_right), (left_left, left_right) = levels_db(recording, near, far, left)
    # 70 dB SPL at 1 m comes out as loud as the clip is: the point falls by 6 dB per doubling, the line by 3 dB.
    assert near_right == pytest.approx(CLIP_DB - 20.0 * math.log10(2.0), abs=0.1)
    assert near_left == pytest.approx(CLIP_DB - 10.0 * math.log10(2.0), abs=0.1)
    assert far_right - near_right == pytest.approx(-20.0 * math.log10(4.0), abs=0.1)
    assert far_left - near_left == pytest.approx(-10.0 * math.log10(4.0), abs=0.1)
    # Only the point is left, on the left.
    assert left_left == pytest.approx(far_right, abs=0.5)
    assert left_right < left_left - 12.0


def test_who_walks_in_a_scene_is_told_and_hears_it_from_there(server, tmp_path):
    recording = tmp_path / "heard.wav"
    with (
        wired(server, token=TOKEN) as wire,
        # 1 m closer to the one on the right, with the back to it.
        engine(server, "square", head=(0.0, -1.0, 90.0), recording=recording) as godot,
    ):
        wire.subscribe("square")
        pose = wire.hear("listener_pose")
        assert pose["position_m"] == pytest.approx([0.0, -1.0, 0.0], abs=1e-5)
        assert pose["orientation"] == pytest.approx([0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5)], abs=1e-5)
        wire.say("mute", scene_id="square", source_id="noise-1", muted=True)
        muted = wire.hear("source_updated")
        assert muted["source"]["muted"]
        part = godot.stretch(godot.when(all_play))
        server.client.delete("/v1/scenes/square")
        godot.when(is_deleted)
        godot.ended()
    ((left, right),) = levels_db(recording, part)
    # From 1 m instead of 2 m, and as loud on the left as on the right.
    assert 10.0 * np.log10(10.0 ** (left / 10.0) + 10.0 ** (right / 10.0)) == pytest.approx(CLIP_DB, abs=0.5)
    assert left == pytest.approx(right, abs=0.5)


def test_a_wrong_scene_id_is_said_once(server):
    with engine(server, "nowhere") as godot:
        refused = godot.when(lambda tick: "nowhere" in tick["state"])
        godot.stretch(refused)
    assert len([line for line in godot.printed if line.startswith("sonorama: ")]) == 1
    assert refused["sources"] == {}
