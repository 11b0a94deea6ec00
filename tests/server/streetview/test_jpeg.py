from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from server.pipeline.picture.image import read_picture
from server.streetview.jpeg import write_panorama, write_photograph
from server.streetview.map_tiles import MapTiles
from server.streetview.static import fetch_photograph
from tests.server.streetview.google import METADATA, PANO, maps_client, scenery

GPANO = "{http://ns.google.com/photos/1.0/panorama/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"


def written(google, path, **change):
    google.metadata = {name: value for name, value in {**METADATA, **change}.items() if value is not None}
    tiles = MapTiles(maps_client(google.url))
    panorama = tiles.fetch_panorama(PANO)
    write_panorama(path, tiles.fetch_picture(panorama, 3), panorama)
    return path


def description(path):
    with Image.open(path) as image:
        return ElementTree.fromstring(image.info["xmp"]).find(f".//{RDF}Description")  # noqa: S314 - our own


def test_a_panorama_keeps_pose_size_date_id_and_rights(google, tmp_path):
    path = written(google, tmp_path / "a.jpg")
    fields = {element.tag: element.text for element in description(path)}
    assert fields[f"{GPANO}ProjectionType"] == "equirectangular"
    assert [fields[f"{GPANO}Pose{name}Degrees"] for name in ("Heading", "Pitch", "Roll")] == ["94.35", "-1.5", "-1.75"]
    for name in ("CroppedAreaImage", "FullPano"):
        assert [fields[f"{GPANO}{name}{side}Pixels"] for side in ("Width", "Height")] == ["416", "208"]
    assert (fields[f"{PHOTOSHOP}DateCreated"], fields[f"{DC}identifier"]) == ("2023-01", PANO)
    assert description(path).findtext(f"{DC}rights/{RDF}Alt/{RDF}li") == "© 2023 Zoë & Sons"
    with Image.open(path) as image:
        assert image.format == "JPEG"
        # EXIF hands bytes on as Latin-1.
        assert image.getexif()[0x8298].encode("latin-1").decode() == "© 2023 Zoë & Sons"


def test_what_google_does_not_tell_is_not_made_up(google, tmp_path):
    path = written(google, tmp_path / "a.jpg", heading=None, tilt=None, roll=None, date=None, copyright=None)
    tags = {element.tag for element in description(path)}
    assert not {f"{GPANO}Pose{name}Degrees" for name in ("Heading", "Pitch", "Roll")} & tags
    assert f"{PHOTOSHOP}DateCreated" not in tags
    assert read_picture(path).heading_deg is None


def test_a_written_panorama_is_read_with_its_heading(google, tmp_path):
    picture = read_picture(written(google, tmp_path / "a.jpg", heading=-10.5))
    assert picture.view.projection == "equirectangular"
    assert picture.heading_deg == 349.5
    # Red and green are ramps; their resets, and JPEG's halved colour, cost more.
    assert np.median(np.abs(picture.pixels.astype(int) - scenery())) <= 6


@pytest.mark.parametrize("hfov_deg", [20.0, 65.0, 90.0, 120.0])
def test_a_photograph_keeps_its_direction_lens_and_rights_and_looks_as_it_did(google, tmp_path, hfov_deg):
    photo = fetch_photograph(maps_client(google.url), PANO, radius_m=50, heading_deg=-45.5, hfov_deg=hfov_deg)
    pixels = np.asarray(photo.image)
    write_photograph(tmp_path / "a.jpg", photo)
    picture = read_picture(tmp_path / "a.jpg")
    assert np.abs(picture.pixels.astype(int) - pixels).max() <= 4
    assert picture.heading_deg == 314.5
    assert picture.view.hfov_deg == pytest.approx(hfov_deg, rel=0.05)
    assert description(tmp_path / "a.jpg").findtext(f"{DC}rights/{RDF}Alt/{RDF}li") == "© Google"
