"""What was not photographed makes no sound, has no distance, and takes nothing from what was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.perception.filled import filled
from server.perception.ground_plane.depth_estimator import GroundPlaneDepthEstimator
from server.perception.land_cover.classes import Cover, land_cover
from server.perception.land_cover.context import even_ground, in_context, openness, shares, shows_overhead
from server.perception.proposer import EmbeddedProposer
from server.perception.surroundings import surroundings
from server.pipeline.locate.location import located
from server.pipeline.picture.image import read_picture
from server.pipeline.views import Picture, View
from server.synthetic.demo import demo_world
from server.synthetic.painting import rendered

HEIGHT_PX = 256
VIEW = View(name="picture", projection="equirectangular", width_px=2 * HEIGHT_PX, height_px=HEIGHT_PX)
# A half of the sphere, and what is lower than 60°.
SEEN_DEG = (-100.0, 80.0)
CAMERA_M = 1.6


@pytest.fixture(scope="module")
def street():
    return rendered(demo_world(), 2 * HEIGHT_PX).pixels


@pytest.fixture(scope="module")
def unseen():
    azimuth_deg, elevation_deg = VIEW.direction(np.arange(2 * HEIGHT_PX) + 0.5, np.arange(HEIGHT_PX)[:, None] + 0.5)
    return ~((azimuth_deg > SEEN_DEG[0]) & (azimuth_deg < SEEN_DEG[1]) & (elevation_deg > -60.0))


def heard(path):
    picture = read_picture(path)
    (impression,) = EmbeddedProposer().propose([picture])
    maps = list(GroundPlaneDepthEstimator().estimate_depth([picture], CAMERA_M))
    return picture, impression, maps[0], [located(proposal, maps) for proposal in impression.proposals]


@pytest.fixture(scope="module")
def whole(street, tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "street.png"
    Image.fromarray(street).save(path)
    return heard(path)


@pytest.fixture(scope="module")
def parts(street, unseen, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    for name, colour in (("black", 0), ("white", 255)):
        Image.fromarray(np.where(unseen[..., None], np.uint8(colour), street)).save(folder / f"{name}.png")
    clear = np.dstack([street, np.where(unseen, 0, 255).astype(np.uint8)])
    Image.fromarray(clear, "RGBA").save(folder / "clear.png")
    return [heard(folder / f"{name}.png") for name in ("black", "white", "clear")]


def test_it_does_not_matter_how_a_picture_shows_that_it_shows_nothing(parts, unseen):
    black, *others = parts
    for picture, impression, distances, sources in others:
        np.testing.assert_array_equal(picture.unseen, unseen)
        assert impression.surroundings == black[1].surroundings
        np.testing.assert_array_equal(distances.distance_m, black[2].distance_m)
        assert [source.sort_key for source in sources] == [source.sort_key for source in black[3]]


def test_a_part_is_heard_as_the_whole_is_heard_there(parts, whole):
    _, impression, _, sources = parts[0]
    assert impression.surroundings == whole[1].surroundings == "outdoor"
    labels = {source.proposal.label for source in sources}
    # A patch of water is heard that beside the whole shore is too small a part of it, or the other way round.
    assert labels - {"water"} <= {source.proposal.label for source in whole[3]}
    # What lies well inside the part is heard in it.
    inside = {
        source.proposal.label
        for source in whole[3]
        if SEEN_DEG[0] + 5.0 < source.azimuth_deg - source.width_deg / 2.0
        and source.azimuth_deg + source.width_deg / 2.0 < SEEN_DEG[1] - 5.0
    }
    assert inside
    assert inside <= labels


def test_no_source_reaches_into_the_unseen(parts):
    for source in parts[0][3]:
        if source.proposal.kind != "ambient":
            assert source.boxes
            for box in source.boxes:
                left_deg, right_deg = (
                    180.0 - 360.0 * column / box.view.width_px for column in (box.left_px, box.right_px)
                )
                assert left_deg < SEEN_DEG[1] + 1.0
                assert right_deg > SEEN_DEG[0] - 1.0


def test_the_unseen_has_no_distance_and_everything_else_has_about_what_it_had(parts, whole):
    picture, _, distances, _ = parts[0]
    hidden = picture.unseen_in(distances.view)
    assert np.isnan(distances.distance_m[hidden]).all()
    assert np.isnan(distances.sigma_m[hidden]).all()
    shown, before = distances.distance_m[~hidden], whole[2].distance_m[~hidden]
    known = np.isfinite(shown) & np.isfinite(before)
    assert np.mean(np.abs(np.log(shown[known] / before[known])) < 0.1) > 0.8


def test_a_picture_that_shows_all_is_used_as_it_is(street):
    picture = Picture(pixels=street, view=VIEW)
    assert filled(picture) is picture


def test_what_stands_in_for_the_unseen_is_made_of_what_was_seen(street, unseen):
    coloured = [
        filled(Picture(pixels=np.where(unseen[..., None], np.uint8(colour), street), view=VIEW, unseen=unseen))
        for colour in (0, 255)
    ]
    np.testing.assert_array_equal(coloured[0].pixels, coloured[1].pixels)
    np.testing.assert_array_equal(coloured[0].pixels[~unseen], street[~unseen])


def test_a_part_goes_on_as_in_a_mirror(street, unseen):
    made_up = filled(Picture(pixels=street, view=VIEW, unseen=unseen)).pixels.astype(int)
    first = int(np.argmin(unseen[HEIGHT_PX // 2]))
    rows = slice(20, 150)
    np.testing.assert_allclose(made_up[rows, first - 5], made_up[rows, first + 5], atol=30)


CELLS = View(name="picture", projection="equirectangular", width_px=64, height_px=32)


def certain(classes):
    return (np.arange(len(Cover))[:, None, None] == classes).astype(np.float32)


def test_a_ceiling_that_nobody_saw_is_none():
    classes = np.full((32, 64), Cover.INTERIOR)
    classes[:10, :20] = Cover.SKY
    seen = np.zeros((32, 64), np.bool_)
    seen[:, :30] = True
    assert shares(certain(classes), CELLS, seen)[Cover.INTERIOR] < shares(certain(classes), CELLS)[Cover.INTERIOR]
    seen[:10, :30] = False
    assert not shows_overhead(CELLS, seen)


def test_where_no_overhead_was_seen_a_panorama_is_judged_like_a_photograph():
    classes = np.full((32, 64), Cover.BUILDING)
    classes[16:] = Cover.GRASS
    seen = np.zeros((32, 64), np.bool_)
    seen[10:22] = True
    odds = certain(classes)
    assert openness(shares(odds, CELLS, seen), overhead=shows_overhead(CELLS, seen)) > 0.75
    assert np.all(in_context(odds, CELLS, seen)[:, 17:22].argmax(axis=0) == Cover.GRASS)


def test_ground_is_told_by_seen_neighbours_only():
    odds = np.full((len(Cover), 32, 64), 1e-3, np.float32)
    odds[Cover.ROAD, 20:], odds[Cover.PAVED, 20:] = 0.45, 0.55
    odds[Cover.ROAD, 20:, 32:], odds[Cover.PAVED, 20:, 32:] = 0.9, 0.1
    seen = np.ones((32, 64), np.bool_)
    seen[:, 32:] = False
    even = even_ground(odds, CELLS, seen)
    assert np.all(even[Cover.PAVED, 20:, :32] > even[Cover.ROAD, 20:, :32])


def test_surroundings_are_judged_by_what_was_seen(street, unseen):
    picture = Picture(pixels=street, view=VIEW, unseen=unseen)
    cover = land_cover(picture)
    assert surroundings(picture, cover)[0] == "outdoor"
    blank = replace(picture, pixels=np.where(unseen[..., None], street, np.uint8(90)))
    assert surroundings(blank, land_cover(blank)) == ("unknown", 0.0)


PICTURES = Path(__file__).parents[4] / "shared" / "field-cases" / "pictures"


@pytest.mark.skipif(not PICTURES.exists(), reason="the pictures are not here")
def test_half_a_street_is_heard():
    _, impression, _, sources = heard(PICTURES / "gpano_left_half.jpg")
    assert impression.surroundings == "outdoor"
    assert {"grass", "trees", "wind"} <= {source.proposal.label for source in sources}
