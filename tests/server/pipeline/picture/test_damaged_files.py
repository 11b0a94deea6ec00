"""No damaged file brings the program down: each is read or refused in one line, in bounded memory.

Many more of them: ``python -m benchmarks.fuzz``.
"""

import os

import pytest

from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.reading import outcomes_of
from benchmarks.fuzz.seeds import Seed, seeds

MANY = 20
# The largest picture that is taken fills some of these; nothing may swell beyond.
MOST_MB = 3000.0
NAMES = tuple(seeds())


@pytest.fixture(scope="module")
def outcomes():
    return outcomes_of(NAMES, range(MANY))


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused(outcomes, name):
    outcome = outcomes[name]
    assert outcome.faults == {}
    assert outcome.read + outcome.refused == MANY
    assert outcome.swollen_mb < MOST_MB


def test_damage_is_noticed(outcomes):
    assert sum(outcome.refused for outcome in outcomes.values()) > MANY


def broken_readers():
    return {"fails": Seed(b"0", "", lambda path: 1 / int(path.read_text())), "dies": Seed(b"1" * 9, "", die_of_zeros)}


def die_of_zeros(path):
    if path.read_bytes() != b"1" * 9:
        os.abort()


def test_a_reader_that_fails_or_dies_is_told_of():
    broken = outcomes_of(["fails", "dies"], [3], find=broken_readers)
    assert "ZeroDivisionError" in broken["fails"].faults[3]
    assert broken["dies"].faults[3] == "the process ended with -6"


def test_damage_is_the_same_for_the_same_number():
    content = seeds()["png"].content
    copies = [mutated(content, number) for number in range(200)]
    assert copies == [mutated(content, number) for number in range(200)]
    assert len(set(copies)) > 150
