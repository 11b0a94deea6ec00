from __future__ import annotations

from collections.abc import Sequence

import pytest

from protocol.scene import Surroundings
from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover, LandCover
from server.perception.things.heard import heard_things, notes, things_in
from server.pipeline.stages import Proposal
from tests.server.perception.things.drawn import detected, ground, paint, standing


def heard(
    *detections: Detection, where: Surroundings = "outdoor", cover: LandCover | None = None
) -> tuple[list[Proposal], Sequence[str]]:
    """What detections sound like, and the notes on what isn't heard."""
    things, contradicting = things_in(detections, cover or ground())
    proposals, silent = heard_things(things, where)
    return proposals, notes([*contradicting, *silent])


def person(azimuth_deg: float, *, distance_m: float = 10.0, confidence: float = 0.8) -> Detection:
    return standing("person", azimuth_deg, distance_m=distance_m, height_m=1.7, confidence=confidence)


def test_the_more_people_the_more_talk_and_the_louder() -> None:
    found = [heard(*(person(4.0 * place) for place in range(count)))[0] for count in (1, 2, 5, 12)]

    assert all(len(proposals) == 1 for proposals in found)
    prompts = [proposals[0].prompt for proposals in found]
    assert prompts == [
        "footsteps on stone",
        "a conversation between people",
        "murmur of people talking",
        "murmur of a large crowd",
    ]
    levels_db = [proposals[0].level_db_spl_1m for proposals in found]
    assert levels_db == sorted(levels_db)
    assert {proposals[0].label for proposals in found} == {"people"}


def test_one_person_walks_outdoors_and_talks_indoors() -> None:
    assert heard(person(0.0))[0][0].prompt == "footsteps on stone"
    assert heard(person(0.0), cover=ground(Cover.GRASS))[0][0].prompt == "footsteps on grass"
    assert heard(person(0.0), cover=ground(Cover.SOIL))[0][0].prompt == "footsteps on gravel"
    assert heard(person(0.0), where="indoor")[0][0].prompt == "a quiet conversation"


def test_the_voice_of_a_person_nearby_is_heard() -> None:
    assert heard(person(0.0, distance_m=2.0))[0][0].prompt == "a quiet conversation"


def test_people_apart_are_several_sources() -> None:
    assert len(heard(person(0.0), person(90.0), person(-90.0))[0]) == 3


def test_a_ridden_bicycle_sounds_and_its_rider_is_no_walker() -> None:
    bicycle = standing("bicycle", 0.0, distance_m=8.0, height_m=1.05, width_m=1.7)
    rider = standing("person", 0.5, distance_m=8.0, height_m=1.75)

    assert [each.label for each in heard(bicycle, rider)[0]] == ["bicycle"]
    assert heard(bicycle) == ([], ("seen, but not heard: bicycle (nobody rides it)",))
    assert [each.label for each in heard(bicycle, person(20.0))[0]] == ["people"]


def test_boats_sound_on_the_water_only() -> None:
    boat = standing("boat", 30.0, distance_m=12.0, height_m=1.2, width_m=4.0)

    assert [each.label for each in heard(boat, cover=ground(Cover.WATER))[0]] == ["boat"]
    assert not heard(boat, cover=ground(Cover.GRASS))[0]


def test_a_tram_runs_in_the_street_and_a_train_elsewhere() -> None:
    cars = standing("train", 30.0, distance_m=12.0, height_m=3.4, width_m=14.0)

    assert [each.label for each in heard(cars, cover=ground(Cover.ROAD))[0]] == ["tram"]
    assert [each.label for each in heard(cars, cover=ground(Cover.GRASS))[0]] == ["train"]
    assert not heard(cars, where="indoor")[0]


def test_an_aeroplane_flies_before_the_sky() -> None:
    flying = detected("airplane", 10.0, width_deg=4.0, top_deg=32.0, foot_deg=30.0)
    roof = detected("airplane", 10.0, width_deg=40.0, top_deg=-20.0, foot_deg=-40.0)

    assert [each.label for each in heard(flying)[0]] == ["aeroplane"]
    assert not heard(roof)[0]
    assert not heard(flying, cover=ground(above=Cover.BUILDING))[0]


def test_birds_are_what_their_place_makes_likely() -> None:
    on_ground = standing("bird", 0.0, distance_m=4.0, height_m=0.3, width_m=0.3)
    prompts = [heard(on_ground, cover=ground(cover))[0][0].prompt for cover in (Cover.WATER, Cover.PAVED, Cover.GRASS)]

    assert prompts == ["ducks quacking", "pigeons cooing", "birds singing"]


def test_a_clock_ticks_indoors_and_strikes_from_a_tower() -> None:
    high = detected("clock", 0.0, width_deg=5.0, top_deg=25.0, foot_deg=20.0)
    low = detected("clock", 0.0, width_deg=5.0, top_deg=2.0, foot_deg=-3.0)

    assert [each.label for each in heard(high, where="indoor")[0]] == ["clock"]
    assert [each.label for each in heard(high)[0]] == ["church bells"]
    assert not heard(low)[0]


def test_a_screen_speaks_in_a_living_room_only() -> None:
    screen = detected("tv", 0.0, width_deg=12.0, top_deg=5.0, foot_deg=-3.0)
    couch = detected("couch", 90.0, width_deg=40.0, top_deg=-10.0, foot_deg=-30.0)

    assert not heard(screen, where="indoor")[0]
    assert [each.label for each in heard(screen, couch, where="indoor")[0]] == ["television"]


@pytest.mark.parametrize("name", ["bottle", "chair", "bed", "pizza", "traffic light"])
def test_what_never_sounds_is_not_even_told(name: str) -> None:
    silent = detected(name, 0.0, width_deg=12.0, top_deg=-3.0, foot_deg=-12.0)

    assert heard(silent) == ([], ())


def test_what_was_seen_and_is_not_heard_is_told_once_with_its_reason() -> None:
    statues = [detected("person", deg, width_deg=7.0, top_deg=25.0, foot_deg=8.0) for deg in (45.0, 135.0)]
    fridge = standing("refrigerator", 0.0, distance_m=4.0, height_m=1.8)

    _, told = heard(*statues, fridge)

    assert told == (
        "seen, but not heard: person × 2 (would hang in the air), refrigerator (silent in outdoor surroundings)",
    )


def test_what_is_not_sure_is_not_seen() -> None:
    assert heard(person(0.0, confidence=0.2)) == ([], ())


def test_a_herd_is_one_source() -> None:
    herd = [standing("cow", deg, distance_m=20.0, height_m=1.4, width_m=2.0) for deg in (0.0, 5.0, 10.0)]

    (proposal,), _ = heard(*herd, cover=ground(Cover.GRASS))

    assert proposal.label == "cattle"


def test_a_person_before_a_painted_sky_stays_a_person() -> None:
    cover = ground()
    paint(cover, Cover.SKY, left_deg=20.0, right_deg=-20.0, top_deg=0.0, foot_deg=-30.0)

    assert [each.label for each in heard(person(0.0), cover=cover)[0]] == ["people"]
