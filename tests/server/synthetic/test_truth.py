from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from protocol.coordinates import equirectangular_direction
from server.perception.land_cover.classes import Cover
from server.synthetic.materials import Material
from server.synthetic.shapes import Ellipsoid, Shape, block
from server.synthetic.things.people import person
from server.synthetic.things.plants import tree
from server.synthetic.things.vehicles import balloon, car
from server.synthetic.truth import truth
from server.synthetic.world import Part, Strip, Thing, World


def _thing(shape: Shape, label: str = "ball") -> Thing:
    return Thing(label=label, kind="point", cover=Cover.OTHER, parts=(Part(shape=shape, material=Material.PLAIN),))


def _ball(x: float, y: float, z: float, radius: float = 1.0, label: str = "ball") -> Thing:
    return _thing(Ellipsoid(centre_m=(x, y, z), radii_m=(radius,) * 3), label)


def test_ground_is_as_far_as_the_depression_says_and_the_sky_is_infinite() -> None:
    seen = truth(World(camera_height_m=2.0), 360)
    _, elevation_deg = equirectangular_direction(0.5, np.arange(180) + 0.5, width_px=360, height_px=180)
    below = elevation_deg < 0
    expected = 2.0 / np.sin(np.radians(-elevation_deg[below]))
    np.testing.assert_allclose(seen.distance_m[below], np.repeat(expected[:, None], 360, axis=1), rtol=1e-4)
    assert np.isinf(seen.distance_m[~below]).all()
    assert (seen.cover[~below] == Cover.SKY).all()
    assert (seen.cover[below] == Cover.GRASS).all()


@pytest.mark.parametrize(("x", "y", "azimuth_deg"), [(10, 0, 0), (0, 10, 90), (-10, 0, 180), (0, -10, -90), (7, 7, 45)])
def test_ball_is_where_its_centre_is_and_as_wide_as_its_tangents(x: float, y: float, azimuth_deg: float) -> None:
    (sight,) = truth(World(things=(_ball(x, y, 2.5),)), 1440).sights
    away = float(np.hypot(x, y))
    width_deg = 2 * float(np.degrees(np.arcsin(1 / away)))
    assert abs(sight.azimuth_deg) == pytest.approx(abs(azimuth_deg), abs=0.26)
    assert sight.elevation_deg == pytest.approx(0.0, abs=0.26)
    assert sight.width_deg == pytest.approx(width_deg, abs=0.6)
    assert sight.height_deg == pytest.approx(width_deg, abs=0.6)
    # Half of the disc of a ball lies farther than the ray that passes its centre at 0.71 radii.
    assert sight.distance_m == pytest.approx(away - np.sqrt(0.5), rel=0.02)
    assert sight.solid_angle_sr == pytest.approx(2 * np.pi * (1 - np.sqrt(1 - 1 / away**2)), rel=0.03)


def test_what_is_nearer_hides_what_is_behind_it_and_both_know_it() -> None:
    near, far = _ball(5, 0.0, 2.5, label="near"), _ball(12, 2.4, 2.5, 2.0, label="far")
    by_label = {sight.label: sight for sight in truth(World(things=(far, near)), 1440).sights}
    assert by_label["near"].visible == pytest.approx(1.0)
    assert 0.3 < by_label["far"].visible < 0.8
    assert by_label["far"].width_deg < by_label["far"].full_width_deg
    hidden = truth(World(things=(_ball(5, 0, 2.5, 2.0), _ball(30, 0, 2.5, label="lost"))), 720)
    assert [sight.label for sight in hidden.sights] == ["ball"]


def test_thing_across_the_seam_is_one_thing_with_one_middle() -> None:
    (sight,) = truth(World(things=(_ball(-6, 0, 2.5),)), 720).sights
    assert abs(sight.azimuth_deg) > 179.0
    assert sight.width_deg < 25.0


def test_balloon_overhead_is_overhead() -> None:
    (sight,) = truth(World(things=(balloon(1.0, 1.0, 40.0),)), 720).sights
    assert sight.width_deg == 360.0
    assert sight.elevation_deg == pytest.approx(88.0, abs=1.5)


@pytest.mark.parametrize("columns_px", [90, 133])
def test_turning_the_world_by_whole_columns_rolls_the_truth(columns_px: int) -> None:
    things = (car(6, 3), tree(-8, 2, seed=3), person(3, -4), balloon(2, 3, 40))
    world = World(
        things=things,
        strips=(Strip(label="r", kind="line", cover=Cover.ROAD, material=Material.ASPHALT, x_m=(-90, 90), y_m=(1, 6)),),
    )
    straight = truth(world, 720)
    turned = truth(replace(world, yaw_deg=columns_px / 2), 720)
    same = np.roll(straight.object_id, -columns_px, axis=1) == turned.object_id
    assert same.mean() > 0.9995, "but for rounding at outlines"
    both = same & np.isfinite(turned.distance_m)
    rolled_m = np.roll(straight.distance_m, -columns_px, axis=1)
    np.testing.assert_allclose(turned.distance_m[both], rolled_m[both], rtol=1e-3)


def test_culling_loses_no_pixel_of_anything() -> None:
    # One ray for each pixel against every part, without windows, is the slow and obvious way.
    things = (car(2.0, 1.2), _thing(block((0.5, -3.0, 0.0), (30.0, 1.0, 8.0)), "wall"), _ball(-2.0, 0.3, 2.0, 1.0))
    world = World(things=things, camera_height_m=2.5)
    seen = truth(world, 256)
    column, row = np.meshgrid(np.arange(256) + 0.5, np.arange(128) + 0.5)
    azimuth, elevation = (
        np.radians(angle) for angle in equirectangular_direction(column, row, width_px=256, height_px=128)
    )
    ray = tuple(
        part.astype(np.float32)
        for part in (np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation))
    )
    eye = tuple(np.full(1, value, np.float32) for value in (0.0, 0.0, 2.5))
    with np.errstate(divide="ignore"):
        nearest = np.where(ray[2] < 0, 2.5 / -ray[2], np.inf)
    owner = np.full(nearest.shape, -1)
    for index, thing in enumerate(things):
        for part in thing.parts:
            metres = part.shape.entry_m(eye, ray)  # type: ignore[arg-type]
            owner = np.where(metres < nearest, index, owner)
            nearest = np.minimum(nearest, metres)
    assert (owner == seen.object_id).mean() > 0.9995


def test_later_strip_lies_on_top() -> None:
    def strip(label: str, y_m: tuple[float, float], cover: Cover) -> Strip:
        return Strip(label=label, kind="area", cover=cover, material=Material.PAVING, x_m=(-50, 50), y_m=y_m)

    world = World(strips=(strip("under", (-50, 50), Cover.PAVED), strip("over", (2, 5), Cover.WATER)))
    seen = truth(world, 720)
    column, row = 180, int((0.5 + np.degrees(np.arctan2(2.5, 3.5)) / 180) * 360)
    assert seen.cover[row, column] == Cover.WATER
    assert seen.cover[row, 540] == Cover.PAVED
    assert {sight.label for sight in seen.sights} == {"under", "over"}
