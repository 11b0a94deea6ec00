from dataclasses import dataclass

import numpy as np
import pytest

from server.library.packing import read_packed, write_packed
from server.pipeline.stages import Box, DistanceMap, Impression, Proposal
from server.pipeline.views import View

VIEW = View(name="picture", projection="equirectangular", width_px=8, height_px=4)
IMPRESSION = Impression(
    proposals=(
        Proposal(
            label="trees",
            prompt="wind in leaves",
            kind="area",
            level_db_spl_1m=50.0,
            evidence="seen",
            confidence=0.7,
            box=Box(view=VIEW, left_px=1.5, top_px=0.0, right_px=9.25, bottom_px=2.0),
            mask=np.arange(32).reshape(4, 8) % 3 == 0,
        ),
    ),
    surroundings="outdoor",
    surroundings_confidence=0.8,
)


def test_an_impression_comes_back_with_its_box_and_mask(tmp_path):
    write_packed(tmp_path / "a.npz", key="k", kind=list[Impression], value=[IMPRESSION])
    (back,) = read_packed(tmp_path / "a.npz", key="k", kind=list[Impression])
    assert back.proposals[0].box == IMPRESSION.proposals[0].box
    np.testing.assert_array_equal(back.proposals[0].mask, IMPRESSION.proposals[0].mask)
    assert (back.surroundings, back.surroundings_confidence) == ("outdoor", 0.8)


def test_what_an_older_version_kept_under_other_names_is_made_again(tmp_path):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class OldImpression:
        proposals: tuple[Proposal, ...]
        setting: str = "unknown"

    old = OldImpression(proposals=IMPRESSION.proposals, setting="outdoor")
    write_packed(tmp_path / "a.npz", key="k", kind=list[OldImpression], value=[old])
    assert read_packed(tmp_path / "a.npz", key="k", kind=list[Impression]) is None


def test_a_distance_map_keeps_its_infinite_sky(tmp_path):
    distance_m = np.full((4, 8), np.inf, np.float32)
    distance_m[2:] = 3.25
    value = [DistanceMap(view=VIEW, distance_m=distance_m, sigma_m=distance_m / 10)]
    write_packed(tmp_path / "a.npz", key="k", kind=list[DistanceMap], value=value)
    (back,) = read_packed(tmp_path / "a.npz", key="k", kind=list[DistanceMap])
    np.testing.assert_array_equal(back.distance_m, distance_m)
    assert back.distance_m.dtype == np.float32
    assert back.view == VIEW


def test_equal_values_are_equal_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        write_packed(tmp_path / name, key="k", kind=list[Impression], value=[IMPRESSION])
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_another_key_forgets_and_no_key_takes_what_is_there(tmp_path):
    write_packed(tmp_path / "a.npz", key="k", kind=list[int], value=[1, 2])
    assert read_packed(tmp_path / "a.npz", key="other", kind=list[int]) is None
    assert read_packed(tmp_path / "a.npz", key=None, kind=list[int]) == [1, 2]


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "truncated", "other shape"])
def test_a_damaged_file_is_as_good_as_none(tmp_path, damage):
    path = tmp_path / "a.npz"
    write_packed(path, key="k", kind=list[Impression], value=[IMPRESSION])
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("not a zip")
        case "truncated":
            path.write_bytes(path.read_bytes()[:-60])
        case "other shape":
            write_packed(path, key="k", kind=list[int], value=[1])
    assert read_packed(path, key="k", kind=list[Impression]) is None
