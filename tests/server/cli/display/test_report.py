import io
from dataclasses import replace

import pytest
from rich.console import Console

from server.cli.display.report import direction_words, source_table
from tests.protocol.test_scene import FOUNTAIN, SCENE


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "words"),
    [
        (0.3, 0.2, "ahead"),
        (35.2, 4.0, "35° left, 4° up"),
        (-90.0, -30.4, "90° right, 30° down"),
        (179.8, 0.0, "behind"),
        (-179.8, -1.0, "behind, 1° down"),
    ],
)
def test_a_direction_in_words_says_left_for_positive_azimuth(azimuth_deg, elevation_deg, words):
    assert direction_words(replace(FOUNTAIN, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg)) == words


def test_the_table_fits_eighty_columns_and_says_everything():
    wind = replace(FOUNTAIN, id="wind-1", kind="ambient", evidence="inferred", distance_m=None, distance_sigma_m=None)
    long = replace(FOUNTAIN, id="road-traffic-12", azimuth_deg=-151.0, distance_m=264.0, distance_sigma_m=120.0)
    bell = replace(FOUNTAIN, id="bell-1", evidence="given")
    page = io.StringIO()
    Console(file=page, width=80).print(source_table(replace(SCENE, sources=(long, wind, bell))))
    text = page.getvalue()
    assert "…" not in text
    for words in ("road-traffic-12", "151° right, 5° down", "264 ± 120 m", "all around", "by hand", "inferred 90%"):
        assert words in text
