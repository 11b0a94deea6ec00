from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.scene import Street
from server.perception.ground_plane.depth_estimator import GroundPlaneDepthEstimator
from server.pipeline.locate.street_canyon import street_of
from server.pipeline.picture.image import read_picture
from server.pipeline.stages import DistanceMap
from server.pipeline.views import View

VIEW = View(name="picture", projection="equirectangular", width_px=360, height_px=180)


def ranges(across, *, axis_deg=0.0):
    """A map in which what stands is so far, along the ground, as ``across`` says of angles off an axis."""
    azimuth_deg, elevation_deg = VIEW.direction(np.arange(360)[None, :] + 0.5, np.arange(180)[:, None] + 0.5)
    off_deg = (azimuth_deg - axis_deg + 180.0) % 360.0 - 180.0
    distance_m = across(off_deg) / np.cos(np.radians(elevation_deg))
    return DistanceMap(view=VIEW, distance_m=distance_m.astype(np.float32), sigma_m=distance_m.astype(np.float32))


def between_houses(left_m, right_m):
    return lambda off_deg: (
        np.where(off_deg > 0, left_m, right_m) / np.maximum(np.abs(np.sin(np.radians(off_deg))), 1e-3)
    )


@settings(max_examples=25, deadline=None)
@given(axis_deg=st.floats(-90, 89), left_m=st.floats(3, 20), right_m=st.floats(3, 20))
def test_a_street_is_found_wherever_it_goes(axis_deg, left_m, right_m):
    found = street_of([ranges(between_houses(left_m, right_m), axis_deg=axis_deg)])
    assert found is not None
    turned = (found.azimuth_deg - axis_deg + 90.0) % 180.0 - 90.0
    assert abs(turned) <= 3.0
    # Told from its other end, left is right.
    flipped = abs(found.azimuth_deg - axis_deg) > 90.0
    sides = (found.right_m, found.left_m) if flipped else (found.left_m, found.right_m)
    np.testing.assert_allclose(sides, (left_m, right_m), rtol=0.05)


@pytest.mark.parametrize(
    "across",
    [
        pytest.param(lambda off_deg: np.full_like(off_deg, np.inf), id="an open field"),
        pytest.param(lambda off_deg: np.full_like(off_deg, 6.0), id="a round court"),
        pytest.param(lambda off_deg: np.where(off_deg > 0, between_houses(5, 5)(off_deg), np.inf), id="one side"),
        pytest.param(lambda off_deg: np.minimum(between_houses(5, 5)(off_deg), 8.0), id="a closed yard"),
        pytest.param(between_houses(60, 60), id="a square"),
        pytest.param(
            lambda off_deg: between_houses(6, 6)(off_deg) * (1.0 + 0.9 * np.sin(np.radians(9 * off_deg))), id="trees"
        ),
    ],
)
def test_other_places_are_none(across):
    assert street_of([ranges(across)]) is None


def test_a_photograph_tells_of_no_street():
    view = View(name="photo", projection="perspective", width_px=100, height_px=80, hfov_deg=65.0)
    flat = np.full((80, 100), 5.0, np.float32)
    assert street_of([DistanceMap(view=view, distance_m=flat, sigma_m=flat)]) is None


def test_a_street_has_no_sides_behind_it():
    with pytest.raises(ValueError, match="left_m"):
        Street(azimuth_deg=0.0, left_m=0.0, right_m=1.0)


@pytest.mark.parametrize("name", ["street_suburb", "royal_esplanade", "noon_grass", "rainforest_trail"])
def test_no_street_is_seen_where_there_is_none(panoramas, name):
    picture = read_picture(panoramas / f"{name}.jpg")
    assert street_of(list(GroundPlaneDepthEstimator().estimate_depth((picture,), 2.0))) is None
