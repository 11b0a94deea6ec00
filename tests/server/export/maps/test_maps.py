"""Maps of a place, read by the programs that they are for."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image

from protocol.errors import InputError
from protocol.place import Origin, Polygon, Polyline
from protocol.scene import Clip
from server.export.maps.levels import level_grid
from server.export.maps.table import MAP_FORMATS
from server.export.maps.weighting import a_weighted_db
from server.files.digest import sha256_of
from server.place.poses.frame import LocalFrame
from tests.server.place.hearing.test_scene import place_of, source, viewpoint

ORIGIN = Origin(latitude_deg=48.0, longitude_deg=11.0, height_m=500.0)


@pytest.fixture
def place(tmp_path):
    samples = np.sin(2 * np.pi * 100.0 * np.arange(48_000) / 48_000) * 0.1
    soundfile.write(tmp_path / "hum.wav", samples, 48_000, subtype="PCM_24")
    clip = Clip(
        path="hum.wav", sha256=sha256_of(tmp_path / "hum.wav"), sample_rate_hz=48_000, duration_s=1.0, loop=True
    )
    road = Polyline(points_m=((-50.0, 0.0, 0.0), (50.0, 0.0, 0.0)))
    lawn = Polygon(points_m=((0.0, 10.0, 0.0), (20.0, 10.0, 0.0), (20.0, 20.0, 0.0)))
    sources = (
        source("bell", (10.0, 5.0, 2.0)),
        replace(source("road", (0.0, 0.0, 0.0), kind="line"), shape=road),
        replace(source("lawn", (13.0, 13.0, 0.0), kind="area"), shape=lawn),
        source("sea", None, kind="ambient", seen=["a"]),
    )
    made = place_of([viewpoint("a", 0.0), viewpoint("b", 10.0)], [replace(each, clip=clip) for each in sources])
    return replace(made, origin=ORIGIN)


@pytest.mark.parametrize("name", ["geojson", "geoparquet"])
def test_geographic_programs_read_the_sources_in_their_places(place, tmp_path, name):
    geopandas = pytest.importorskip("geopandas")
    out = tmp_path / f"map{MAP_FORMATS[name].suffixes[0]}"
    MAP_FORMATS[name].render(place, tmp_path, out=out)
    table = geopandas.read_parquet(out) if name == "geoparquet" else geopandas.read_file(out)
    assert table.crs == "EPSG:4326"
    assert table["id"].tolist() == ["bell", "road", "lawn"]
    assert table.geometry.geom_type.tolist() == ["Point", "LineString", "Polygon"]
    bell = table.geometry[0]
    back = LocalFrame(ORIGIN).metres(np.array([bell.y]), np.array([bell.x]), np.array([bell.z]))
    assert back[0] == pytest.approx((10.0, 5.0, 2.0), abs=0.01)
    assert table["sigma_m"][0] == pytest.approx(np.sqrt(5.0), abs=0.01)
    if name == "geojson":
        assert json.loads(out.read_text())["type"] == "FeatureCollection"


def test_a_point_is_louder_where_one_is_nearer_by_the_level_law():
    grid = level_grid(place_of([viewpoint("a", 0.0)], [source("bell", (0.0, 0.0, 1.7))]), {})
    rows, columns = grid.level_dba.shape
    east = grid.west_m + (np.arange(columns) + 0.5) * grid.cell_m
    north = grid.north_m - (np.arange(rows) + 0.5) * grid.cell_m
    away = np.hypot(east[None, :], north[:, None])
    assert grid.level_dba == pytest.approx(70.0 - 20.0 * np.log10(np.maximum(away, 0.5)), abs=0.1)


def test_beside_a_long_road_the_level_falls_by_three_decibels_a_doubling():
    shape = Polyline(points_m=((-2000.0, 0.0, 1.7), (2000.0, 0.0, 1.7)))
    road = replace(source("road", (0.0, 0.0, 1.7), kind="line", level_db=80.0), shape=shape)
    grid = level_grid(place_of([viewpoint("a", 0.0)], [road]), {})
    column = grid.level_dba[:, grid.level_dba.shape[1] // 2]
    north = grid.north_m - (np.arange(len(column)) + 0.5) * grid.cell_m
    far = np.abs(north) > 3.0
    assert column[far] == pytest.approx(80.0 - 10.0 * np.log10(np.abs(north[far])), abs=0.3)


@pytest.mark.parametrize(("frequency_hz", "wanted_db"), [(100.0, -19.1), (1000.0, 0.0), (4000.0, 1.0)])
def test_what_a_weighting_takes_from_a_tone_is_what_the_standard_says(frequency_hz, wanted_db):
    tone = np.sin(2 * np.pi * frequency_hz * np.arange(48_000) / 48_000).astype(np.float32)
    assert a_weighted_db(tone, 48_000) == pytest.approx(wanted_db, abs=0.1)
    assert a_weighted_db(np.zeros(10, np.float32), 48_000) == 0.0


def test_levels_are_a_picture_and_a_geotiff(place, tmp_path):
    rasterio = pytest.importorskip("rasterio")
    for name in ("levels.png", "levels.tif"):
        MAP_FORMATS["levels"].render(place, tmp_path, out=tmp_path / name)
    with Image.open(tmp_path / "levels.png") as picture:
        assert picture.width == 1280
    with rasterio.open(tmp_path / "levels.tif") as file:
        levels = file.read(1)
        row, column = file.index(10.0, 5.0)
        # 70 dB at 1 m, of which A-weighting takes 19 at 100 Hz; less than a metre away, with the road and the sea.
        assert levels[row, column] > levels[row - 3 : row + 4, column - 3 : column + 4].max() - 0.2
        assert 52.0 < levels[row, column] < 58.0
        assert "Azimuthal" in file.crs.to_wkt()


@pytest.mark.parametrize("name", ["geojson", "geoparquet", "levels"])
def test_a_place_that_is_nowhere_on_the_earth_is_told(place, tmp_path, name):
    out = tmp_path / f"map{MAP_FORMATS[name].suffixes[-1]}"
    with pytest.raises(InputError, match="where on the earth"):
        MAP_FORMATS[name].render(replace(place, origin=None), tmp_path, out=out)
    assert not list(tmp_path.glob("*map*"))


def test_a_wrong_suffix_and_an_option_are_told(place, tmp_path):
    with pytest.raises(InputError, match="isn't a name"):
        MAP_FORMATS["levels"].render(place, tmp_path, out=tmp_path / "levels.jpg")
    with pytest.raises(InputError, match="--lufs"):
        MAP_FORMATS["levels"].check(["format", "lufs"])
