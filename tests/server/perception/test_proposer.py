from __future__ import annotations

import numpy as np
import pytest

from server.perception.land_cover.classes import Cover, LandCover
from server.perception.land_cover.patches import patches
from server.perception.proposer import EmbeddedProposer
from server.perception.soundings import SOUNDINGS, Sounding
from server.pipeline.stages import Impression
from server.pipeline.views import Picture, View
from server.sound.lookup import nearest_recipe
from server.synthetic.demo import demo_picture
from tests.server.perception.rooms import as_picture, plain, room


@pytest.fixture(scope="module")
def street() -> Picture:
    return as_picture(demo_picture(1024))


@pytest.fixture(scope="module")
def impression(street: Picture) -> Impression:
    (found,) = EmbeddedProposer().propose([street])
    return found


@pytest.mark.parametrize("sounding", SOUNDINGS, ids=lambda one: one.label)
def test_every_sounding_has_a_recipe_of_its_own_kind(sounding: Sounding) -> None:
    few, many, dark = sounding.prompt(0.0), sounding.prompt(12.0), sounding.prompt(12.0, night=True)

    for prompt in (few, many, dark):
        match = nearest_recipe(sounding.label, prompt)
        assert match is not None
        # Without its label the prompt says the same.
        assert nearest_recipe(prompt) is not None
    if few != many:
        assert nearest_recipe(sounding.label, few) != nearest_recipe(sounding.label, many)


def test_more_trees_bring_birds_and_more_grass_brings_insects() -> None:
    trees, grass = (next(one for one in SOUNDINGS if one.label == label) for label in ("trees", "grass"))

    assert "birds" in trees.prompt(1.0)
    assert "birds" not in trees.prompt(0.05)
    assert "crickets" in grass.prompt(5.0)
    assert "crickets" not in grass.prompt(0.2)


def test_no_birds_sing_at_night_but_crickets_do() -> None:
    trees, grass = (next(one for one in SOUNDINGS if one.label == label) for label in ("trees", "grass"))

    assert "birds" not in trees.prompt(5.0, night=True)
    assert "crickets" in grass.prompt(0.2, night=True)


def test_the_demo_street_is_heard(impression: Impression) -> None:
    labels = {one.label for one in impression.proposals}

    assert impression.surroundings == "outdoor"
    assert labels == {"people", "trees", "paved ground", "road traffic", "water", "wind"}


def test_footsteps_are_inferred_but_leaves_water_and_people_are_seen(impression: Impression) -> None:
    evidence = {one.label: one.evidence for one in impression.proposals}

    assert evidence["trees"] == evidence["water"] == evidence["people"] == "seen"
    assert evidence["paved ground"] == evidence["wind"] == "inferred"


def test_every_mask_lies_in_its_box(impression: Impression, street: Picture) -> None:
    placed = [one for one in impression.proposals if one.kind != "ambient"]
    assert placed

    for one in placed:
        assert one.is_grounded
        assert one.box is not None
        assert 0.0 < one.confidence <= 1.0
        if one.mask is None:
            # Things have boxes only.
            continue
        rows, columns = np.nonzero(one.mask)
        scale = street.view.width_px / one.mask.shape[1]
        assert one.box.top_px <= rows.min() * scale
        assert one.box.bottom_px >= (rows.max() + 1) * scale
        from_left = np.mod(columns * scale - one.box.left_px, street.view.width_px)
        assert from_left.max() < one.box.right_px - one.box.left_px


def test_what_ambience_there_is_depends_on_the_setting() -> None:
    brown = plain(150, 115, 85, grain=4)
    indoors = room(floor=plain(110, 80, 55, grain=8), walls=(brown,) * 4, ceiling=plain(170, 150, 130))

    (found,) = EmbeddedProposer().propose([indoors])

    assert [one.label for one in found.proposals if one.kind == "ambient"] == ["room tone"]
    assert not [one for one in found.proposals if one.evidence == "seen"]


def test_one_impression_comes_for_each_window(street: Picture) -> None:
    blank = as_picture(np.full((64, 128, 3), 90, dtype=np.uint8))

    found = list(EmbeddedProposer().propose([blank, street, blank]))

    assert [bool(one.proposals) for one in found] == [False, True, False]


def strips(*widths_px: int, kind: Cover = Cover.TREES, gap_px: int = 40) -> LandCover:
    """A map with upright strips of one cover on the horizon, in a row from the left."""
    view = View(name="picture", projection="equirectangular", width_px=512, height_px=256)
    classes = np.full((256, 512), Cover.SKY, dtype=np.uint8)
    left = 10
    for width_px in widths_px:
        classes[100:128, left : left + width_px] = kind
        left += width_px + gap_px
    return LandCover(view=view, classes=classes, confidence=np.full((256, 512), 0.9, dtype=np.float32))


def test_each_strip_is_a_patch_of_its_size() -> None:
    found = list(patches(strips(40, 60), Cover.TREES, least_sr=0.02))

    assert [one.solid_sr for one in found] == pytest.approx(
        [40 * 28 * (2 * np.pi / 512) ** 2 * 0.985, 60 * 28 * (2 * np.pi / 512) ** 2 * 0.985], rel=0.02
    )
    assert [one.rows for one in found] == [(100, 128)] * 2


def test_a_patch_too_small_or_much_smaller_than_the_largest_is_left_out() -> None:
    assert len(list(patches(strips(40, 60), Cover.TREES, least_sr=0.2))) == 1
    assert len(list(patches(strips(40, 60), Cover.TREES, least_sr=0.3))) == 0
    assert len(list(patches(strips(12, 120), Cover.TREES, least_sr=0.0))) == 1


def test_a_patch_across_the_seam_is_one() -> None:
    cover = strips(40, 60)
    turned = LandCover(
        view=cover.view, classes=np.roll(cover.classes, -30, axis=1), confidence=np.roll(cover.confidence, -30, axis=1)
    )

    found = list(patches(turned, Cover.TREES, least_sr=0.02))

    assert len(found) == 2
    assert max(one.columns[1] for one in found) > 512


def test_trees_are_parted_at_a_low_hedge_and_ground_is_not() -> None:
    cover = strips(60, 60)
    cover.classes[118:128, 60:120] = Cover.TREES

    parted = list(patches(cover, Cover.TREES, least_sr=0.02, in_clumps=True))
    whole = list(patches(cover, Cover.TREES, least_sr=0.02))

    assert len(parted) == 2
    assert len(whole) == 1
    assert sum(one.solid_sr for one in parted) == pytest.approx(whole[0].solid_sr)


def test_a_photograph_needs_less_of_a_cover_than_a_panorama() -> None:
    view = View(name="picture", projection="perspective", width_px=400, height_px=300, hfov_deg=65.0)
    classes = np.full((300, 400), Cover.SKY, dtype=np.uint8)
    classes[150:] = Cover.PAVED
    photograph = LandCover(view=view, classes=classes, confidence=np.full((300, 400), 0.9, dtype=np.float32))

    assert len(list(patches(photograph, Cover.PAVED, least_sr=0.8))) == 1
    assert len(list(patches(strips(120, kind=Cover.PAVED), Cover.PAVED, least_sr=0.8))) == 0
