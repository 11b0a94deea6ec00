from __future__ import annotations

import numpy as np
import pytest

from protocol.scene import Surroundings
from server.perception.detector.sight import Detection
from server.perception.land_cover.classes import Cover, LandCover
from server.perception.things.thing import Thing, thing
from server.perception.things.traffic import roads, traffic
from server.pipeline.stages import Proposal
from tests.server.perception.things.drawn import PANORAMA, ground, paint, standing


def street(*roads_deg: tuple[float, float]) -> LandCover:
    """Paving, with roads across it between azimuths."""
    cover = ground(Cover.PAVED)
    for left_deg, right_deg in roads_deg:
        paint(cover, Cover.ROAD, left_deg=left_deg, right_deg=right_deg, top_deg=-3.0, foot_deg=-30.0)
    return cover


def cars(*azimuths_deg: float, distance_m: float = 10.0) -> list[Detection]:
    return [
        standing("car", deg, distance_m=distance_m, height_m=1.5, width_m=3.0, confidence=0.6) for deg in azimuths_deg
    ]


def heard(
    cover: LandCover, vehicles: list[Detection], where: Surroundings = "outdoor"
) -> tuple[list[Proposal], list[Thing]]:
    found, parked = roads(cover, [thing(each, cover) for each in vehicles], where)
    return [traffic(road, PANORAMA) for road in found], parked


def test_a_road_without_cars_has_inferred_traffic() -> None:
    (proposal,), _ = heard(street((60.0, -60.0)), [])

    assert proposal.label == "road traffic"
    assert proposal.kind == "line"
    assert proposal.evidence == "inferred"
    assert proposal.mask is not None


def test_cars_on_a_road_are_that_one_source_and_the_more_the_louder() -> None:
    cover = street((60.0, -60.0))
    (empty,), _ = heard(cover, [])
    (few,), parked = heard(cover, cars(0.0, 40.0))
    (many,), _ = heard(cover, cars(*np.linspace(-50.0, 50.0, 7)))

    assert not parked
    assert empty.level_db_spl_1m < few.level_db_spl_1m < many.level_db_spl_1m
    assert empty.confidence < few.confidence
    assert few.evidence == many.evidence == "seen"
    assert "busy" in many.prompt


def test_cars_sound_on_the_road_that_they_are_on() -> None:
    proposals, _ = heard(street((60.0, 0.0), (-90.0, -150.0)), cars(-120.0, -110.0))

    assert [each.evidence for each in proposals] == ["inferred", "seen"]


def test_a_small_road_sounds_if_a_car_is_on_it() -> None:
    cover = ground(Cover.PAVED)
    paint(cover, Cover.ROAD, left_deg=9.0, right_deg=-9.0, top_deg=-3.0, foot_deg=-8.5)

    assert heard(cover, []) == ([], [])
    assert [each.label for each in heard(cover, cars(0.0, distance_m=12.0))[0]] == ["road traffic"]


def test_a_doubtful_road_sounds_if_a_car_is_on_it() -> None:
    cover = street((60.0, -60.0))
    cover.confidence[:] = 0.55

    assert heard(cover, []) == ([], [])
    assert [each.evidence for each in heard(cover, cars(0.0))[0]] == ["seen"]


def test_a_lone_car_beside_no_road_is_parked() -> None:
    proposals, parked = heard(ground(Cover.PAVED), cars(30.0))

    assert not proposals
    assert len(parked) == 1


def test_cars_in_a_row_have_traffic_where_no_road_is_known() -> None:
    proposals, parked = heard(ground(Cover.PAVED), cars(0.0, 20.0, 40.0, -150.0))

    assert [each.label for each in proposals] == ["road traffic"]
    assert proposals[0].mask is None
    assert [round(each.azimuth_deg) for each in parked] == [-150]


def test_a_row_beside_a_road_belongs_to_it() -> None:
    cover = ground(Cover.PAVED)
    paint(cover, Cover.ROAD, left_deg=60.0, right_deg=-60.0, top_deg=-14.0, foot_deg=-40.0)

    proposals, _ = heard(cover, cars(-16.0, 0.0, 16.0, distance_m=15.0))

    assert len(proposals) == 1
    assert proposals[0].evidence == "seen"


def test_a_car_where_a_road_goes_on_belongs_to_it() -> None:
    cover = street((60.0, -10.0))
    paint(cover, Cover.ROAD, left_deg=-14.0, right_deg=-22.0, top_deg=-8.0, foot_deg=-10.0)

    proposals, parked = heard(cover, cars(-18.0))

    assert [each.evidence for each in proposals] == ["seen"]
    assert not parked


@pytest.mark.parametrize("where", ["indoor", "covered"])
def test_under_a_roof_cars_and_roads_are_silent(where: Surroundings) -> None:
    proposals, parked = heard(street((60.0, -60.0)), cars(0.0, 15.0, 30.0), where)

    assert not proposals
    assert len(parked) == 3


def test_in_unknown_surroundings_a_road_needs_cars() -> None:
    cover = street((60.0, -60.0))

    assert not heard(cover, [], "unknown")[0]
    assert len(heard(cover, cars(0.0), "unknown")[0]) == 1
