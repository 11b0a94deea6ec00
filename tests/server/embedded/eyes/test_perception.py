"""The embedded eyes on real panoramas, and on photographs cut from them: what they may never do, and how good they are.

The numbers are what was measured when they were written. They may be raised, never lowered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.perception import Verdict, heard, panorama, pooled, verdict
from protocol.coordinates import wrapped_azimuth_deg
from server.embedded.eyes.listening import EmbeddedProposer
from server.embedded.street.demo import demo_picture
from server.pipeline.locate import Located
from server.pipeline.views import Picture, View, split
from tests.server.embedded.eyes.rooms import Pixels, as_picture

NAMES = (
    "hilly_terrain_01",
    "kloppenheim_05",
    "leadenhall_market",
    "noon_grass",
    "pedestrian_overpass",
    "rainforest_trail",
    "royal_esplanade",
    "street_suburb",
    "street_viaduct",
    "venice_sunset",
)
# Label: precision and recall. The truth doesn't list every tree and every lawn that the pictures show, so the precision
# is less than what the eye would say.
LEAST = {
    "grass": (0.70, 1.0),
    "paved ground": (0.75, 1.0),
    "road traffic": (1.0, 0.5),
    "trees": (0.75, 0.9),
    "water": (1.0, 1.0),
}


@pytest.fixture(scope="module")
def truth(panoramas: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((panoramas / "truth.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def verdicts(panoramas: Path, truth: Mapping[str, Any]) -> dict[str, Verdict]:
    found = {}
    for name in NAMES:
        impression, sources = heard(panorama(panoramas / f"{name}.jpg"))
        judged = [(one.proposal.label, one.azimuth_deg) for one in sources]
        found[name] = verdict(judged, impression.setting, truth[name])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_there_is_never_reported(verdicts: Mapping[str, Verdict], name: str) -> None:
    assert verdicts[name].violations == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_right(verdicts: Mapping[str, Verdict], name: str) -> None:
    assert verdicts[name].setting_right, verdicts[name].setting


@pytest.mark.parametrize("label", LEAST)
def test_precision_and_recall_are_no_less_than_measured(verdicts: Mapping[str, Verdict], label: str) -> None:
    tally = pooled(list(verdicts.values()))[label]
    precision, recall = LEAST[label]

    assert tally.precision is not None
    assert tally.precision >= precision - 1e-9
    assert tally.recall is not None
    assert tally.recall >= recall - 1e-9


class Seen:
    """What the eyes make of some pixels: the setting, and what has a place."""

    def __init__(self, pixels: Pixels) -> None:
        impression, sources = heard(as_picture(np.ascontiguousarray(pixels)))
        self.setting = impression.setting
        self.sources = [one for one in sources if one.boxes]


def shrunk(pixels: Pixels, width_px: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, (width_px, width_px // 2), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@pytest.fixture(scope="module", params=[*NAMES, "the demo street"])
def fine(request: pytest.FixtureRequest, panoramas: Path) -> Pixels:
    if request.param == "the demo street":
        return demo_picture(2048)
    return panorama(panoramas / f"{request.param}.jpg").pixels


@pytest.fixture(scope="module")
def seen(fine: Pixels) -> Seen:
    return Seen(shrunk(fine, 1024))


def assert_same(before: Seen, after: Seen, *, turned_deg: float = 0.0, mirrored: bool = False) -> None:
    """The same sources, turned. What goes nearly all round has a less steady direction: its parts nearly cancel."""
    assert after.setting == before.setting
    assert sorted(one.proposal.label for one in after.sources) == sorted(one.proposal.label for one in before.sources)
    for one in before.sources:
        azimuth_deg = (-one.azimuth_deg if mirrored else one.azimuth_deg) + turned_deg
        other = min(
            (other for other in after.sources if other.proposal.label == one.proposal.label),
            key=lambda other: apart_deg(other, azimuth_deg),
        )
        assert other.proposal.prompt == one.proposal.prompt
        assert other.width_deg == pytest.approx(one.width_deg, abs=5.0)
        assert apart_deg(other, azimuth_deg) < (1.5 if one.width_deg < 300.0 else 2.5), one.proposal.label


def apart_deg(one: Located, azimuth_deg: float) -> float:
    return abs(float(wrapped_azimuth_deg(one.azimuth_deg - azimuth_deg)))


@pytest.mark.parametrize("columns_px", [101, 778])
def test_yaw_turns_every_azimuth_and_changes_nothing_else(fine: Pixels, seen: Seen, columns_px: int) -> None:
    turned = Seen(np.roll(shrunk(fine, 1024), -columns_px, axis=1))

    assert_same(seen, turned, turned_deg=columns_px * 360.0 / 1024)


def test_a_mirror_negates_azimuths(fine: Pixels, seen: Seen) -> None:
    assert_same(seen, Seen(shrunk(fine, 1024)[:, ::-1]), mirrored=True)


def test_twice_the_resolution_shows_the_same(fine: Pixels, seen: Seen) -> None:
    assert_same(seen, Seen(shrunk(fine, 2048)))


def photographs(picture: Picture, hfov_deg: float) -> list[tuple[float, Picture]]:
    """Level 4:3 photographs all round a panorama, with the azimuths that they look at."""
    found = []
    for window in split(picture, 8)[::2]:
        focal_px, size_px = window.view.focal_px, window.view.width_px
        width_px = int(2.0 * focal_px * np.tan(np.radians(hfov_deg / 2.0)))
        height_px = width_px * 3 // 4
        left, top = (size_px - width_px) // 2, (size_px - height_px) // 2
        pixels = np.ascontiguousarray(window.pixels[top : top + height_px, left : left + width_px])
        found.append((window.view.yaw_deg, photograph(pixels, hfov_deg)))
    return found


def photograph(pixels: Pixels, hfov_deg: float) -> Picture:
    height_px, width_px = pixels.shape[:2]
    view = View(name="picture", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=hfov_deg)
    return Picture(pixels=pixels, view=view)


@pytest.mark.parametrize("name", NAMES)
def test_photographs_show_nothing_that_is_not_there(panoramas: Path, truth: Mapping[str, Any], name: str) -> None:
    for hfov_deg in (65.0, 85.0):
        for yaw_deg, picture in photographs(panorama(panoramas / f"{name}.jpg"), hfov_deg):
            (impression,) = EmbeddedProposer().propose([picture])

            labels = {one.label for one in impression.proposals}
            assert not labels & set(truth[name]["absent"]), yaw_deg
            if truth[name]["setting"] == "outdoor":
                assert impression.setting in ("outdoor", "unknown")
                assert "room tone" not in labels
            else:
                assert impression.setting != "outdoor"
                assert "wind" not in labels


def test_most_photographs_from_outdoors_are_known_to_be(panoramas: Path, truth: Mapping[str, Any]) -> None:
    settings = [
        impression.setting
        for name in NAMES
        if truth[name]["setting"] == "outdoor"
        for _, picture in photographs(panorama(panoramas / f"{name}.jpg"), 65.0)
        for impression in EmbeddedProposer().propose([picture])
    ]

    assert settings.count("outdoor") >= 0.9 * len(settings)


@pytest.mark.parametrize("width_px", [200, 4000])
def test_a_photograph_of_any_size_shows_the_same(panoramas: Path, width_px: int) -> None:
    _, picture = photographs(panorama(panoramas / "street_suburb.jpg"), 65.0)[3]
    pixels = cv2.resize(picture.pixels, (width_px, width_px * 3 // 4), interpolation=cv2.INTER_AREA)

    (usual,) = EmbeddedProposer().propose([picture])
    (other,) = EmbeddedProposer().propose([photograph(np.asarray(pixels, dtype=np.uint8), 65.0)])

    assert other.setting == usual.setting == "outdoor"
    assert {one.label for one in other.proposals} == {one.label for one in usual.proposals} >= {"trees", "grass"}
