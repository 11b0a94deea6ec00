import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaural.mix.stem import BLOCK_SAMPLES, Stem, mixed, stretches, whole

LENGTHS = st.integers(1, 3 * BLOCK_SAMPLES)


def noise(count, channels=2, seed=0):
    return np.random.default_rng(seed).standard_normal((count, channels)).astype(np.float32)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 2 * BLOCK_SAMPLES), length=LENGTHS, loop=st.booleans())
def test_a_mix_in_blocks_is_the_stem_wherever_blocks_end(count, length, loop):
    samples = noise(count)
    mix = whole(mixed([Stem(samples, loop)], channels=2, length_samples=length)(), 2)
    expected = np.resize(samples, (length, 2)) if loop else np.pad(samples, ((0, length), (0, 0)))[:length]
    np.testing.assert_array_equal(mix, expected)


def test_a_mix_can_be_made_as_often_as_need_be():
    blocks = mixed([Stem(noise(1000), True), Stem(noise(40_000, seed=1), False)], channels=2, length_samples=50_000)
    once, again = (whole(blocks(), 2) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert {len(block) for block in blocks()} == {BLOCK_SAMPLES, 50_000 % BLOCK_SAMPLES}


def test_nothing_makes_silence_and_no_length_no_block():
    assert whole(mixed([], channels=3, length_samples=10)(), 3).tolist() == np.zeros((10, 3)).tolist()
    assert whole(mixed([], channels=3, length_samples=0)(), 3).shape == (0, 3)


@pytest.mark.parametrize("loop", [True, False])
def test_joined_stems_are_both_at_once(loop):
    one, other = Stem(noise(500), loop), Stem(noise(500 if loop else 800, seed=1), loop)
    parts = mixed([one, other], channels=2, length_samples=1200)
    joined = mixed([one.joined(other)], channels=2, length_samples=1200)
    np.testing.assert_allclose(whole(joined(), 2), whole(parts(), 2), atol=1e-6)


def test_a_loop_that_began_before_is_near_its_end():
    samples = np.arange(10.0)
    assert [(to, part.tolist()) for to, part in stretches(samples, -2, 5, loop=True)] == [
        (0, [8.0, 9.0]),
        (2, [0.0, 1.0, 2.0]),
    ]
    assert list(stretches(samples, 10, 5, loop=False)) == []
