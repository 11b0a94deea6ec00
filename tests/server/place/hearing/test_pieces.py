from dataclasses import replace

import numpy as np
import pytest

from protocol.place import Polygon, Polyline
from server.place.hearing.pieces import pieces
from tests.server.place.hearing.test_scene import source


def level_db(parts, listener_m):
    """What incoherent points sum to."""
    away2 = ((parts.position_m - listener_m) ** 2).sum(axis=1)
    return parts.level_db_spl_1m + 10.0 * np.log10((1.0 / away2).sum())


@pytest.mark.parametrize("away_m", [2.0, 5.0, 10.0, 20.0])
def test_the_pieces_of_a_long_line_sum_to_the_law_of_a_line_all_along_it(away_m):
    points = tuple((x, 0.0, 0.0) for x in (-3000.0, 3000.0))
    road = replace(source("road", (0.0, 0.0, 0.0), kind="line", level_db=80.0), shape=Polyline(points_m=points))
    walked = np.array([(x, -away_m, 0.0) for x in np.arange(-15.0, 15.0)])
    levels = [level_db(pieces(road, walked), here) for here in walked]
    law_db = 80.0 - 10.0 * np.log10(away_m)
    assert np.abs(np.array(levels) - law_db).max() < 1.0
    assert np.abs(np.diff(levels)).max() < 0.5


def test_from_far_away_the_pieces_of_an_area_are_as_loud_as_the_whole():
    corners = ((0.0, 0.0, 0.0), (20.0, 0.0, 0.0), (20.0, 20.0, 0.0), (0.0, 20.0, 0.0))
    lawn = replace(source("lawn", (10.0, 10.0, 0.0), kind="area", level_db=60.0), shape=Polygon(points_m=corners))
    walked = np.array([[10.0, -190.0, 0.0]])
    assert level_db(pieces(lawn, walked), walked[0]) == pytest.approx(60.0 - 20.0 * np.log10(200.0), abs=0.5)
