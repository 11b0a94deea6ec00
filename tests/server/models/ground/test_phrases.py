from hypothesis import given
from hypothesis import strategies as st

from server.models.ground.phrases import SpecialTokens, grounding_prompts, phrase_of

MARKS = SpecialTokens(start=101, dot=1012, end=102)


def letters(phrase: str) -> list[int]:
    return [ord(letter) for letter in phrase]


@given(st.text())
def test_a_cleaned_phrase_ends_nowhere_early_and_stays_clean(label: str) -> None:
    phrase = phrase_of(label)
    assert not set(".?") & set(phrase)
    assert phrase == " ".join(phrase.split())
    assert phrase_of(phrase) == phrase


@given(st.lists(st.text("abc", max_size=30), max_size=40), st.integers(4, 60))
def test_every_phrase_is_asked_once_and_no_prompt_is_longer_than_the_limit(phrases: list[str], limit: int) -> None:
    made = grounding_prompts(phrases, letters, special=MARKS, limit=limit)
    assert [place for prompt in made for place in prompt.phrases] == [i for i, phrase in enumerate(phrases) if phrase]
    for prompt in made:
        assert len(prompt.tokens) <= limit
        # Read back as the model does: what stands between dots is a phrase.
        inner = prompt.tokens[1:-1]
        assert (prompt.tokens[0], prompt.tokens[-1], inner[-1]) == (101, 102, 1012)
        said = "".join("." if token == 1012 else chr(token) for token in inner).split(".")[:-1]
        assert said == [phrases[place][: limit - 3] for place in prompt.phrases]
        for (start, stop), phrase in zip(prompt.spans, said, strict=True):
            assert [chr(token) for token in prompt.tokens[start:stop]] == list(phrase)


def test_phrases_share_a_prompt_as_long_as_they_fit() -> None:
    made = grounding_prompts(["aaa", "bbb", "ccc"], letters, special=MARKS, limit=10)
    assert [prompt.phrases for prompt in made] == [(0, 1), (2,)]
    assert len(made[0].tokens) == 10
