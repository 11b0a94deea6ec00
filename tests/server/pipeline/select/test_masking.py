from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pipeline.locate.location import Located
from server.pipeline.select.masking import masking_of
from tests.server.pipeline.select.scenery import WIND, mirrored, scenes, source, turned


def margins_db(*sources: Located) -> np.ndarray:
    return masking_of(sources).margins_db(np.ones(len(sources), dtype=bool))


def release_db(*maskers: Located) -> float:
    """What the directions of maskers spare a bird straight ahead, against the same maskers at its place."""
    bird = source("bird", level_db=50.0)
    ahead = [replace(masker, azimuth_deg=0.0, width_deg=0.0) for masker in maskers]
    return float(margins_db(bird, *maskers)[0] - margins_db(bird, *ahead)[0])


def test_nothing_masks_a_source_that_is_alone_or_whose_maskers_are_silent() -> None:
    assert margins_db(source()) == np.inf
    masking = masking_of([source("bird"), source("car")])
    assert masking.margins_db(np.array([True, False]))[0] == np.inf


def test_a_masker_masks_its_own_kind_most_and_other_kinds_less() -> None:
    leaves, others = source("trees", kind="area"), source("grass", kind="area")
    assert margins_db(leaves, leaves)[0] == pytest.approx(19.0)
    assert margins_db(others, leaves)[0] == pytest.approx(30.0)


@pytest.mark.parametrize("kind", ["point", "line"])
def test_a_masker_that_pauses_masks_less(kind) -> None:
    target, masker = source("grass", kind="area"), source("people", kind="area")
    pausing = replace(masker, proposal=replace(masker.proposal, kind=kind), distance_m=1.0)
    steady = replace(masker, distance_m=1.0)
    assert margins_db(target, pausing)[0] - margins_db(target, steady)[0] == pytest.approx(20.0)


def test_maskers_add_their_energies() -> None:
    bird, car = source("bird"), source("car")
    assert margins_db(bird, car)[0] - margins_db(bird, car, car)[0] == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize(("azimuth_deg", "expected_db"), [(0, 0.0), (90, 9.4), (-90, 9.4), (180, 2.76), (30, 4.195)])
def test_one_masker_spares_what_bronkhorst_says(azimuth_deg: float, expected_db: float) -> None:
    assert release_db(source(azimuth_deg=azimuth_deg)) == pytest.approx(expected_db, abs=0.005)


def test_maskers_on_both_sides_spare_less_than_on_one() -> None:
    # Bronkhorst's table: what is symmetric leaves no ear in the head's shadow.
    assert release_db(source(azimuth_deg=90), source(azimuth_deg=-90)) == pytest.approx(1.38)
    assert release_db(source(azimuth_deg=90), source("bus", azimuth_deg=90)) == pytest.approx(9.4)


def test_a_masker_all_around_spares_no_side() -> None:
    assert release_db(source(azimuth_deg=90, width_deg=360)) == pytest.approx(1.38)
    assert release_db(WIND) == pytest.approx(1.38)
    narrow, wide = (release_db(source(azimuth_deg=90, width_deg=width)) for width in (20, 120))
    assert 9.4 > narrow > wide > 1.38


@given(scenes(), st.integers(-180, 180))
def test_margins_do_not_depend_on_where_the_picture_begins_or_which_way_round_it_is(scene, yaw_deg) -> None:
    margins = margins_db(*scene)
    np.testing.assert_allclose(margins_db(*turned(scene, yaw_deg)), margins, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(margins_db(*mirrored(scene)), margins, rtol=1e-9, atol=1e-9)
