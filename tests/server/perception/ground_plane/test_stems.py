"""Stems that land cover lost."""

from __future__ import annotations

import numpy as np
import pytest

from server.perception.ground_plane.stems import with_stems
from server.perception.land_cover.classes import Cover, LandCover
from server.pipeline.views import Picture
from tests.oracle.glimpses import panorama

VIEW = panorama(1024)
CROWN_ROWS, STEM_ROWS = slice(200, 262), slice(262, 290)


def _tree(column: int, *, stem: tuple[int, int, int] | None = (80, 60, 45)) -> tuple[LandCover, Picture]:
    """A crown above a mottled lawn, its stem drawn in the picture but lost to the land cover."""
    random = np.random.default_rng(2)
    pixels = np.zeros((512, 1024, 3), np.int16)
    pixels[:256], pixels[256:] = (150, 190, 240), (110, 150, 60)
    pixels[256:] += random.integers(-10, 11, (256, 1024, 1), dtype=np.int16)
    classes = np.full((512, 1024), Cover.SKY, np.uint8)
    classes[256:] = Cover.GRASS
    crown = np.arange(column - 24, column + 25) % 1024
    pixels[CROWN_ROWS, crown], classes[CROWN_ROWS, crown] = (40, 80, 30), Cover.TREES
    if stem is not None:
        pixels[STEM_ROWS, np.arange(column - 1, column + 2) % 1024] = stem
    cover = LandCover(view=VIEW, classes=classes, confidence=np.ones(classes.shape, np.float32))
    return cover, Picture(pixels=pixels.astype(np.uint8), view=VIEW)


@pytest.mark.parametrize("column", [300, 1023, 2])
def test_a_stem_is_drawn_down_to_its_foot(column: int) -> None:
    cover, picture = _tree(column)
    found = with_stems(cover, picture).classes == Cover.TREES
    assert found[STEM_ROWS.start : STEM_ROWS.stop - 3, column].all()
    assert not found[STEM_ROWS.stop + 3 :].any()
    added = found & (cover.classes != Cover.TREES)
    assert added.sum() < 6 * (STEM_ROWS.stop - STEM_ROWS.start)


def test_a_light_stem_is_one_as_well() -> None:
    cover, picture = _tree(400, stem=(230, 230, 220))
    assert (with_stems(cover, picture).classes[STEM_ROWS.start : STEM_ROWS.stop - 3, 400] == Cover.TREES).all()


def test_without_a_stem_nothing_is_drawn() -> None:
    cover, picture = _tree(400, stem=None)
    assert np.array_equal(with_stems(cover, picture).classes, cover.classes)


def test_a_lamp_post_that_is_longer_than_the_crown_is_high_is_no_stem() -> None:
    cover, picture = _tree(400)
    pixels = picture.pixels.copy()
    pixels[STEM_ROWS.start : 420, 399:402] = (80, 60, 45)
    found = with_stems(cover, Picture(pixels=pixels, view=VIEW))
    assert np.array_equal(found.classes, cover.classes)


def test_a_wood_has_too_many_stems_to_look_for() -> None:
    cover, picture = _tree(400)
    cover.classes[CROWN_ROWS, 100:900] = Cover.TREES
    assert np.array_equal(with_stems(cover, picture).classes, cover.classes)
