"""Drawn streets, seen by cameras that aren't level."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar
from server import presets
from server.perception.ground_plane.horizon import Horizon, estimated_horizon
from server.perception.ground_plane.upright import upright
from server.pipeline.attitude import Attitude
from server.pipeline.locate.location import located
from server.pipeline.merge.grouping import merged
from server.pipeline.views import Picture
from server.synthetic.demo import demo_world
from server.synthetic.painting import rendered
from tests.oracle.glimpses import glimpse, held, panorama, photograph
from tests.oracle.worlds import street_world

WIDTH_PX = 1024
TILTS = [(3.0, 0.0), (0.0, -5.0), (-6.0, 4.0), (7.0, 7.0)]


@pytest.fixture(scope="module", params=["demo", "street"])
def street(request):
    return rendered(demo_world() if request.param == "demo" else street_world(0), WIDTH_PX)


def off_gravity_deg(level, horizon):
    """How far directions of a levelled picture are off those against gravity, at most: the zenith's error.

    Args:
        level: what became of a picture.
        horizon: the true one of the picture as it was.
    """
    up = np.asarray(horizon.up)
    column, row = panorama(WIDTH_PX).pixel(*_polar(up))
    _, elevation_deg = (level.original or level.view).direction(column, row)
    return 90.0 - float(elevation_deg)


def _polar(up):
    front, left, above = up
    return np.degrees(np.arctan2(left, front)), np.degrees(np.arcsin(above))


@pytest.mark.parametrize(("pitch_deg", "roll_deg"), TILTS)
def test_without_metadata_edges_bring_elevations_to_gravity(street, pitch_deg, roll_deg):
    horizon = held(pitch_deg=pitch_deg, roll_deg=roll_deg)
    picture = glimpse(street, panorama(WIDTH_PX), horizon).picture
    level = upright(picture)
    assert "upright edges tell" in " ".join(level.notices)
    # Two dimensions of a normal distribution: 2.5 σ hold 96 %.
    assert off_gravity_deg(level, horizon) < 2.5 * estimated_horizon(picture).sigma_deg
    assert off_gravity_deg(level, horizon) < 0.5 * np.hypot(pitch_deg, roll_deg)


def test_a_level_street_stays_as_it_is(street):
    picture = Picture(pixels=street.pixels, view=panorama(WIDTH_PX))
    assert upright(picture) is picture


@pytest.mark.parametrize("attitude", [Attitude(), Attitude(pitch_deg=0.01)])
def test_what_is_called_level_stays_as_it_is(street, attitude):
    picture = replace(glimpse(street, panorama(WIDTH_PX), held(pitch_deg=9.0)).picture, attitude=attitude)
    assert upright(picture) is picture


def test_a_known_attitude_goes_before_the_edges(street):
    horizon = held(pitch_deg=12.0, roll_deg=-21.0)
    told = Attitude.of_zenith(horizon.up)
    level = upright(replace(glimpse(street, panorama(WIDTH_PX), horizon).picture, attitude=told))
    assert off_gravity_deg(level, horizon) < 1e-3
    assert len(level.notices) == 1
    assert str(told) in level.notices[0]
    assert level.attitude == Attitude()


def test_an_attitude_that_the_edges_contradict_is_told(street):
    picture = replace(glimpse(street, panorama(WIDTH_PX), held()).picture, attitude=Attitude(roll_deg=7.0))
    assert "still lean" in " ".join(upright(picture).notices)


def test_a_photograph_looks_down_where_its_edges_say_so(street):
    horizon = held(pitch_deg=-14.0)
    picture = glimpse(street, photograph(), horizon, yaw_deg=90.0).picture
    found = estimated_horizon(picture)
    level = upright(picture)
    assert np.array_equal(level.pixels, picture.pixels)
    tilt_deg = Attitude.of_zenith(found.up).tilt_deg
    assert bool(level.notices) == (tilt_deg > 2.0 * found.sigma_deg)
    if level.notices:
        assert level.view.pitch_deg == pytest.approx(-14.0, abs=2.5 * found.sigma_deg)


def test_a_photograph_that_is_known_to_be_level_is_held_there():
    blank = Picture(pixels=np.full((60, 80, 3), 128, np.uint8), view=photograph(80))
    guessed, known = estimated_horizon(blank), estimated_horizon(replace(blank, attitude=Attitude()))
    assert isinstance(known, Horizon)
    assert known.sigma_deg < guessed.sigma_deg / 2.0


def things_of(picture):
    """What the preset without a download finds: label, azimuth and elevation of what is sure and no plain."""
    stages = presets.stages("embedded")
    (impression,) = stages.propose.propose((picture,))
    maps = list(stages.estimate_depth.estimate_depth((picture,), 2.5))
    sightings = merged([located(proposal, maps) for proposal in impression.proposals])
    return [
        (one.proposal.label, one.azimuth_deg, one.elevation_deg)
        for one in sightings
        if one.proposal.label in ("people", "trees") and one.proposal.confidence > 0.9
    ]


def test_a_told_tilt_changes_no_direction():
    pixels, view = rendered(demo_world(), WIDTH_PX).pixels, panorama(WIDTH_PX)
    attitude = Attitude(pitch_deg=17.0, roll_deg=-25.0)
    rays = scene_from_polar(*view.direction(np.arange(WIDTH_PX)[None] + 0.5, np.arange(WIDTH_PX // 2)[:, None] + 0.5))
    azimuth, elevation, _ = polar_from_scene(rays @ attitude.rotation().T)
    maps = (np.asarray(place - 0.5, np.float32) for place in view.pixel(azimuth, elevation))
    tilted = np.asarray(cv2.remap(pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.uint8)
    found = things_of(upright(Picture(pixels=tilted, view=view, attitude=attitude)))
    expected = things_of(Picture(pixels=pixels, view=view))
    assert len(expected) >= 5
    for label, azimuth_deg, elevation_deg in expected:
        same = [place for name, *place in found if name == label]
        off_deg = great_circle_deg(*np.transpose(same), azimuth_deg, elevation_deg)
        assert off_deg.min() < 1.5, (label, azimuth_deg)
