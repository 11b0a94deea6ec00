import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.sound.words import head, phrases, stem, words

NOUNS = frozenset({"crossing", "bell", "dog"})


@pytest.mark.parametrize(
    "forms",
    [
        ("wave", "waves"),
        ("rustle", "rustles", "rustling", "rustled"),
        ("lap", "lapping", "lapped"),
        ("bus", "buses"),
        ("church", "churches"),
        ("leaf", "leaves"),
        ("child", "children"),
        ("bee", "bees"),
        ("tree", "trees"),
        ("glass", "glasses"),
        ("call", "calling"),
    ],
)
def test_forms_of_one_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    "pair", [("bus", "bush"), ("sing", "song"), ("wing", "wind"), ("sea", "seat"), ("reed", "red")]
)
def test_different_words_keep_different_stems(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dog barking", "dog"),
        ("a level crossing", "crossing"),
        ("small dog", "dog"),
        ("car roof", "roof"),
        ("parked", None),
    ],
)
def test_the_head_is_the_last_noun(text: str, expected: str | None) -> None:
    found = head(phrases(text)[0], NOUNS)
    assert (found.raw if found else None) == expected


def test_words_that_count_give_way_to_what_they_count() -> None:
    assert [[word.raw for word in phrase] for phrase in phrases("a group of people near a row of trees")] == [
        ["people"],
        ["trees"],
    ]


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_cut_into_plain_words(text: str) -> None:
    assert all(word.isascii() and word.isalpha() and word == word.lower() for word in words(text))
    assert all(phrase for phrase in phrases(text))
