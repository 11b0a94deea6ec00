from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.models.ground.detections import Detections, decoded_detections, intersection_over_union, suppressed
from server.models.ground.phrases import GroundingPrompt

PROMPT = GroundingPrompt(
    tokens=(101, 7, 8, 1012, 9, 1012, 10, 11, 12, 1012, 102), phrases=(3, 0, 5), spans=((1, 3), (4, 5), (6, 9))
)


def found(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    return Detections(
        boxes=table[:, :4].astype(np.float32),
        scores=table[:, 4].astype(np.float32),
        phrases=table[:, 5].astype(np.int64),
    )


def test_a_box_gets_the_one_phrase_whose_best_token_scores_most() -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(size=(200, len(PROMPT.tokens))).astype(np.float32)
    scores[:, [0, 3, 5, 9, 10]] = 0.999  # marks belong to no phrase, however well they score
    centred = np.concatenate([rng.uniform(0.3, 0.7, (200, 2)), rng.uniform(0.1, 0.3, (200, 2))], axis=1)
    one = decoded_detections(scores, centred.astype(np.float32), PROMPT, threshold=0.8)
    expected = []
    for row in range(200):
        # Token by token, each looked up in the phrase it stands in.
        owner = {1: 3, 2: 3, 4: 0, 6: 5, 7: 5, 8: 5}
        token = max(owner, key=lambda place: scores[row, place])
        if scores[row, token] > 0.8:
            x, y, w, h = centred[row]
            expected.append((owner[token], scores[row, token], x - w / 2, y - h / 2, x + w / 2, y + h / 2))
    assert len(one.scores) == len(expected) > 50
    assert one.phrases.tolist() == [row[0] for row in expected]
    np.testing.assert_array_equal(one.scores, [row[1] for row in expected])
    np.testing.assert_allclose(one.boxes, [row[2:] for row in expected], rtol=1e-5)


def test_boxes_stay_in_the_view_and_slivers_are_dropped() -> None:
    scores = np.full((3, len(PROMPT.tokens)), 0.5, dtype=np.float32)
    centred = np.array([[0.0, 0.5, 0.4, 0.2], [1.2, 0.5, 0.4, 0.2], [0.5, 0.5, 1e-4, 0.5]], dtype=np.float32)
    one = decoded_detections(scores, centred, PROMPT, threshold=0.3)
    np.testing.assert_allclose(one.boxes, [[0.0, 0.4, 0.2, 0.6]], rtol=1e-6)


def test_one_thing_is_told_once_and_a_rider_and_his_bicycle_twice() -> None:
    kept = suppressed(
        [
            found((0.10, 0.1, 0.30, 0.5, 0.9, 0), (0.11, 0.1, 0.30, 0.5, 0.8, 0), (0.6, 0.1, 0.8, 0.5, 0.4, 0)),
            found((0.10, 0.2, 0.30, 0.5, 0.7, 1)),  # another class over three quarters of it
        ]
    )
    assert kept.phrases.tolist() == [0, 1, 0]
    np.testing.assert_allclose(kept.scores, [0.9, 0.7, 0.4], rtol=1e-6)


def test_of_synonyms_the_better_scoring_keeps_the_box() -> None:
    kept = suppressed([found((0.1, 0.1, 0.5, 0.9, 0.5, 0)), found((0.1, 0.1, 0.502, 0.9, 0.6, 1))])
    assert kept.phrases.tolist() == [1]


boxes = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 8)] * 2, st.integers(1, 5), st.integers(0, 2))


@given(st.lists(boxes, max_size=14), st.randoms())
def test_suppression_agrees_with_brute_force_in_any_order(rows: list[tuple[int, ...]], random: object) -> None:
    table = [(x / 32, y / 32, (x + w) / 32, (y + h) / 32, s / 8, p) for x, y, w, h, s, p in rows]
    shuffled = list(table)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    kept = suppressed([found(*shuffled[:5]), found(*shuffled[5:])])
    result = [(*box, score, phrase) for box, score, phrase in zip(kept.boxes, kept.scores, kept.phrases, strict=True)]

    def iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
        """By counting cells of the grid on which the boxes were drawn."""
        corners = [[round(32 * side) for side in c[:4]] for c in (a, b)]
        cells = [{(i, j) for i in range(c[0], c[2]) for j in range(c[1], c[3])} for c in corners]
        return len(cells[0] & cells[1]) / len(cells[0] | cells[1])

    expected: list[tuple[float, ...]] = []
    for row in sorted(table, key=lambda row: (-row[4], row[5], *row[:4])):
        if all(iou(row, other) <= (0.5 if row[5] == other[5] else 0.9) for other in expected):
            expected.append(row)
    np.testing.assert_allclose(np.array(result).reshape(-1, 6), np.array(expected).reshape(-1, 6), rtol=1e-6)


def test_overlap_is_symmetric_and_one_with_itself() -> None:
    rng = np.random.default_rng(1)
    corners = np.sort(rng.uniform(size=(20, 2, 2)), axis=1).reshape(20, 4).astype(np.float32)
    for a, b in combinations(range(20), 2):
        assert intersection_over_union(corners[a], corners[b : b + 1]) == pytest.approx(
            intersection_over_union(corners[b], corners[a : a + 1]), rel=1e-5
        )
    assert intersection_over_union(corners[0], corners[:1]) == pytest.approx([1.0], rel=1e-6)
