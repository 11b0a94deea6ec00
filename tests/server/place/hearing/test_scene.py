from dataclasses import replace

import numpy as np
import pytest

from protocol.levels import received_level_db
from protocol.place import Place, PlacedSource, SeenFrom, Viewpoint
from protocol.scene import Environment, Image
from server.place.hearing.ambience import AmbienceMap
from server.place.hearing.scene import PlaceScenes

IMAGE = Image(
    path="picture.jpg", sha256="0" * 64, width_px=8, height_px=4, projection="equirectangular", hfov_deg=360.0
)


def viewpoint(name: str, x: float, y: float = 0.0) -> Viewpoint:
    return Viewpoint(
        name=name,
        position_m=(x, y, 2.0),
        position_sigma_m=(0.1, 0.1, 0.1),
        heading_deg=0.0,
        heading_sigma_deg=1.0,
        camera_height_m=2.0,
    )


def source(name: str, position_m, *, level_db: float = 70.0, kind="point", seen=()) -> PlacedSource:
    return PlacedSource(
        id=name,
        label=name,
        prompt=name,
        kind=kind,
        evidence="seen",
        position_m=position_m,
        covariance_m2=None if position_m is None else ((1.0, 0.0, 0.0), (0.0, 4.0, 0.0), (0.0, 0.0, 1.0)),
        level_db_spl_1m=level_db,
        confidence=0.9,
        seen_from=tuple(
            SeenFrom(viewpoint=each, azimuth_deg=0.0, elevation_deg=0.0, distance_m=None, confidence=0.5)
            for each in seen
        ),
    )


def place_of(viewpoints, sources) -> Place:
    return Place(
        format="sonorama.place", version=1, id="p", origin=None, viewpoints=tuple(viewpoints), sources=tuple(sources)
    )


def at(place: Place, listener_m, heading_deg: float = 90.0, **options):
    return PlaceScenes(place, **options).at(
        np.array(listener_m),
        heading_deg,
        scene_id="s",
        image=IMAGE,
        camera_height_m=1.7,
        environment=Environment(),
    )


def test_walking_past_a_source_follows_the_level_law_and_turns_with_it():
    place = place_of([viewpoint("a", 0.0)], [source("bell", (0.0, 5.0, 2.0))])
    for x in np.linspace(-30.0, 30.0, 61):
        (bell,) = at(place, (x, 0.0, 2.0)).sources
        true_m = np.hypot(x, 5.0)
        level_db = received_level_db(bell.level_db_spl_1m, bell.distance_m, bell.kind)
        assert level_db == pytest.approx(70.0 - 20.0 * np.log10(true_m), abs=0.5)
        assert bell.azimuth_deg == pytest.approx(np.degrees(np.arctan2(5.0, -x)), abs=1.0)


def test_facing_north_what_stands_in_the_east_is_on_the_right():
    place = place_of([viewpoint("a", 0.0)], [source("bell", (7.0, 0.0, 2.0))])
    (bell,) = at(place, (0.0, 0.0, 2.0), heading_deg=0.0).sources
    assert bell.azimuth_deg == pytest.approx(-90.0)
    assert bell.distance_sigma_m == pytest.approx(1.0)


def test_the_loudest_few_are_heard():
    sources = [source(f"bell-{n}", (float(10 + n), 0.0, 2.0)) for n in range(20)]
    place = place_of([viewpoint("a", 0.0)], sources)
    assert [each.id for each in at(place, (0.0, 0.0, 2.0), most=3).sources] == ["bell-0", "bell-1", "bell-2"]


def test_ambience_fades_from_where_it_is_heard_to_where_it_is_not():
    viewpoints = [viewpoint(f"v{n}", 10.0 * n) for n in range(12)]
    sea, town = (
        source("sea", None, kind="ambient", seen=[f"v{n}" for n in range(6)]),
        source("town", None, kind="ambient", seen=[f"v{n}" for n in range(6, 12)]),
    )
    gains = AmbienceMap(viewpoints, [sea, town])
    walked = np.array([gains.gains(np.array([x, 0.0, 2.0])) for x in np.arange(0.0, 110.0, 0.1)])
    assert walked[0] == pytest.approx([1.0, 0.0], abs=0.05)
    assert walked[-1] == pytest.approx([0.0, 1.0], abs=0.05)
    assert np.abs((walked**2).sum(axis=1) - 1.0).max() < 1e-9
    assert np.abs(np.diff(walked, axis=0)).max() < 0.05


def test_a_single_viewpoint_hears_its_ambience_everywhere():
    place = place_of([viewpoint("a", 0.0)], [source("wind", None, kind="ambient", seen=["a"])])
    for x in (0.0, 500.0):
        (wind,) = at(place, (x, 0.0, 2.0)).sources
        assert wind.level_db_spl_1m == pytest.approx(70.0)
        assert wind.distance_m is None


def test_what_is_muted_is_not_heard():
    bell = replace(source("bell", (7.0, 0.0, 2.0)), muted=True)
    assert at(place_of([viewpoint("a", 0.0)], [bell]), (0.0, 0.0, 2.0)).sources == ()
