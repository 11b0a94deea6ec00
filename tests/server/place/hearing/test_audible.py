from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.levels import received_level_db
from protocol.place import Polyline
from server.place.hearing.audible import AudibleFew
from server.place.hearing.shapes import heard
from tests.server.place.hearing.test_scene import source


def scattered(count: int, seed: int = 0):
    random = np.random.default_rng(seed)
    places = random.uniform(-300, 300, (count, 2))
    levels = random.choice([45.0, 55.0, 58.0, 70.0, 82.0], count) + random.uniform(-2, 2, count)
    return [
        source(f"s-{n}", (float(x), float(y), 1.0), level_db=float(level))
        for n, ((x, y), level) in enumerate(zip(places, levels, strict=True))
    ]


def levels_of(sources, listener_m):
    return np.array(
        [
            received_level_db(
                each.level_db_spl_1m, heard(each.shape, each.position_m, listener_m).distance_m, each.kind
            )
            for each in sources
        ]
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 20), x=st.floats(-350, 350), y=st.floats(-350, 350), most=st.integers(1, 60))
def test_the_few_are_the_loudest_of_all(seed, x, y, most):
    sources, here = scattered(400, seed), np.array([x, y, 1.7])
    few = AudibleFew(sources, most=most).loudest(here)
    levels = levels_of(sources, here)
    assert np.sort(levels[few]) == pytest.approx(np.sort(levels)[-most:])
    assert (np.diff(levels[few]) <= 1e-9).all()


def test_who_walks_hears_nothing_take_turns():
    # Two that are equally loud half way between them, and one place.
    pair = [source("a", (-10.0, 0.0, 1.7)), source("b", (10.0, 0.0, 1.7))]
    few = AudibleFew(pair, most=1)
    heard_now = np.zeros(0, dtype=np.intp)
    for x in (-1.0, 0.5, -0.5, 1.0, 1.2, -0.2):
        heard_now = few.loudest(np.array([x, 0.0, 1.7]), before=heard_now)
        assert heard_now.tolist() == [0]
    assert few.loudest(np.array([3.0, 0.0, 1.7]), before=heard_now).tolist() == [1]


def test_a_long_line_is_heard_from_its_nearest_point():
    shape = Polyline(points_m=((-500.0, 3.0, 0.0), (500.0, 3.0, 0.0)))
    road = replace(source("road", (0.0, 3.0, 0.0), kind="line", level_db=75.0), shape=shape)
    few = AudibleFew([*scattered(100), road], most=3)
    assert few.loudest(np.array([450.0, 0.0, 1.7]))[0] == 100


def test_ambience_and_what_is_muted_are_passed_over():
    sources = [
        source("sea", None, kind="ambient"),
        replace(source("bell", (1.0, 0.0, 1.7)), muted=True),
        source("dog", (50.0, 0.0, 1.7), level_db=40.0),
    ]
    assert AudibleFew(sources).loudest(np.zeros(3)).tolist() == [2]
    assert AudibleFew(sources[:1]).loudest(np.zeros(3)).tolist() == []
