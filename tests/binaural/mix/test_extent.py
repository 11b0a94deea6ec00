import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.mix.extent import emitter_count, spread_directions
from protocol.coordinates import great_circle_deg, polar_from_scene, scene_from_polar


@given(
    azimuth_deg=st.floats(-180, 180), elevation_deg=st.floats(-90, 90), width_deg=st.floats(0, 360),
    height_deg=st.floats(0, 180), count=st.integers(1, 12),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_any_extent_anywhere_gives_as_many_unit_vectors_as_asked(
    azimuth_deg, elevation_deg, width_deg, height_deg, count
):
    middle = scene_from_polar(azimuth_deg, elevation_deg)
    spread = spread_directions(middle, width_deg, height_deg, count)
    assert spread.shape == (count, 3)
    np.testing.assert_allclose(np.linalg.norm(spread, axis=1), 1)
    if count == 1:
        np.testing.assert_allclose(spread[0], middle, atol=1e-6)


@given(azimuth_deg=st.floats(-180, 180), elevation_deg=st.floats(-60, 60), count=st.integers(2, 12))
@settings(max_examples=30, deadline=None)
def test_emitters_lie_within_the_extent_and_mirrored_about_its_middle(azimuth_deg, elevation_deg, count):
    spread = spread_directions(scene_from_polar(azimuth_deg, elevation_deg), 70, 50, count)
    azimuth, elevation, _ = polar_from_scene(spread)
    aside = np.mod(azimuth - azimuth_deg + 180, 360) - 180
    assert np.all((aside / 35) ** 2 + ((elevation - elevation_deg) / 25) ** 2 < 1 + 1e-9)
    np.testing.assert_allclose(np.sort(aside), -np.sort(aside)[::-1], atol=1e-6)


def test_a_sea_all_around_is_a_ring_at_its_elevation():
    azimuth_deg, elevation_deg, _ = polar_from_scene(spread_directions(scene_from_polar(30, -10), 360, 0, 9))
    np.testing.assert_allclose(elevation_deg, -10)
    np.testing.assert_allclose(np.diff(np.sort(azimuth_deg)), 40)


@pytest.mark.parametrize("elevation_deg", [90, -90, 80])
def test_what_covers_a_pole_surrounds_its_middle(elevation_deg):
    spread = spread_directions(scene_from_polar(0, elevation_deg), 60, 60, 9)
    azimuth, elevation, _ = polar_from_scene(spread)
    assert great_circle_deg(azimuth, elevation, 0, elevation_deg).max() <= 30
    middle = spread.mean(axis=0) / np.linalg.norm(spread.mean(axis=0))
    np.testing.assert_allclose(middle, scene_from_polar(0, elevation_deg), atol=1e-6)
    # Not in a line: it is about as wide one way as the other.
    spreads = np.linalg.svd(spread - spread.mean(axis=0), compute_uv=False)
    assert spreads[1] > 0.7 * spreads[0]


def test_a_disc_overhead_is_a_disc_whatever_its_width_says_above_its_height():
    """Over the zenith, all azimuths are covered by the smallest disc."""
    spread = spread_directions(scene_from_polar(0, 90), 360, 40, 9)
    assert polar_from_scene(spread)[1].min() >= 70


def test_wider_or_higher_things_have_more_emitters():
    ahead, above = scene_from_polar(0, 0), scene_from_polar(0, 88)
    assert [emitter_count(ahead, width_deg, 0) for width_deg in (0, 20, 21, 80, 81, 360)] == [1, 1, 4, 4, 9, 9]
    assert emitter_count(ahead, 10, 120) == 4
    # All round near the zenith is little.
    assert emitter_count(above, 360, 4) == 1
