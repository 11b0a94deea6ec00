from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.coordinates import great_circle_deg, wrapped_azimuth_deg
from protocol.scene import Evidence, Kind
from server.pipeline.locate.location import Located, located
from server.pipeline.merge.grouping import merged
from server.pipeline.stages import Box, DistanceMap, Proposal
from server.pipeline.views import View

SPHERE = View(name="picture", projection="equirectangular", width_px=1440, height_px=720)


def _view(number: int, count: int = 8) -> View:
    return View(
        name=f"view-{number}",
        projection="perspective",
        width_px=600,
        height_px=600,
        hfov_deg=90.0,
        yaw_deg=float(wrapped_azimuth_deg(number * 360.0 / count)),
    )


def _seen(
    view: View,
    azimuth_deg: float,
    *,
    elevation_deg: float = 0.0,
    width_deg: float = 10.0,
    height_deg: float = 10.0,
    distance_m: float = 10.0,
    sigma: float = 0.05,
    label: str = "car",
    kind: Kind = "point",
    confidence: float = 0.5,
    evidence: Evidence = "seen",
    mask: np.ndarray | None = None,
) -> Located:
    """What a perfect grounder and estimator would make of a thing in one view, cut at the view's frame."""
    middle_deg = azimuth_deg
    if view.projection == "perspective":
        left_deg, right_deg = azimuth_deg + width_deg / 2, azimuth_deg - width_deg / 2
        aside = np.clip(wrapped_azimuth_deg(np.array([left_deg, right_deg]) - view.yaw_deg), -45.0, 45.0)
        left, right = (float(x) for x in view.pixel(view.yaw_deg + aside, 0.0)[0])
        middle_deg = view.yaw_deg + float(aside.mean())
    else:
        left = float(view.pixel(azimuth_deg, 0.0)[0]) - width_deg / 2 * view.width_px / 360
        right = left + width_deg * view.width_px / 360
    _, rows = view.pixel(middle_deg, elevation_deg + np.array([height_deg / 2, -height_deg / 2]))
    box = Box(view=view, left_px=left, top_px=float(rows[0]), right_px=right, bottom_px=float(rows[1]))
    proposal = Proposal(
        label=label,
        prompt=label,
        kind=kind,
        level_db_spl_1m=70.0,
        evidence=evidence,
        confidence=confidence,
        box=box,
        mask=mask,
    )
    size = (20, 20 if view.projection == "perspective" else 40)
    metres = np.full(size, distance_m, np.float32)
    return located(
        proposal,
        [DistanceMap(view=view.resized(size[1], size[0]), distance_m=metres, sigma_m=metres * np.float32(sigma))],
    )


def _only(found: tuple[Located, ...]) -> Located:
    assert len(found) == 1
    return found[0]


def test_one_thing_in_two_views_is_one_source_with_both_boxes() -> None:
    one = _only(merged([_seen(_view(0), 20.0), _seen(_view(1), 20.0)]))
    assert one.azimuth_deg == pytest.approx(20.0, abs=0.05)
    assert one.width_deg == pytest.approx(10.0, abs=0.05)
    assert [box.view.name for box in one.boxes] == ["view-0", "view-1"]


def test_one_thing_on_the_seam_is_one_source_there() -> None:
    one = _only(merged([_seen(_view(3), 179.0), _seen(_view(4), 179.0), _seen(_view(5), 179.0)]))
    assert great_circle_deg(one.azimuth_deg, one.elevation_deg, 179.0, 0.0) < 0.1


def test_boxes_on_both_sides_of_the_seam_of_a_panorama_are_compared_around_it() -> None:
    assert len(merged([_seen(SPHERE, 179.5), _seen(SPHERE, -179.5)])) == 1


def test_fragments_join_what_they_continue_and_the_whole_tells_where() -> None:
    # The frame of view 0 ends at 45°: it shows a third of the thing, view 1 all of it.
    cut, whole = _seen(_view(0), 48.0, width_deg=20.0), _seen(_view(1), 48.0, width_deg=20.0)
    assert cut.width_deg == pytest.approx(7.0, abs=0.1)
    one = _only(merged([cut, whole]))
    assert one.azimuth_deg == pytest.approx(48.0, abs=0.05)
    assert one.width_deg == pytest.approx(20.0, abs=0.1)


def test_sliver_at_the_frame_joins_what_it_belongs_to_although_its_distance_differs_a_little() -> None:
    sliver = _seen(_view(0), 54.5, width_deg=20.0, distance_m=11.5)
    assert sliver.width_deg < 1.0
    assert len(merged([sliver, _seen(_view(1), 54.5, width_deg=20.0, distance_m=10.0)])) == 1


def test_thing_wider_than_any_view_spans_all_its_fragments() -> None:
    fragments = [_seen(_view(number), 90.0, width_deg=150.0, kind="area") for number in (0, 1, 2, 3, 4)]
    one = _only(merged(fragments))
    assert one.azimuth_deg == pytest.approx(90.0, abs=0.5)
    assert one.width_deg == pytest.approx(150.0, abs=1.0)


def test_fragments_all_the_way_round_make_a_ring() -> None:
    ring = [_seen(_view(number), _view(number).yaw_deg, width_deg=90.0, kind="area") for number in range(8)]
    assert _only(merged(ring)).width_deg == 360.0


def test_masks_tell_where_most_of_a_wide_thing_lies() -> None:
    right_heavy, low = np.zeros((60, 60), dtype=bool), np.zeros((60, 60), dtype=bool)
    right_heavy[50:60], low[50:60] = True, True
    right_heavy[20:60, 30:60] = True
    fragments = [
        _seen(_view(0), 0.0, width_deg=90.0, kind="area", mask=right_heavy),
        _seen(_view(1), 45.0, width_deg=90.0, kind="area", mask=low),
    ]
    one = _only(merged(fragments))
    assert one.azimuth_deg < 5.0, "the middle of the span is at 22.5°"
    assert one.width_deg == pytest.approx(135.0, abs=6.0)


def test_whole_looking_part_of_something_wider_does_not_stand_for_all_of_it() -> None:
    # It spans −20° to 89°, and something hides the place where the frame of view 2 cuts, so that its box stops short.
    parts = [
        _seen(_view(0), 34.5, width_deg=109.0, kind="area"),
        _seen(_view(1), 34.5, width_deg=109.0, kind="area"),
        _seen(_view(2), 70.5, width_deg=37.0, kind="area"),
    ]
    one = _only(merged(parts))
    assert one.width_deg == pytest.approx(109.0, abs=2.0)
    assert one.azimuth_deg == pytest.approx(34.5, abs=1.0)


def test_twins_side_by_side_stay_two_in_every_view() -> None:
    twins = [_seen(_view(number), azimuth, width_deg=4.0) for number in (0, 1) for azimuth in (20.0, 24.5)]
    found = merged(twins)
    assert [round(one.azimuth_deg, 1) for one in found] == [20.0, 24.5]
    assert all(len(one.boxes) == 2 for one in found)


def test_box_around_both_twins_does_not_weld_them() -> None:
    twins = [_seen(_view(0), azimuth, width_deg=4.0) for azimuth in (20.0, 24.5)]
    both = _seen(_view(1), 22.25, width_deg=8.5)
    assert len(merged([*twins, both])) == 2


def test_near_and_far_in_one_direction_stay_two() -> None:
    near, far = _seen(_view(0), 20.0, distance_m=5.0), _seen(_view(1), 20.0, distance_m=20.0)
    assert len(merged([near, far])) == 2
    assert len(merged([near, replace(far, distance_m=5.4, distance_sigma_m=0.3)])) == 1


def test_unsure_distances_agree_sooner() -> None:
    # The outlines differ enough for the distance to decide.
    sure = [_seen(_view(0), 20.0), _seen(_view(1), 21.5, width_deg=8.0, distance_m=14.0)]
    unsure = [_seen(_view(0), 20.0, sigma=0.2), _seen(_view(1), 21.5, width_deg=8.0, distance_m=14.0, sigma=0.2)]
    assert len(merged(sure)) == 2
    assert len(merged(unsure)) == 1


def test_one_outline_in_two_views_is_one_thing_although_a_distance_is_spoilt() -> None:
    assert len(merged([_seen(_view(0), 20.0, distance_m=10.0), _seen(_view(1), 20.0, distance_m=19.0)])) == 1


def test_different_labels_stay_apart_but_articles_and_case_do_not_matter() -> None:
    assert len(merged([_seen(_view(0), 20.0), _seen(_view(1), 20.0, label="tree")])) == 2
    assert len(merged([_seen(_view(0), 20.0, label="A car"), _seen(_view(1), 20.0, label="the Car ")])) == 1


def test_two_boxes_of_one_thing_in_one_window_are_one() -> None:
    first, again = _seen(_view(0), 20.0, confidence=0.9), _seen(_view(0), 20.6, width_deg=10.8, confidence=0.6)
    one = _only(merged([first, again]))
    assert len(one.boxes) == 2
    assert one.proposal.confidence == pytest.approx(0.9), "a second box in one window is no second witness"


def test_part_of_a_thing_in_its_box_is_no_thing_of_its_own() -> None:
    tree, crown = (
        _seen(_view(0), 20.0, width_deg=12.0, height_deg=24.0),
        _seen(_view(0), 20.0, elevation_deg=5.0, width_deg=11.0, height_deg=13.0),
    )
    assert len(merged([tree, crown])) == 1


def test_sure_distance_weighs_more_and_agreement_does_not_make_it_too_proud() -> None:
    sure, unsure = _seen(_view(0), 20.0, distance_m=10.0), _seen(_view(1), 20.0, distance_m=11.0, sigma=0.25)
    one = _only(merged([sure, unsure]))
    assert one.distance_m == pytest.approx(10.0, rel=0.01)
    same = _only(merged([sure, _seen(_view(1), 20.0, distance_m=10.0)]))
    assert same.distance_sigma_m == pytest.approx(sure.distance_sigma_m, rel=0.02)


def test_line_is_as_far_as_its_nearest_fragment() -> None:
    near = _seen(_view(0), 30.0, width_deg=60.0, kind="line", distance_m=4.0, label="road")
    far = _seen(_view(1), 50.0, width_deg=70.0, kind="line", distance_m=25.0, label="road")
    assert _only(merged([far, near])).distance_m == pytest.approx(4.0, rel=0.01)


def test_every_further_window_counts_half_towards_the_confidence() -> None:
    two = [_seen(_view(0), 20.0, confidence=0.6), _seen(_view(1), 20.0, confidence=0.5)]
    assert _only(merged(two)).proposal.confidence == pytest.approx(1 - 0.4 * 0.75)


def test_best_evidence_counts() -> None:
    two = [_seen(_view(0), 20.0, evidence="inferred", confidence=0.9), _seen(_view(1), 20.0, evidence="seen")]
    assert _only(merged(two)).proposal.evidence == "seen"


def test_ambience_of_one_label_is_one_and_apart_from_things_of_that_label() -> None:
    wind = Proposal(
        label="wind", prompt="wind", kind="ambient", level_db_spl_1m=35.0, evidence="inferred", confidence=0.4
    )
    boxed = _seen(_view(0), 10.0, label="wind", kind="ambient", confidence=0.9)
    found = merged([located(wind, []), boxed, located(replace(wind, confidence=0.7), []), _seen(_view(0), 10.0)])
    assert len(found) == 2
    (ambience,) = [one for one in found if one.proposal.kind == "ambient"]
    assert (ambience.width_deg, ambience.distance_m) == (360.0, None)
    assert ambience.proposal.confidence == 0.9
    assert ambience.proposal.evidence == "seen"


def test_source_without_boxes_is_compared_by_its_extents() -> None:
    bare = replace(_seen(_view(0), 20.0), boxes=())
    assert len(merged([bare, _seen(_view(1), 20.0)])) == 1
    assert len(merged([replace(bare, azimuth_deg=-160.0), _seen(_view(1), 20.0)])) == 2


def test_nothing_merges_into_nothing() -> None:
    assert merged([]) == ()


_CROWD = [
    *(_seen(_view(number), azimuth, width_deg=6.0) for number in (0, 1) for azimuth in (14.0, 21.0, 28.0)),
    _seen(_view(0), 21.4, width_deg=7.0, confidence=0.6),
    _seen(_view(1), 21.0, width_deg=6.0, distance_m=30.0),
    _seen(_view(2), 50.0, width_deg=16.0),
    _seen(_view(1), 50.0, width_deg=16.0),
    _seen(_view(0), 50.0, width_deg=16.0),
    _seen(_view(0), 21.0, label="tree"),
]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(_CROWD))))
def test_order_of_the_input_does_not_matter(turned: list[int]) -> None:
    assert merged([_CROWD[index] for index in turned]) == merged(_CROWD)


def test_merging_twice_changes_nothing() -> None:
    once = merged(_CROWD)
    assert len(once) == 6
    assert merged(once) == once


@settings(max_examples=15, deadline=None)
@given(turn_deg=st.floats(-180, 180))
def test_turning_all_views_turns_all_sources(turn_deg: float) -> None:
    def turned(one: Located) -> Located:
        (box,) = one.boxes
        view = replace(box.view, yaw_deg=float(wrapped_azimuth_deg(box.view.yaw_deg + turn_deg)))
        proposal = replace(one.proposal, box=replace(box, view=view))
        metres = np.full((20, 20), one.distance_m, np.float32)
        sigma = np.full((20, 20), one.distance_sigma_m, np.float32)
        return located(proposal, [DistanceMap(view=view.resized(20, 20), distance_m=metres, sigma_m=sigma)])

    before = {round(float(one.azimuth_deg), 3): one for one in merged(_CROWD)}
    after = {
        round(float(wrapped_azimuth_deg(one.azimuth_deg - turn_deg)), 3): one for one in merged([*map(turned, _CROWD)])
    }
    assert len(after) == len(before)
    for azimuth_deg, one in after.items():
        nearest = min(before, key=lambda known, at=azimuth_deg: abs(known - at))
        assert abs(nearest - azimuth_deg) < 0.01
        assert one.distance_m == pytest.approx(before[nearest].distance_m, rel=0.35)
