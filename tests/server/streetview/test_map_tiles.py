import numpy as np
import pytest
from PIL import Image

from protocol.errors import InputError, UnavailableError
from server.streetview.map_tiles import MapTiles
from tests.server.streetview.google import KEY, METADATA, PANO, SESSION, encoded, maps_client, refusal, scenery
from tests.timing import stretched

TILE = "/v1/streetview/tiles/3/2/1"


@pytest.fixture
def tiles(google):
    return MapTiles(maps_client(google.url))


@pytest.mark.parametrize(("zoom", "size_px"), [(3, (416, 208)), (2, (208, 104)), (0, (52, 26))])
def test_every_pixel_of_a_stitched_panorama_is_at_its_place_and_the_black_edge_is_gone(tiles, zoom, size_px):
    picture = tiles.fetch_picture(tiles.fetch_panorama(PANO), zoom)
    assert picture.size == size_px
    np.testing.assert_array_equal(np.asarray(picture), scenery(*size_px))


def test_only_tiles_with_a_part_of_the_picture_are_asked_for_once_each_and_four_at_once(google, tiles):
    google.dwell_s = stretched(0.02)
    tiles.fetch_picture(tiles.fetch_panorama(PANO), 3)
    asked = [path for path in google.paths() if "tiles" in path]
    assert sorted(asked) == sorted(f"/v1/streetview/tiles/3/{column}/{row}" for column in range(7) for row in range(4))
    assert google.most_at_once == 4


def test_one_session_serves_a_whole_run(google, tiles):
    tiles.fetch_picture(tiles.fetch_panorama(tiles.find_pano_id(37.42, -122.08, 50)), 1)
    assert google.paths().count("/v1/createSession") == 1
    assert {query.get("session") for path, query, _ in google.asked if path != "/v1/createSession"} == {SESSION}
    assert google.asked[1][2] == {"locations": [{"lat": 37.42, "lng": -122.08}], "radius": 50}


def test_metadata_tell_the_pose_and_the_rights(tiles):
    panorama = tiles.fetch_panorama(PANO)
    assert (panorama.heading_deg, panorama.tilt_deg, panorama.roll_deg) == (94.35, 88.5, 358.25)
    assert (panorama.copyright, panorama.date) == ("© 2023 Zoë & Sons", "2023-01")


@pytest.mark.parametrize(
    ("width_px", "deepest"), [(512, 0), (513, 1), (3328, 3), (4096, 3), (5760, 4), (13312, 5), (16384, 5)]
)
def test_the_deepest_zoom_is_the_first_whose_tiles_hold_the_whole_resolution(google, tiles, width_px, deepest):
    google.metadata = {
        **METADATA, "imageWidth": width_px, "imageHeight": width_px // 2, "tileWidth": 512, "tileHeight": 512
    }  # fmt: skip
    panorama = tiles.fetch_panorama(PANO)
    assert panorama.deepest_zoom == deepest
    assert panorama.size_px(deepest) == (width_px, width_px // 2)


@pytest.mark.parametrize("pano_ids", [[""], [], None, [7]])
def test_a_place_that_street_view_has_not_been_to_is_told(google, tiles, pano_ids):
    google.pano_ids = pano_ids
    with pytest.raises(UnavailableError, match=r"^1\.5, -2\.5: has no Street View within 50 m; .*--radius-m"):
        tiles.find_pano_id(1.5, -2.5, 50)


def test_an_unknown_panorama_is_told(tiles):
    with pytest.raises(UnavailableError, match="there is nothing; choose another place, panorama or zoom"):
        tiles.fetch_panorama("gone")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"imageWidth": 0}, "bad imageWidth"),
        ({"tileHeight": "many"}, "bad tileHeight"),
        ({"imageHeight": 400}, "no whole sphere"),
        ({"heading": 1e9}, "bad heading"),
    ],
)
def test_metadata_that_make_no_sense_are_told(google, tiles, change, told):
    google.metadata = {**METADATA, **change}
    with pytest.raises(UnavailableError, match=f"^panorama {PANO}: .*{told}"):
        tiles.fetch_panorama(PANO)


def test_a_missing_tile_is_an_error_and_not_a_black_hole(google, tiles):
    google.faults[TILE] = [(404, refusal(404, "no such tile"))]
    with pytest.raises(UnavailableError, match=TILE):
        tiles.fetch_picture(tiles.fetch_panorama(PANO), 3)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xd8\xff\xe0 cut short"])
def test_a_tile_that_is_no_picture_is_told(google, tiles, content):
    google.faults[TILE] = [(200, content)]
    with pytest.raises(UnavailableError, match="tile 2, 1 of zoom 3: is damaged"):
        tiles.fetch_picture(tiles.fetch_panorama(PANO), 3)


@pytest.mark.parametrize("size_px", [(63, 64), (65, 64)])
def test_a_tile_of_another_size_is_told(google, tiles, size_px):
    google.faults[TILE] = [(200, encoded(Image.new("RGB", size_px), "PNG"))]
    with pytest.raises(UnavailableError, match="wrong size"):
        tiles.fetch_picture(tiles.fetch_panorama(PANO), 3)


def test_a_tile_that_comes_at_the_second_try_is_in_the_picture(google, tiles):
    google.faults[TILE] = [(503, b""), "cut", (429, refusal(429, "Quota exceeded."))]
    picture = tiles.fetch_picture(tiles.fetch_panorama(PANO), 3)
    np.testing.assert_array_equal(np.asarray(picture), scenery())
    assert google.paths().count(TILE) == 4


def test_after_a_lasting_failure_no_more_tiles_are_asked_for(google, tiles):
    google.faults["/v1/streetview/tiles/3/0/0"] = [(403, refusal(403, "Billing is off."))]
    panorama = tiles.fetch_panorama(PANO)
    with pytest.raises(InputError, match="billing is off"):
        tiles.fetch_picture(panorama, 3)
    assert sum("tiles" in path for path in google.paths()) < 28


def test_a_wrong_key_is_told_without_the_key(google):
    with pytest.raises(InputError, match=r"Google refuses the key \(api key not valid: …\); check SONORAMA_GOOGLE_KEY"):
        MapTiles(maps_client(google.url, key="AIza-wrong"))


def test_no_error_has_the_session_token(google, tiles):
    google.faults["/v1/streetview/metadata"] = [(400, refusal(400, f"Bad token {SESSION} for {KEY}"))]
    with pytest.raises(UnavailableError, match=r"answers 400 \(bad token … for …\)"):
        tiles.fetch_panorama(PANO)
