import json

import numpy as np
import pytest

from protocol.errors import InputError
from protocol.place import Origin
from server.place.hearing.walk import read_walk


def written(path, *poses):
    path.write_text(json.dumps({"poses": list(poses)}))
    return path


def test_who_walks_looks_ahead_and_begins_at_once(tmp_path):
    walk = read_walk(
        written(
            tmp_path / "w.json",
            {"time_s": 5, "east_m": 0, "north_m": 0},
            {"time_s": 7, "east_m": 0, "north_m": 3},
            {"time_s": 9, "east_m": -3, "north_m": 3},
        ),
        None,
    )
    assert [step.time_s for step in walk] == [0.0, 2.0, 4.0]
    assert [step.yaw_deg for step in walk] == pytest.approx([90.0, 180.0, 180.0])
    assert walk[1].position_m == (0.0, 3.0, 1.7)


def test_headings_turn_the_short_way(tmp_path):
    poses = [{"time_s": n, "east_m": 0, "north_m": 0, "heading_deg": h} for n, h in enumerate((350, 10, 30))]
    walk = read_walk(written(tmp_path / "w.json", *poses), None)
    assert np.diff([step.yaw_deg for step in walk]) == pytest.approx([-20.0, -20.0])


def test_a_walk_on_the_earth_is_in_the_frame_of_the_place(tmp_path):
    poses = [{"time_s": 0, "latitude_deg": 50.0001, "longitude_deg": 8.0}]
    (step,) = read_walk(written(tmp_path / "w.json", *poses), Origin(latitude_deg=50.0, longitude_deg=8.0))
    assert step.position_m == pytest.approx((0.0, 11.12, 1.7), abs=0.02)


@pytest.mark.parametrize(
    ("poses", "words"),
    [
        ([], "isn't a walk"),
        ([{"time_s": 0}], "without a place"),
        ([{"time_s": 0, "latitude_deg": 50, "longitude_deg": 8}], "nothing tells where the place is"),
        ([{"time_s": 0, "east_m": 0, "north_m": 0}] * 2, "times don't rise"),
        ([{"time_s": 0, "east_m": 0, "north_m": 0, "speed": 3}], "speed"),
    ],
)
def test_what_is_no_walk_is_told(tmp_path, poses, words):
    with pytest.raises(InputError, match=words):
        read_walk(written(tmp_path / "w.json", *poses), None)
