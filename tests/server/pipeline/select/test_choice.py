from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.locate.location import Located
from server.pipeline.select.choice import chosen
from server.pipeline.settings import Settings
from tests.server.pipeline.select.scenery import WIND, mirrored, names, scenes, source, turned

SETTINGS = (Settings(), Settings(top=3), Settings(nearest=3), Settings(nearest=6, top=2))


def kept(sources: list[Located], **options: int) -> tuple[Located, ...]:
    return chosen(sources, Settings(**options)).kept


def labels(sources: tuple[Located, ...]) -> list[str]:
    return [one.proposal.label for one in sources]


def test_by_default_what_can_be_heard_apart_is_kept_loudest_first() -> None:
    street = [source("bird", level_db=60.0, azimuth_deg=40), source("bus", level_db=85.0), WIND]
    street += [source(f"thing {number}", level_db=70.0, azimuth_deg=90 + number) for number in range(5)]
    choice = chosen([*street, source("leaf", kind="area", level_db=20.0)], Settings())
    assert labels(choice.kept)[:2] == ["bus", "thing 0"]
    assert len(choice.kept) == len(street)
    assert [(one.source.proposal.label, one.reason) for one in choice.left_out] == [("leaf", "masked by bus")]


def test_sources_by_hand_mask_what_was_found() -> None:
    mill, dove = source("mill", kind="area", level_db=100.0), source("dove", level_db=50.0)
    assert chosen([dove], Settings()).kept == (dove,)
    (left_out,) = chosen([dove], Settings(), beside=[mill]).left_out
    assert (left_out.source, left_out.reason) == (dove, "masked by mill")
    # However many they are, they stay.
    many = [source(f"thing {number}") for number in range(20)]
    assert chosen([], Settings(), beside=many).left_out == ()


def test_the_most_audible_are_kept_loudest_first() -> None:
    sources = [source("a", level_db=50), source("b", level_db=80), source("c", level_db=65)]
    assert labels(kept(sources, top=2)) == ["b", "c"]
    (left_out,) = chosen(sources, Settings(top=2)).left_out
    assert (left_out.source, left_out.reason) == (sources[0], "not among the 2 most audible")


def test_one_label_leaves_half_of_the_places_to_others() -> None:
    cars = [source("car", level_db=90, azimuth_deg=10.0 * number) for number in range(6)]
    birds = [source("bird", level_db=45), source("fountain", level_db=50)]
    assert labels(kept([*cars, *birds], top=4)) == ["car", "car", "fountain", "bird"]
    assert labels(kept([*cars, *birds], top=3)) == ["car", "car", "fountain"]


def test_places_that_no_other_label_wants_are_filled() -> None:
    cars = [source("car", level_db=90 - number) for number in range(6)]
    assert labels(kept([*cars, source("bird", level_db=20)], top=5)) == ["car"] * 4 + ["bird"]
    assert kept(cars, top=5) == tuple(cars[:5])


def test_the_nearest_are_kept_however_quiet() -> None:
    near, far = source("leaf", level_db=20.0, distance_m=3.0), source("train", level_db=100.0, distance_m=30.0)
    choice = chosen([far, near, WIND], Settings(nearest=1))
    assert choice.kept == (near,)
    assert [one.reason for one in choice.left_out] == ["not among the 1 nearest"] * 2
    assert set(kept([far, near, WIND], nearest=2)) == {near, far}


def test_of_the_nearest_the_most_audible_are_kept() -> None:
    sources = [
        source("far", level_db=99.0, distance_m=30.0),
        source("loud", level_db=70.0, distance_m=2.0),
        source("near", level_db=50.0, distance_m=1.0),
    ]
    assert labels(kept(sources, nearest=2, top=1)) == ["loud"]
    assert labels(kept(sources, nearest=2)) == ["loud", "near"]
    assert labels(kept(sources, top=1)) == ["far"]


def test_nothing_is_chosen_of_nothing_and_none_when_none_is_wanted() -> None:
    for settings in SETTINGS:
        assert chosen([], settings).kept == ()
    (left_out,) = chosen([source()], Settings(top=0)).left_out
    assert left_out.reason == "since only sources by hand were asked for"
    assert len(kept([source()], top=4)) == 1


@pytest.mark.parametrize("settings", SETTINGS)
@given(data=st.data(), scene=scenes())
def test_the_choice_does_not_depend_on_the_order(settings: Settings, data: st.DataObject, scene: list[Located]) -> None:
    twins = [replace(one, azimuth_deg=one.azimuth_deg / 2) for one in scene[:3]]
    shuffled = data.draw(st.permutations(scene + twins))
    assert chosen(shuffled, settings) == chosen(scene + twins, settings)


@pytest.mark.parametrize("settings", SETTINGS)
@given(scene=scenes(), yaw_deg=st.integers(-180, 180))
def test_the_choice_does_not_depend_on_where_the_picture_begins_or_which_way_round_it_is(
    settings: Settings, scene: list[Located], yaw_deg: int
) -> None:
    expected = names(chosen(scene, settings).kept)
    assert names(chosen(turned(scene, yaw_deg), settings).kept) == expected
    assert names(chosen(mirrored(scene), settings).kept) == expected
