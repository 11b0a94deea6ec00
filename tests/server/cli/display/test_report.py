import io
from dataclasses import replace

import pytest
from rich.console import Console

from server.cli.display.report import source_table
from tests.protocol.test_scene import FOUNTAIN, SCENE


def test_the_table_fits_eighty_columns_and_says_everything():
    wind = replace(FOUNTAIN, id="wind-1", kind="ambient", evidence="inferred", distance_m=None, distance_sigma_m=None)
    long = replace(FOUNTAIN, id="road-traffic-12", azimuth_deg=-151.0, distance_m=264.0, distance_sigma_m=120.0)
    bell = replace(FOUNTAIN, id="bell-1", evidence="given")
    ring = replace(FOUNTAIN, id="paved-ground-1", azimuth_deg=180.0, elevation_deg=-37.0, width_deg=360.0)
    page = io.StringIO()
    Console(file=page, width=80).print(source_table(replace(SCENE, sources=(long, wind, bell, ring)), width=80))
    text = page.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    for words in (
        "road-traffic-12",
        "151° right, 5° down",
        "264 ± 120 m",
        "all around",
        "all round",
        "by hand",
        "inferred 90%",
    ):
        assert words in text
    assert "behind" not in text


@pytest.mark.parametrize("width", [40, 46, 52, 60, 70])
def test_a_narrow_terminal_gets_the_metres_and_the_direction_in_any_case(width):
    far = replace(FOUNTAIN, id="a-very-long-name-12", azimuth_deg=-151.0, distance_m=264.0, distance_sigma_m=120.0)
    near = replace(FOUNTAIN, id="road-traffic-1", azimuth_deg=151.0, elevation_deg=-12.0)
    page = io.StringIO()
    Console(file=page, width=width).print(source_table(replace(SCENE, sources=(far, near)), width=width))
    text = page.getvalue()
    assert max(map(len, text.splitlines())) <= width
    for words in ("source", "distance", "264 ± 120 m", "151° right", "151° left", "a-very-l", "road-tra"):
        assert words in text
