from __future__ import annotations

from itertools import permutations

from server.perception.things.distinct import distinct_things
from server.perception.things.thing import Thing, thing
from tests.server.perception.things.drawn import detected, ground


def seen(
    name: str, *, confidence: float, width_deg: float = 20.0, top_deg: float = 1.0, foot_deg: float = -8.0
) -> Thing:
    detection = detected(name, 0.3, width_deg=width_deg, top_deg=top_deg, foot_deg=foot_deg, confidence=confidence)
    return thing(detection, ground())


def test_one_thing_with_two_names_has_the_surer_one() -> None:
    found = distinct_things([seen("sheep", confidence=0.6), seen("dog", confidence=0.9, width_deg=21.0)])

    assert [each.name for each in found] == ["dog"]


def test_the_parts_of_a_person_are_one_person_in_any_order_of_confidence() -> None:
    for sure in permutations((0.8, 0.6, 0.5)):
        body = seen("person", confidence=sure[0], top_deg=10.0, foot_deg=-50.0)
        face = seen("person", confidence=sure[1], width_deg=6.0, top_deg=9.0, foot_deg=3.0)
        legs = seen("person", confidence=sure[2], width_deg=12.0, top_deg=-20.0, foot_deg=-50.0)

        (whole,) = distinct_things([body, face, legs])

        assert whole.width_deg == body.width_deg
        assert whole.detection.confidence == max(sure)


def test_a_rider_and_what_is_ridden_are_two() -> None:
    assert len(distinct_things([seen("person", confidence=0.8), seen("motorcycle", confidence=0.7)])) == 2


def test_neighbours_that_overlap_a_little_are_two() -> None:
    pair = [thing(detected("person", deg, width_deg=8.0, top_deg=1.0, foot_deg=-20.0), ground()) for deg in (0.0, 6.0)]

    assert len(distinct_things(pair)) == 2
