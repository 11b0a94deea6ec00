"""Somebody walks past a bell, and along a road."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from protocol.errors import InputError
from protocol.place import Polygon, Polyline
from protocol.scene import Clip
from server.export.options import ExportOptions
from server.files.digest import sha256_of
from server.library import PlaceFolder
from server.operations.render_place import render_place
from tests.server.place.hearing.test_scene import IMAGE, at, place_of, source, viewpoint

RATE_HZ = 48_000


@pytest.fixture
def folder(tmp_path):
    """An empty place with one clip of noise, and how to give it sources."""
    folder = PlaceFolder(tmp_path / "place")
    folder.prepare()
    noise = np.random.default_rng(0).normal(size=RATE_HZ) * 0.05
    path = folder.path / "clips" / "noise-loop.wav"
    path.parent.mkdir()
    soundfile.write(path, noise, RATE_HZ, subtype="PCM_24")
    clip = Clip(
        path="clips/noise-loop.wav", sha256=sha256_of(path), sample_rate_hz=RATE_HZ, duration_s=1.0, loop=True,
        loudness_lufs=-23.0,
    )  # fmt: skip

    def made(*sources):
        place = place_of([viewpoint("a", 0.0)], [replace(each, clip=clip) for each in sources])
        folder.save(place)
        folder.viewpoint("a").prepare()
        folder.viewpoint("a").save(replace(at(place, (0.0, 0.0, 2.0)), image=IMAGE))
        return folder.path

    return made


def heard(place, tmp_path, *poses, **options):
    (tmp_path / "walk.json").write_text(json.dumps({"poses": list(poses)}))
    out = tmp_path / "walk.wav"
    render_place(place, out=out, format="binaural", options=ExportOptions(path=tmp_path / "walk.json", **options))
    samples, rate_hz = soundfile.read(out)
    assert rate_hz == RATE_HZ
    return samples


def levels_db(samples, step_s=0.25):
    step = round(step_s * RATE_HZ)
    return 10.0 * np.log10([(part**2).mean(axis=0) for part in np.split(samples, len(samples) // step)])


def test_a_bell_to_the_left_of_the_way_is_loudest_beside_it_and_on_the_left(folder, tmp_path):
    bell = source("bell", (10.0, 3.0, 1.7))
    samples = heard(
        folder(bell),
        tmp_path,
        {"time_s": 0, "east_m": 0, "north_m": 0},
        {"time_s": 4, "east_m": 20, "north_m": 0},
    )
    levels = levels_db(samples)
    assert len(samples) == 4 * RATE_HZ
    assert abs(int(np.argmax(levels.max(axis=1))) - len(levels) // 2) <= 1
    assert levels[len(levels) // 2, 0] > levels[len(levels) // 2, 1] + 3.0
    # From 10.4 m to 3 m and back.
    rise_db = levels.max() - levels[:2].max()
    assert rise_db == pytest.approx(20.0 * np.log10(10.4 / 3.0), abs=4.0)


def test_along_a_road_the_level_stays(folder, tmp_path):
    road = replace(
        source("road", (0.0, 4.0, 0.0), kind="line"),
        shape=Polyline(points_m=((-200.0, 4.0, 0.0), (200.0, 4.0, 0.0))),
    )
    samples = heard(
        folder(road),
        tmp_path,
        {"time_s": 0, "east_m": -10, "north_m": 0},
        {"time_s": 4, "east_m": 10, "north_m": 0},
    )
    levels = levels_db(samples)
    assert np.ptp(levels[1:-1], axis=0).max() < 2.5
    assert (levels[1:-1, 0] > levels[1:-1, 1] + 2.0).all()


def test_a_place_without_a_walk_says_what_to_do(folder, tmp_path):
    with pytest.raises(InputError, match="one walks"):
        render_place(folder(source("bell", (1.0, 2.0, 1.7))), out=tmp_path / "x.wav", format="binaural",
                     options=ExportOptions())  # fmt: skip


def test_a_walk_of_hours_is_told_in_a_line(folder, tmp_path):
    poses = [{"time_s": 0, "east_m": 0, "north_m": 0}, {"time_s": 7200, "east_m": 10, "north_m": 0}]
    with pytest.raises(InputError, match="--duration-s 3600"):
        heard(folder(source("bell", (1.0, 2.0, 1.7))), tmp_path, *poses)


def test_a_very_quiet_lawn_is_rendered_too(folder, tmp_path):
    corners = ((0.0, 2.0, 0.0), (40.0, 2.0, 0.0), (40.0, 40.0, 0.0), (0.0, 40.0, 0.0))
    lawn = replace(source("lawn", (20.0, 20.0, 0.0), kind="area", level_db=-10.0), shape=Polygon(points_m=corners))
    still = {"time_s": 0, "east_m": 0, "north_m": 0}
    assert len(heard(folder(lawn), tmp_path, still, duration_s=0.5)) == RATE_HZ // 2
