import json

import pytest
from PIL import Image

from protocol.errors import InputError
from server.place.poses.pictures import read_pictures


@pytest.fixture
def folder(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (8, 4)).save(tmp_path / name)
    return tmp_path


def _with_gps(path, latitude, longitude, *, error=None):
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[3] = ("S" if latitude < 0 else "N"), ("W" if longitude < 0 else "E")
    for tag, value in ((2, abs(latitude)), (4, abs(longitude))):
        degrees, rest = divmod(value, 1)
        gps[tag] = (degrees, rest * 60.0 // 1, rest * 60.0 % 1 * 60.0)
    gps[6] = 117.0
    if error:
        gps[31] = error
    Image.new("RGB", (8, 4)).save(path, exif=exif)


def test_a_folder_is_read_by_the_gps_of_its_pictures(folder):
    _with_gps(folder / "a.jpg", -33.5, 151.25, error=6.0)
    first, second = read_pictures(folder)[0]
    assert (first.name, second.name) == ("a", "b")
    assert (first.pose.latitude_deg, first.pose.longitude_deg) == pytest.approx((-33.5, 151.25))
    assert (first.pose.height_m, first.pose.position_sigma_m) == (117.0, 6.0)
    assert not second.pose.is_on_earth


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_names_pictures_and_poses(folder, separator):
    rows = [["file", "east_m", "north_m", "heading_deg", "links"], ["b.jpg", "10", "2.5", "350", "a"]]
    (folder / "walk.csv").write_text("\ufeff" + "\n".join(separator.join(row) for row in rows), encoding="utf-8")
    (picture,), notices = read_pictures(folder / "walk.csv")
    assert (picture.pose.east_m, picture.pose.north_m, picture.pose.heading_deg) == (10.0, 2.5, 350.0)
    # There is no viewpoint a.
    assert picture.pose.links == ()
    assert notices == []


def test_columns_that_mean_nothing_are_told(folder):
    (folder / "walk.csv").write_text("file,lat,lon,headng\na.jpg,50,8,90\n")
    (picture,), (notice,) = read_pictures(folder / "walk.csv")
    assert picture.pose.heading_deg is None
    assert "headng" in notice


def test_geojson_names_pictures_by_points(folder):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [8.25, 50.5, 120.0]},
        "properties": {"file": "a.jpg", "heading_deg": 12},
    }
    (folder / "walk.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (picture,), _ = read_pictures(folder / "walk.geojson")
    pose = picture.pose
    assert (pose.latitude_deg, pose.longitude_deg, pose.height_m, pose.heading_deg) == (50.5, 8.25, 120.0, 12.0)


MAPILLARY = {
    "id": "498763468214164",
    "geometry": {"type": "Point", "coordinates": [11.0, 48.0]},
    "computed_geometry": {"type": "Point", "coordinates": [11.001, 48.001]},
    "compass_angle": 10.0,
    "computed_compass_angle": 14.5,
}
KARTAVIEW = {"name": "a.jpg", "lat": "48.001", "lng": "11.001", "heading": "14.5", "gps_accuracy": "4"}
STREET_VIEW = {"panoId": "abc", "lat": 48.001, "lng": 11.001, "heading": 14.5, "tilt": 88.5, "roll": 359.0}
TOOLS = {
    "filename": "a.jpg",
    "MAPLatitude": 48.001,
    "MAPLongitude": 11.001,
    "MAPCompassHeading": {"TrueHeading": 14.5, "MagneticHeading": 11.0},
}


@pytest.mark.parametrize("said", [MAPILLARY, KARTAVIEW, STREET_VIEW], ids=["Mapillary", "KartaView", "Street View"])
def test_json_beside_a_picture_tells_its_pose(folder, said):
    (folder / "a.json").write_text(json.dumps(said))
    pose = read_pictures(folder)[0][0].pose
    assert (pose.latitude_deg, pose.longitude_deg, pose.heading_deg) == (48.001, 11.001, 14.5)
    if said is STREET_VIEW:
        assert (pose.pitch_deg, pose.roll_deg) == (-1.5, -1.0)


@pytest.mark.parametrize("content", [[TOOLS], {"data": [{**MAPILLARY, "id": "a"}]}], ids=["tools", "page of an API"])
def test_one_json_tells_of_all_pictures(folder, content):
    (folder / "all.json").write_text(json.dumps(content))
    first, second = read_pictures(folder)[0]
    assert (first.pose.latitude_deg, first.pose.heading_deg) == (48.001, 14.5)
    assert not second.pose.is_on_earth


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("walk.csv", "file,lat,lon\na.jpg,91,8\n", "line 2: latitude_deg"),
        ("walk.csv", "file,lat,lon\na.jpg,north,8\n", "line 2: latitude_deg"),
        ("walk.csv", "lat,lon\n1,2\n", "names no file"),
        ("walk.csv", "", "names no pictures"),
        ("walk.csv", b"\xff\xfe\x00", "UTF-8"),
        ("walk.geojson", "[", "isn't JSON"),
        ("walk.geojson", "{}", "no list of features"),
        ("walk.geojson", "[1]", "isn't an object"),
        ("walk.geojson", '[{"properties": [1]}]', "isn't an object"),
        ("walk.geojson", '[{"file": "a.jpg", "geometry": {"type": "Point", "coordinates": [1]}}]', "no longitude"),
        ("walk.csv", "file,lat,lon\n" + "a" * 200_000, "isn't a table"),
        ("walk.txt", "", "neither a folder nor a manifest"),
    ],
)
def test_a_bad_manifest_is_told_in_a_line(folder, name, content, words):
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=words):
        read_pictures(folder / name)


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(InputError, match="has no pictures"):
        read_pictures(tmp_path)
