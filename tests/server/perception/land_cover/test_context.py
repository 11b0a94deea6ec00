from __future__ import annotations

import numpy as np
import pytest

from server.perception.land_cover.context import even_ground, in_context, openness, shares, without_ceiling
from server.perception.land_cover.cover import Cover
from server.pipeline.views import View

PANORAMA = View(name="picture", projection="equirectangular", width_px=64, height_px=32)
PHOTOGRAPH = View(name="picture", projection="perspective", width_px=64, height_px=48, hfov_deg=65.0)


def halves(view: View, above: dict[Cover, float], below: dict[Cover, float]) -> np.ndarray:
    """Odds of a picture that shows one thing above its middle row and another below."""
    odds = np.zeros((len(Cover), view.height_px, view.width_px), np.float32)
    middle = view.height_px // 2
    for cover, probability in above.items():
        odds[cover, :middle] = probability
    for cover, probability in below.items():
        odds[cover, middle:] = probability
    return odds


def test_no_wall_of_a_room_stands_under_an_open_sky() -> None:
    odds = halves(PANORAMA, {Cover.SKY: 0.9, Cover.INTERIOR: 0.1}, {Cover.BUILDING: 0.4, Cover.INTERIOR: 0.6})

    assert np.all(in_context(odds, PANORAMA)[:, 16:].argmax(axis=0) == Cover.BUILDING)


def test_no_meadow_lies_in_a_room() -> None:
    odds = halves(PANORAMA, {Cover.INTERIOR: 1.0}, {Cover.GRASS: 0.6, Cover.PAVED: 0.4})

    assert np.all(in_context(odds, PANORAMA)[:, 16:].argmax(axis=0) == Cover.PAVED)


def test_a_hall_of_facades_keeps_them() -> None:
    odds = halves(PANORAMA, {Cover.INTERIOR: 0.6, Cover.BUILDING: 0.4}, {Cover.PAVED: 1.0})
    odds[Cover.INTERIOR, 12:16], odds[Cover.BUILDING, 12:16] = 0.3, 0.7

    assert np.all(in_context(odds, PANORAMA)[:, :16].argmax(axis=0) == Cover.BUILDING)


def test_a_photograph_of_neither_sky_nor_ceiling_is_open_by_half() -> None:
    odds = halves(PHOTOGRAPH, {Cover.BUILDING: 1.0}, {Cover.PAVED: 1.0})

    assert openness(shares(odds, PHOTOGRAPH), overhead=False) == pytest.approx(0.5)


@pytest.mark.parametrize("view", [PANORAMA, PHOTOGRAPH], ids=["panorama", "photograph"])
def test_even_ground_keeps_what_is_flat_ground_and_what_is_not(view: View) -> None:
    odds = np.random.default_rng(0).dirichlet(np.ones(len(Cover)), (view.height_px, view.width_px))
    odds = np.moveaxis(odds, 2, 0).astype(np.float32)

    even = even_ground(odds, view)

    assert np.sum(even, axis=0) == pytest.approx(1.0, rel=1e-5)
    others = [cover for cover in Cover if cover not in (Cover.ROAD, Cover.PAVED, Cover.WATER)]
    assert np.array_equal(even[others], odds[others])
    flat = even[[Cover.ROAD, Cover.PAVED, Cover.WATER]]
    assert np.all(np.std(flat / flat.sum(axis=0), axis=(1, 2)) < 0.1)


def test_a_gleam_on_a_road_is_no_water_and_a_lake_is_one() -> None:
    odds = halves(PANORAMA, {Cover.SKY: 1.0}, {Cover.ROAD: 0.9, Cover.WATER: 0.1})
    odds[Cover.ROAD, 16:20, 30:34], odds[Cover.WATER, 16:20, 30:34] = 0.2, 0.8
    lake = halves(PANORAMA, {Cover.SKY: 1.0}, {Cover.ROAD: 0.1, Cover.WATER: 0.9})

    assert np.all(even_ground(odds, PANORAMA)[:, 16:].argmax(axis=0) == Cover.ROAD)
    assert np.all(even_ground(lake, PANORAMA)[:, 16:].argmax(axis=0) == Cover.WATER)


def test_even_ground_turns_with_the_panorama() -> None:
    odds = np.random.default_rng(1).dirichlet(np.ones(len(Cover)), (32, 64))
    odds = np.moveaxis(odds, 2, 0).astype(np.float32)

    turned = even_ground(np.roll(odds, 20, axis=2), PANORAMA)

    assert turned == pytest.approx(np.roll(even_ground(odds, PANORAMA), 20, axis=2), abs=1e-5)


@pytest.mark.parametrize(
    ("lab", "is_sky"),
    [((86.0, 0.0, 3.0), False), ((86.0, 0.0, -4.0), True), ((99.0, 0.0, 1.0), True)],
    ids=["cream", "bluish", "burnt out"],
)
def test_what_is_pale_overhead_and_never_seen_low_is_a_ceiling_unless_it_has_the_colour_of_a_sky(
    lab: tuple[float, float, float], is_sky: bool
) -> None:
    odds = halves(PANORAMA, {Cover.BUILDING: 1.0}, {Cover.PAVED: 1.0})
    odds[:, :10] = 0.0
    odds[Cover.SKY, :10] = 1.0
    colour = np.broadcast_to(np.array(lab, np.float32)[:, None, None], (3, 32, 64))

    found = without_ceiling(odds, PANORAMA, colour)

    assert np.all(found[:, :10].argmax(axis=0) == (Cover.SKY if is_sky else Cover.INTERIOR))
