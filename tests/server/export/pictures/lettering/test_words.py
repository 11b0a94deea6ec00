from dataclasses import replace

import pytest

from server.export.pictures.lettering import typeface
from server.export.pictures.lettering.typeface import legible_words
from server.export.pictures.lettering.words import direction_words, distance_words, place_words, source_name
from tests.protocol.test_scene import FOUNTAIN
from tests.server.export.pictures.shapes import WIND, scene_of


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "words"),
    [
        (0.3, 0.2, "ahead"),
        (35.2, 4.0, "35° left, 4° up"),
        (-90.0, -30.4, "90° right, 30° down"),
        (179.8, 0.0, "behind"),
        (-179.8, -1.0, "behind, 1° down"),
        (120.0, 87.0, "overhead"),
        (-120.0, -90.0, "underfoot"),
    ],
)
def test_a_direction_in_words_says_left_for_positive_azimuth(azimuth_deg, elevation_deg, words):
    assert direction_words(replace(FOUNTAIN, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg)) == words


def test_a_ring_is_told_as_one_and_not_by_the_direction_of_its_mean():
    ring = replace(FOUNTAIN, azimuth_deg=180.0, elevation_deg=-37.0, width_deg=360.0, height_deg=60.0, distance_m=3.7)
    assert direction_words(ring) == "all round"
    assert place_words(ring) == "all round, 3.7 ± 0.5 m"
    assert direction_words(replace(ring, width_deg=300.0)) == "behind, 37° down"
    assert place_words(replace(ring, width_deg=300.0)) == "3.7 ± 0.5 m"


def test_what_lies_around_a_pole_is_there():
    assert direction_words(replace(FOUNTAIN, elevation_deg=-90.0, width_deg=360.0)) == "underfoot"


def test_ambience_is_all_around():
    assert direction_words(WIND) == place_words(WIND) == "all around"


def test_distances_have_as_many_digits_as_make_sense():
    assert distance_words(replace(FOUNTAIN, distance_m=3.14, distance_sigma_m=0.2)) == "3.1 ± 0.2 m"
    assert distance_words(replace(FOUNTAIN, distance_m=31.4, distance_sigma_m=2.2)) == "31 ± 2 m"


def test_sources_of_one_name_are_told_apart_by_number():
    second = replace(FOUNTAIN, id="fountain-2")
    assert source_name(FOUNTAIN, scene_of(FOUNTAIN)) == "fountain"
    assert source_name(second, scene_of(FOUNTAIN, second)) == "fountain 2"
    by_hand = replace(FOUNTAIN, id="mine")
    assert source_name(by_hand, scene_of(by_hand, second)) == "mine"


def test_letters_that_no_font_has_are_not_written(monkeypatch):
    monkeypatch.setattr(typeface, "_installed", tuple)
    typeface._font_name.cache_clear()
    assert legible_words("fountain ± 3 m", "fountain-1") == "fountain ± 3 m"
    assert legible_words("Ökohaus", "kohaus-1") == "Okohaus"
    assert legible_words("日本の鐘", "source-1") == "source-1"
    typeface._font_name.cache_clear()


def test_a_font_of_the_system_writes_what_pillows_own_lacks():
    if not typeface._installed():
        pytest.skip("no other font is here")
    assert legible_words("Ökohaus", "kohaus-1") == "Ökohaus"
    drawn = [typeface.font(30, "Ö").getmask(letter).size for letter in "ÖO"]
    assert drawn[0][1] > drawn[1][1]
