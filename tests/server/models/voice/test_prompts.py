import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.models.voice.prompts import worded
from server.pipeline.stages import VoiceRequest
from tests.server.models.voice.asking import asked


@pytest.mark.parametrize(
    ("label", "prompt", "subject"),
    [
        ("dog", "The sound of a small dog barking in a large reverberant hall", "a small dog barking"),
        ("dog", "a dog barking, with music in the background", "a dog barking"),
        ("fountain", "A fountain splashing in the distance while people talk", "A fountain splashing"),
        ("car", "there is a red car on the left passing by", "a red car passing by"),
        ("bicycle", "a person riding a bicycle, children shouting", "a person riding a bicycle"),
        ("street musician", "a man playing guitar and crowd chatter", "a man playing guitar"),
        ("café", "people chatting, cups clinking with soft music", "people chatting, cups clinking"),
        ("traffic", "road traffic as seen in the image", "road traffic"),
        ("bus", "diesel bus idling, then pulling away", "diesel bus idling, then pulling away"),
        ("water", "background music", "water"),
        ("bell", "  ", "bell"),
        ("", "", "a sound"),
    ],
)
def test_one_clean_sound_is_asked_for(label: str, prompt: str, subject: str) -> None:
    order = worded(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=0))
    assert order.subject == subject
    assert order.prompt == f"{subject}, close-miked, isolated, no background"


def test_voices_and_music_are_unwanted_unless_they_are_what_sounds() -> None:
    dog, people, band = (worded(asked(label)).unwanted for label in ("dog", "people talking", "street musician"))
    assert "music" in dog
    assert "speech" in dog
    assert "reverberation" in dog
    assert "speech" not in people
    assert "music" in people
    assert "music" not in band


def test_an_ambience_stays_wide() -> None:
    order = worded(asked("park", "birds singing and leaves rustling, distant traffic", kind="ambient"))
    assert order.subject == "birds singing and leaves rustling, distant traffic"
    assert "close" not in order.prompt
    assert "isolated" not in order.prompt
    assert order.goes_on
    assert order.may_be_noise


@pytest.mark.parametrize(
    ("label", "prompt", "kind", "goes_on"),
    [
        ("church bell", "a bell tolling", "point", False),
        ("dog", "", "point", False),
        ("door", "a door slams", "point", False),
        ("animal", "a dog barking twice", "point", False),
        ("fountain", "", "point", True),
        ("engine", "a car idling", "point", True),
        ("bird", "birds singing", "point", True),
        ("traffic", "cars passing, one honks its horn", "line", True),
        ("playground", "children shouting", "area", True),
        ("fountain", "a fountain near barking dogs", "point", True),
        ("bells", "bells ringing continuously", "point", True),
    ],
)
def test_events_are_told_from_what_goes_on(label: str, prompt: str, kind: str, goes_on: bool) -> None:
    assert worded(asked(label, prompt, kind=kind)).goes_on is goes_on


@pytest.mark.parametrize(
    ("label", "noisy"),
    [("heavy rain", True), ("waterfall", True), ("wind", True), ("sea", True), ("dog", False), ("church bell", False)],
)
def test_what_may_be_noise_is_known(label: str, noisy: bool) -> None:
    assert worded(asked(label)).may_be_noise is noisy


def test_several_of_a_kind_are_asked_for_in_several_ways_and_each_always_in_the_same() -> None:
    words = [worded(asked("dog", seed=seed)).prompt for seed in range(8)]
    assert len(set(words)) == 4
    assert words == [worded(asked("dog", seed=seed)).prompt for seed in range(8)]


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=200), st.integers(0, 2**32 - 1))
def test_any_text_is_worded(label: str, prompt: str, seed: int) -> None:
    order = worded(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=seed))
    assert order.subject.strip()
    assert order.subject in order.prompt
    assert "\n" not in order.prompt
