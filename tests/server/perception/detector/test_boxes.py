"""Maps made by hand, and what they mean."""

import numpy as np
import pytest

from server.perception.detector.boxes import decoded, overlaps
from server.perception.detector.network import BOX_STRIDES, CLASS_NAMES, Maps

HEIGHT_PX, WIDTH_PX = 64, 96


def blank_maps() -> Maps:
    sizes = [(HEIGHT_PX // stride, WIDTH_PX // stride) for stride in BOX_STRIDES]
    return Maps(
        scores=tuple(np.zeros((80, *size), np.float32) for size in sizes),
        distances=tuple(np.zeros((44, *size), np.float32) for size in sizes),
        features=(),
    )


def place(maps: Maps, level: int, row: int, column: int, class_name: str, score: float, bins: tuple[int, ...]) -> None:
    """A cell that is sure of the bin of each side of its box."""
    maps.scores[level][CLASS_NAMES.index(class_name), row, column] = score
    for side, which in enumerate(bins):
        maps.distances[level][side * 11 + which, row, column] = 50.0


def test_a_cell_says_how_far_each_side_is_in_strides() -> None:
    maps = blank_maps()
    place(maps, 1, 1, 3, "dog", 0.8, (1, 0, 2, 1))
    found = decoded(maps, start_px=0, stop_px=WIDTH_PX)
    # Its centre is at ((3 + 0.5) · 16, (1 + 0.5) · 16) = (56, 24).
    np.testing.assert_allclose(found.edges_px, [[40, 24, 88, 40]])
    assert [CLASS_NAMES[number] for number in found.classes] == ["dog"]
    np.testing.assert_allclose(found.scores, [0.8], rtol=1e-6)


def test_a_cell_in_doubt_expects_the_middle() -> None:
    maps = blank_maps()
    maps.scores[0][0, 4, 4] = 0.5
    found = decoded(maps, start_px=0, stop_px=WIDTH_PX)
    # All eleven bins are as likely: five strides of 8 pixels.
    np.testing.assert_allclose(found.edges_px, [[36 - 40, 36 - 40, 36 + 40, 36 + 40]], atol=1e-9)


def test_cells_outside_a_tile_s_own_columns_are_left_to_its_neighbour() -> None:
    maps = blank_maps()
    place(maps, 0, 2, 3, "person", 0.9, (1, 1, 1, 1))
    place(maps, 0, 2, 4, "person", 0.8, (1, 1, 1, 1))
    scores = [decoded(maps, start_px=start, stop_px=stop).scores for start, stop in ((0, 32), (32, 96))]
    np.testing.assert_allclose(np.concatenate(scores), [0.9, 0.8], rtol=1e-6)


def test_the_best_come_first_and_faint_cells_are_none() -> None:
    maps = blank_maps()
    place(maps, 0, 1, 1, "car", 0.3, (1, 1, 1, 1))
    place(maps, 2, 0, 1, "bus", 0.7, (1, 1, 1, 1))
    place(maps, 1, 1, 1, "cat", 0.05, (1, 1, 1, 1))
    found = decoded(maps, start_px=0, stop_px=WIDTH_PX)
    assert [CLASS_NAMES[number] for number in found.classes] == ["bus", "car"]


@pytest.mark.parametrize("turned_px", [-200, -100, 0, 100])
def test_boxes_overlap_across_the_seam(turned_px) -> None:
    one, other = np.array([90.0, 0, 110, 10]), np.array([[95.0 + turned_px, 0, 115 + turned_px, 10]])
    np.testing.assert_allclose(overlaps(one, other, around_px=100), [0.6])
