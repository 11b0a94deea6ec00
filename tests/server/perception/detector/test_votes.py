import numpy as np
import pytest

from server.perception.detector.boxes import Boxes
from server.perception.detector.levels import Level, other_levels, whole_level
from server.perception.detector.network import CLASS_NAMES
from server.perception.detector.votes import elected
from server.pipeline.views import View

VIEW = View(name="panorama", projection="equirectangular", width_px=4096, height_px=2048)


def boxes(*things: tuple[str, float, tuple[float, float, float, float]]) -> Boxes:
    return Boxes(
        edges_px=np.array([edges for _, _, edges in things]).reshape(-1, 4),
        classes=np.array([CLASS_NAMES.index(name) for name, _, _ in things], np.int64),
        scores=np.array([score for _, score, _ in things], np.float64),
    )


def election(seen: list[tuple[Level, Boxes]]):
    return [(thing.class_name, thing.confidence) for thing in elected(seen, around_px=4096)]


@pytest.fixture
def levels() -> list[Level]:
    return [whole_level(VIEW), *other_levels(VIEW)]


def test_what_more_levels_see_is_surer(levels) -> None:
    edges = (1000.0, 1000.0, 1060.0, 1100.0)
    confidences = []
    for how_many in (1, 2, 3):
        seen = [
            (level, boxes(("person", 0.5, edges)) if number < how_many else boxes())
            for number, level in enumerate(levels)
        ]
        ((_, confidence),) = election(seen)
        confidences.append(confidence)
    assert confidences == sorted(confidences)
    assert confidences[2] > 2 * confidences[0]


def test_a_level_that_cannot_see_a_thing_has_no_say(levels) -> None:
    # High above the horizon the band does not reach.
    edges = (1000.0, 200.0, 1200.0, 400.0)
    both = [(level, boxes(("clock", 0.6, edges)) if level.height_px > 300 else boxes()) for level in levels]
    whole_only = [(level, boxes(("clock", 0.6, edges)) if level.top_px == 0 else boxes()) for level in levels]
    assert [level.top_px > 0 for level in levels] == [False, False, True]
    assert election(both) == election(whole_only)


def test_one_thing_is_elected_once_and_neighbours_stay_apart(levels) -> None:
    first, again, neighbour = (
        (100.0, 1000.0, 160.0, 1100.0),
        (104.0, 1002.0, 162.0, 1104.0),
        (170.0, 1000.0, 230.0, 1100.0),
    )
    seen = [
        (levels[0], boxes(("person", 0.6, first), ("person", 0.5, neighbour))),
        (levels[1], boxes(("person", 0.7, again))),
    ]
    assert len(election(seen)) == 2


def test_a_thing_at_the_seam_is_elected_once(levels) -> None:
    seen = [
        (levels[0], boxes(("car", 0.6, (-20.0, 1000.0, 60.0, 1050.0)))),
        (levels[1], boxes(("car", 0.6, (4076.0, 1000.0, 4156.0, 1050.0)))),
    ]
    assert len(election(seen)) == 1


def test_what_no_level_sees_well_is_not_elected(levels) -> None:
    assert election([(level, boxes(("person", 0.24, (100.0, 1000.0, 160.0, 1100.0)))) for level in levels]) == []


def test_a_score_of_one_is_a_number_like_any_other(levels) -> None:
    edges = (1000.0, 1000.0, 1060.0, 1100.0)
    seen = [(level, boxes(("person", 1.0, edges))) for level in levels]
    ((_, confidence),) = election(seen)
    assert 0.99 < confidence <= 1.0
