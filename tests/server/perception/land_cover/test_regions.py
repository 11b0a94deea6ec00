from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from server.perception.land_cover.regions import region_sums, regions, runs, split_runs

MASKS = arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(3, 12)))


def test_a_region_goes_on_across_the_seam() -> None:
    mask = np.zeros((4, 10), dtype=np.bool_)
    mask[1, :2] = mask[1, 8:] = True

    around, labels = regions(mask, around=True)
    flat, _ = regions(mask, around=False)

    assert (around, flat) == (1, 2)
    assert set(labels[mask]) == {1}


def test_a_region_goes_on_diagonally_across_the_seam_but_not_from_the_lowest_row_to_the_highest() -> None:
    diagonal, opposite = np.zeros((2, 4, 6), dtype=np.bool_)
    diagonal[1, -1] = diagonal[2, 0] = True
    opposite[3, -1] = opposite[0, 0] = True

    assert regions(diagonal, around=True)[0] == 1
    assert regions(opposite, around=True)[0] == 2


@settings(max_examples=60, deadline=None)
@given(mask=MASKS, turn=st.integers(0, 11))
def test_turning_a_mask_changes_no_region_around(mask: np.ndarray, turn: int) -> None:
    count, labels = regions(mask, around=True)
    turned_count, turned = regions(np.roll(mask, turn, axis=1), around=True)

    sizes = np.sort(region_sums(labels, count, np.ones(mask.shape))[1:])
    turned_sizes = np.sort(region_sums(turned, turned_count, np.ones(mask.shape))[1:])
    assert np.array_equal(sizes, turned_sizes)
    assert sizes.sum() == mask.sum()


@settings(max_examples=60, deadline=None)
@given(filled=arrays.arrays(np.bool_, st.integers(1, 20)), around=st.booleans())
def test_runs_cover_what_is_filled_and_nothing_else(filled: np.ndarray, around: bool) -> None:
    covered = np.zeros(filled.size, dtype=np.int64)
    for start, stop in runs(filled, around=around):
        assert 0 <= start < stop
        assert start < filled.size
        covered[np.arange(start, stop) % filled.size] += 1

    assert np.array_equal(covered, filled.astype(np.int64))


def test_two_hills_with_a_deep_valley_are_two_and_with_a_shallow_one_they_are_one() -> None:
    deep = np.array([0.0, 5.0, 9.0, 1.0, 8.0, 4.0, 0.0])
    shallow = np.array([0.0, 5.0, 9.0, 6.0, 8.0, 4.0, 0.0])

    assert split_runs(deep, [(1, 6)]) == [(1, 3), (3, 6)]
    assert split_runs(shallow, [(1, 6)]) == [(1, 6)]


def test_a_ring_with_two_gaps_is_split_at_both_even_across_the_seam() -> None:
    ring = np.array([9.0, 8.0, 1.0, 7.0, 9.0, 8.0, 1.5, 8.0])

    parts = split_runs(ring, [(0, 8)])

    assert parts == [(2, 6), (6, 10)]
    covered = np.concatenate([np.arange(*part) % 8 for part in parts])
    assert sorted(covered) == list(range(8))


def test_a_ring_with_one_gap_still_goes_all_round() -> None:
    assert split_runs(np.array([9.0, 8.0, 1.0, 7.0, 9.0]), [(0, 5)]) == [(0, 5)]
