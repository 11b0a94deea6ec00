"""The head of land cover: what it promises of any picture, whatever its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.perception.detector.feature_grid import feature_grid, grid_view
from server.perception.detector.sight import sight
from server.perception.land_cover.classes import Cover, land_cover
from server.perception.land_cover.head import Head, head_at, head_in_use, in_use
from server.perception.land_cover.inputs import OWN_INPUTS, own_inputs
from server.pipeline.views import Picture, View
from server.synthetic.demo import demo_picture


@pytest.fixture(scope="module")
def photograph() -> Picture:
    view = View(name="picture", projection="perspective", width_px=320, height_px=240, hfov_deg=65.0)
    return Picture(pixels=np.ascontiguousarray(demo_picture(1024)[130:370, 350:670]), view=view)


def always(cover: Cover) -> Head:
    """A head that sees one cover everywhere."""
    like = head_in_use()
    return Head(
        hidden=np.zeros_like(like.hidden),
        hidden_bias=np.zeros_like(like.hidden_bias),
        output=np.zeros_like(like.output),
        output_bias=np.where(np.arange(len(Cover)) == cover, 9.0, 0.0).astype(np.float32),
    )


def test_the_head_that_ships_tells_all_covers_by_all_features(photograph: Picture) -> None:
    head = head_in_use()

    assert head.hidden.shape[1] == OWN_INPUTS + len(feature_grid(sight(photograph)))
    assert head.output.shape == (len(Cover), len(head.hidden))


def test_odds_of_a_picture_are_those_of_its_cells(photograph: Picture) -> None:
    seen = sight(photograph)
    cells = grid_view(seen)
    known = np.concatenate([own_inputs(photograph, cells), feature_grid(seen).astype(np.float32)])

    odds = head_in_use().odds_in(photograph)

    assert odds.shape == (len(Cover), cells.height_px, cells.width_px)
    assert np.sum(odds, axis=0) == pytest.approx(1.0, rel=1e-4)
    assert odds.reshape(len(Cover), -1) == pytest.approx(head_in_use().odds(known.reshape(len(known), -1)), abs=0.02)


def test_another_head_in_use_sees_otherwise_and_only_while_it_is(photograph: Picture) -> None:
    before = land_cover(photograph).classes

    with in_use(always(Cover.PAVED)):
        assert np.mean(land_cover(photograph).classes == Cover.PAVED) > 0.95

    assert np.array_equal(land_cover(photograph).classes, before)


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    head = always(Cover.GRASS)
    arrays = {name: getattr(head, name) for name in ("hidden", "hidden_bias", "output", "output_bias")}
    np.savez(tmp_path / "head.npz", **arrays)

    assert np.array_equal(head_at(tmp_path / "head.npz").output_bias, head.output_bias)
