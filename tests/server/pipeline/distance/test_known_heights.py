"""How high things are that noun phrases name."""

import pytest

from server.pipeline.distance.known_heights import known_height


@pytest.mark.parametrize(
    ("label", "height_m"),
    [
        ("man", 1.7),
        ("A Woman walking a dog", 1.7),
        ("red car parked by a tree", 1.5),
        ("double decker bus", 3.1),
        ("person with an umbrella", 1.7),
    ],
)
def test_a_noun_phrase_names_a_height(label, height_m):
    assert known_height(label).metres == height_m


@pytest.mark.parametrize(
    "label", ["people", "cars", "group of people", "car park", "man sitting on a bench", "toy car", "bird", "", "with"]
)
def test_what_may_be_of_any_height_or_several_names_none(label):
    assert known_height(label) is None
