import numpy as np
import pytest

from server.sound.freesound.client import FoundSound
from server.sound.freesound.ranking import loopability, ranked

RATE_HZ = 48_000
NOISE = np.random.default_rng(0).standard_normal(4 * RATE_HZ)


def found(sound_id, name, **options):
    values = {"username": "a", "license": "", "url": "", "duration": 3.0, "previews": {}}
    return FoundSound(id=sound_id, name=name, **{**values, **options})


def order(*sounds, label="dog", prompt="a dog barking"):
    return [sound.id for sound in ranked(sounds, label=label, prompt=prompt)]


def test_a_name_that_is_the_label_goes_before_one_with_more_words():
    assert order(found(1, "hot dog stand with people.wav"), found(2, "Dog_01.wav")) == [2, 1]


def test_what_the_prompt_says_counts():
    assert order(found(1, "dog drinking"), found(2, "dog barking")) == [2, 1]


def test_ratings_count_by_how_many_they_are():
    praised = found(1, "dog", avg_rating=4.8, num_ratings=200)
    one_vote = found(2, "dog", avg_rating=5.0, num_ratings=1)
    booed = found(3, "dog", avg_rating=1.0, num_ratings=50)
    assert order(booed, found(4, "dog"), one_vote, praised) == [1, 2, 4, 3]


def test_equals_stay_in_the_order_of_the_search():
    assert order(found(5, "dog"), found(2, "dog"), found(9, "dog")) == [5, 2, 9]


def test_a_steady_noise_loops_and_one_that_swells_or_changes_does_not():
    swelling = NOISE * np.linspace(0.05, 1.0, len(NOISE))
    tone = np.sin(2 * np.pi * 300 * np.arange(2 * RATE_HZ) / RATE_HZ)
    changing = np.concatenate([NOISE[: 2 * RATE_HZ], tone * 1.4])
    assert loopability(NOISE) > 0.9
    assert loopability(swelling) < 0.4
    assert loopability(changing) < 0.6


def test_an_event_that_ends_in_quiet_needs_no_likeness():
    assert loopability(NOISE * np.exp(-np.arange(len(NOISE)) / 9600)) == 1.0


@pytest.mark.parametrize("samples", [np.zeros(10), np.ones(1), NOISE[:3], NOISE[:100]])
def test_any_length_has_a_number(samples):
    assert 0.0 <= loopability(samples) <= 1.0
