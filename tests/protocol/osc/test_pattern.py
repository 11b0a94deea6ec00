import fnmatch
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import WireError
from protocol.osc.pattern import AddressPattern
from tests.protocol.vectors import vectors

ROWS = vectors("osc")


@pytest.mark.parametrize("row", ROWS["patterns"], ids=lambda row: row["pattern"])
def test_patterns_are_for_the_addresses_that_the_vectors_say(row):
    pattern = AddressPattern(row["pattern"])
    assert [address for address in (*row["matches"], *row["others"]) if pattern.matches(address)] == row["matches"]


@pytest.mark.parametrize("text", [*ROWS["no_patterns"], "/" + "a" * 256])
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises(WireError):
        AddressPattern(text)


@given(st.text("ab?*", max_size=8), st.text("ab", max_size=8))
@settings(max_examples=300)
def test_stars_and_question_marks_mean_what_they_mean_in_a_shell(pattern, text):
    assert AddressPattern("/" + pattern).matches("/" + text) == fnmatch.fnmatchcase(text, pattern)


@given(st.text(min_size=1, max_size=40), st.text(max_size=40))
@settings(max_examples=200)
def test_any_text_is_a_pattern_or_refused(pattern, text):
    with suppress(WireError):
        assert AddressPattern(pattern).matches(text) in (True, False)


def test_an_address_without_signs_is_plain_and_is_for_itself_alone():
    pattern = AddressPattern("/adm/obj/1/aed")
    assert pattern.is_plain
    assert not AddressPattern("/adm/obj/1/a*").is_plain
    assert not pattern.matches("/adm/obj/11/aed")


def test_no_pattern_takes_long():
    began = time.perf_counter()
    for pattern in ("/" + "*a" * 120, "/" + "{,,,,,,}" * 31, "/" + "{a,a,a,a}" * 28):
        assert not AddressPattern(pattern).matches("/" + "a" * 200 + "b")
    # A matcher that tries one way after another would be busy for longer than there is time.
    assert time.perf_counter() - began < 5.0
