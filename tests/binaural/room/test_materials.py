import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.room.materials import BANDS_HZ, absorption, band_gains, octave_weights


def test_a_material_is_as_tabulated_and_held_above_its_table():
    # Vorländer 2007: rough concrete, to 8 kHz; tufted carpet on a hair pad, to 4 kHz.
    np.testing.assert_allclose(absorption({"rough_concrete": 1.0}), [0.02, 0.03, 0.03, 0.03, 0.04, 0.07, 0.07, 0.07])
    np.testing.assert_allclose(absorption({"carpet_tufted_9.5mm": 1.0}), [0.1, 0.4, 0.62, 0.7, 0.63, 0.88, 0.88, 0.88])


def test_a_surface_of_two_materials_lies_between_them():
    brick, glass = absorption({"brick_wall_rough": 1.0}), absorption({"glass_window": 1.0})
    both = absorption({"brick_wall_rough": 0.5, "glass_window": 0.5})
    np.testing.assert_allclose(both, (brick + glass) / 2)


@given(st.lists(st.floats(1e-3, 1.0), min_size=8, max_size=8))
@settings(max_examples=30, deadline=None)
def test_gains_are_met_at_the_centres_and_never_leave_their_neighbours_range(gains):
    gains = np.array(gains)
    np.testing.assert_allclose(band_gains(gains, BANDS_HZ), gains)
    between = band_gains(gains, np.linspace(0, 24_000, 200))
    assert between.min() >= gains.min() * (1 - 1e-9)
    assert between.max() <= gains.max() * (1 + 1e-9)


@pytest.mark.parametrize("frequency_hz", [0.0, 50.0, 125.0, 700.0, 11_000.0, 24_000.0])
def test_octaves_add_up_to_the_whole(frequency_hz):
    shares = octave_weights(np.array([frequency_hz]))
    assert shares.sum() == pytest.approx(1.0)
    assert shares.min() >= 0.0
    # No frequency belongs to more than its two neighbours.
    assert (shares > 0).sum() <= 2
