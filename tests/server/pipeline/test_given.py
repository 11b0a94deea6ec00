import json

import numpy as np
import pytest

from protocol.errors import InputError
from server.pipeline.given import GivenSource, placed, read_given
from server.pipeline.picture.projections.fisheye import Fisheye
from server.pipeline.stages import DistanceMap
from server.pipeline.views import View

VIEW = View(name="picture", projection="equirectangular", width_px=360, height_px=180)


def ground_map(camera_height_m=2.0):
    _, elevation_deg = VIEW.direction(*np.meshgrid(np.arange(360) + 0.5, np.arange(180) + 0.5))
    with np.errstate(divide="ignore"):
        distance_m = np.where(elevation_deg < 0, camera_height_m / np.sin(np.radians(-elevation_deg)), np.inf)
    return DistanceMap(
        view=VIEW, distance_m=distance_m.astype(np.float32), sigma_m=(distance_m / 10).astype(np.float32)
    )


def written(tmp_path, content):
    path = tmp_path / "sources.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_file_by_hand_is_read(tmp_path):
    path = written(
        tmp_path,
        {
            "sources": [
                {"label": "fountain", "azimuth_deg": 30, "distance_m": 8},
                {"label": "dog", "pixel": [10, 150], "distance_m": "on the ground"},
                {"label": "wind", "kind": "ambient"},
            ]
        },
    )
    fountain, dog, wind = read_given(path)
    assert (fountain.azimuth_deg, fountain.elevation_deg, fountain.distance_m) == (30.0, 0.0, 8.0)
    assert (dog.pixel, dog.distance_m) == ((10.0, 150.0), "on the ground")
    assert wind.kind == "ambient"


def test_a_pixel_of_a_file_that_shows_nothing_there_is_told():
    fisheye = Fisheye(width_px=100, height_px=100, lenses=1, fov_deg=180.0)
    bell = GivenSource(label="bell", pixel=(1.0, 1.0), distance_m=5.0)
    with pytest.raises(InputError, match="source 'bell': pixel 1, 1 shows nothing"):
        placed(bell, fisheye, ())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "JSON"),
        ([], "sources.json"),
        ({"sources": [{"label": "dog"}]}, "azimuth_deg or pixel"),
        ({"sources": [{"label": "dog", "azimuth_deg": 1}]}, "on the ground"),
        ({"sources": [{"label": "dog", "azimuth_deg": 1, "pixel": [1, 2], "distance_m": 1}]}, "either azimuth_deg or"),
        ({"sources": [{"label": "dog", "azimuth_deg": 400, "distance_m": 1}]}, "azimuth_deg"),
        ({"sources": [{"label": "dog", "azimuth_deg": 1, "distance_m": -1}]}, "distance_m"),
        ({"sources": [{"label": "dog", "azimuth_deg": 1, "distance_m": 1, "colour": "red"}]}, "colour"),
    ],
)
def test_a_mistake_is_told_with_its_place_in_one_line(tmp_path, content, told):
    with pytest.raises(InputError) as caught:
        read_given(written(tmp_path, content))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_given(tmp_path / "nowhere.json")


def test_a_pixel_means_the_direction_that_it_shows():
    source = GivenSource(label="dog", pixel=(90.0, 45.0), distance_m=5.0)
    there = placed(source, VIEW, [])
    assert (there.azimuth_deg, there.elevation_deg, there.distance_m) == (90.0, 45.0, 5.0)


@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 180.0, -179.5])
def test_on_the_ground_is_where_the_ray_meets_it(azimuth_deg):
    source = GivenSource(label="dog", azimuth_deg=azimuth_deg, elevation_deg=-30.0, distance_m="on the ground")
    there = placed(source, VIEW, [ground_map()])
    assert there.distance_m == pytest.approx(4.0, rel=0.03)
    assert there.distance_sigma_m == pytest.approx(0.4, rel=0.03)


def test_straight_down_is_the_camera_height():
    source = GivenSource(label="drain", azimuth_deg=0.0, elevation_deg=-90.0, distance_m="on the ground")
    assert placed(source, VIEW, [ground_map()]).distance_m == pytest.approx(2.0, rel=0.01)


def test_the_map_that_looks_most_straight_at_a_direction_is_asked():
    def view_map(name, yaw_deg, metres):
        view = View(name=name, projection="perspective", width_px=100, height_px=100, hfov_deg=90.0, yaw_deg=yaw_deg)
        metres = np.full((100, 100), metres, np.float32)
        return DistanceMap(view=view, distance_m=metres, sigma_m=metres)

    maps = [view_map("a", 0.0, 1.0), view_map("b", 45.0, 2.0), view_map("c", -170.0, 3.0)]
    near_b = GivenSource(label="dog", azimuth_deg=30.0, distance_m="on the ground")
    near_c = GivenSource(label="dog", azimuth_deg=175.0, distance_m="on the ground")
    assert placed(near_b, VIEW, maps).distance_m == 2.0
    assert placed(near_c, VIEW, maps).distance_m == 3.0


@pytest.mark.parametrize("elevation_deg", [0.5, 80.0])
def test_no_ground_in_the_sky(elevation_deg):
    source = GivenSource(label="dog", azimuth_deg=0.0, elevation_deg=elevation_deg, distance_m="on the ground")
    with pytest.raises(InputError, match="no ground"):
        placed(source, VIEW, [ground_map()])


def test_a_pixel_outside_the_picture_is_told_with_its_size():
    source = GivenSource(label="dog", pixel=(4000.0, 10.0), distance_m=1.0)
    with pytest.raises(InputError, match="360"):
        placed(source, VIEW, [])


def test_ambience_has_no_distance():
    there = placed(GivenSource(label="wind", kind="ambient"), VIEW, [])
    assert (there.distance_m, there.distance_sigma_m) == (None, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read(tmp_path, encoding):
    path = tmp_path / "sources.json"
    path.write_text('{"sources": [{"label": "bells", "kind": "ambient"}]}', encoding=encoding)
    assert [source.label for source in read_given(path)] == ["bells"]


def test_what_was_not_photographed_is_no_ground():
    seen = ground_map()
    distance_m = np.where(np.arange(360) < 90, np.float32(np.nan), seen.distance_m)
    half = DistanceMap(view=VIEW, distance_m=distance_m, sigma_m=distance_m)
    source = GivenSource(label="dog", azimuth_deg=150.0, elevation_deg=-30.0, distance_m="on the ground")
    with pytest.raises(InputError, match=r"no ground was photographed at azimuth 150\.0"):
        placed(source, VIEW, [half])
