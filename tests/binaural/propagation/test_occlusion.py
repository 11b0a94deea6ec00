import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.propagation.occlusion import occlusion_gains


@given(amounts=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@settings(max_examples=25, deadline=None)
def test_more_cover_or_a_higher_pitch_is_never_louder(amounts):
    gains = occlusion_gains(sorted(amounts), np.geomspace(20, 20_000, 60))
    assert np.all(np.diff(gains, axis=0) <= 1e-12)
    assert np.all(np.diff(gains, axis=1) <= 1e-12)


def test_what_stands_in_the_way_takes_what_a_barrier_takes():
    """ISO 9613-2:1996, equation 14, for a way that is a metre longer; with nothing in the way, nothing is taken."""
    waves = np.array([125, 500, 1000]) / 343.2
    taken_db = -20 * np.log10(occlusion_gains([0.0, 1.0], [125, 500, 1000, 2000, 16_000]))
    np.testing.assert_array_equal(taken_db[0], 0)
    np.testing.assert_allclose(taken_db[1], [*(10 * np.log10(3 + 20 * waves)), 20, 20], rtol=1e-6)
