"""``sonorama place`` as people type it."""

import json
import signal
import subprocess
import time

import pytest
from PIL import Image

from server.synthetic.painting import rendered
from tests.oracle.streets import street
from tests.server.cli.command import SONORAMA
from tests.timing import PATIENCE_S


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Three small drawn panoramas on the earth."""
    folder = tmp_path_factory.mktemp("walk")
    drawn = street(0, cameras=3)
    lines = ["file,latitude_deg,longitude_deg,heading_deg,position_sigma_m,heading_sigma_deg"]
    for number, camera in enumerate(drawn.cameras):
        Image.fromarray(rendered(drawn.seen_from(camera), 768).pixels).save(folder / f"{number}.png")
        # A metre is as much of a degree of longitude as of latitude on the equator.
        lines.append(
            f"{number}.png,{camera.y_m / 110574.0},{camera.x_m / 111319.5},{(90.0 - camera.yaw_deg) % 360.0},0.1,0.5"
        )
    (folder / "walk.csv").write_text("\n".join(lines))
    return folder


def test_a_walk_becomes_a_place_that_can_be_walked_and_mapped(walk, run_here, tmp_path):
    place = tmp_path / "place"
    done = run_here("place", walk / "walk.csv", "--out", place, "--duration-s", 1)
    assert done.returncode == 0, done.stderr
    assert "3 viewpoints" in done.stdout
    assert json.loads((place / "place.json").read_text())["origin"]["latitude_deg"] == pytest.approx(0.0, abs=1e-4)
    (tmp_path / "walk.json").write_text(
        '{"poses": [{"time_s": 0, "latitude_deg": 0, "longitude_deg": 0.0001},'
        ' {"time_s": 1, "latitude_deg": 0, "longitude_deg": 0.00012}]}'
    )
    for options in (["--path", tmp_path / "walk.json"], ["--format", "levels"]):
        out = tmp_path / ("levels.png" if "levels" in options else "walk.wav")
        done = run_here("render", place, "--out", out, *options)
        assert done.returncode == 0, done.stderr
        assert out.stat().st_size > 1000


def test_a_killed_walk_goes_on_and_ends_as_if_nothing_had_been(walk, run_here, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    options = ["--duration-s", "1"]
    assert run_here("place", walk / "walk.csv", "--out", whole, *options).returncode == 0
    first = subprocess.Popen(
        [SONORAMA, "place", walk / "walk.csv", "--out", killed, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE_S
    while not list(killed.glob("viewpoints/*/work/found.npz")) and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not (killed / "place.json").exists()
    assert run_here("place", walk / "walk.csv", "--out", killed, *options).returncode == 0
    assert (killed / "place.json").read_bytes() == (whole / "place.json").read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("file,lat,lon\nnone.png,0,0\n", "none of the pictures"),
        ("file,lat,lon\n0.png,100,0\n", "line 2: latitude_deg"),
        ("lat,lon\n0,0\n", "names no file"),
    ],
)
def test_place_says_in_one_line_what_it_cannot_do(walk, run_here, tmp_path, content, says):
    manifest = walk / "bad.csv"
    manifest.write_text(content)
    done = run_here("place", manifest, "--out", tmp_path / "place")
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "place" / "place.json").exists()


def test_a_scene_is_no_place_to_map(made, run_here, tmp_path):
    done = run_here("render", made[0], "--format", "geojson", "--out", tmp_path / "map.geojson")
    assert done.returncode == 1
    assert "no finished place" in done.stderr
