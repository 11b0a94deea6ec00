import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.models.voice.prompts import audio_prompt
from server.pipeline.stages import VoiceRequest
from tests.server.models.voice.scripted import voice_request


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
    prompt = audio_prompt(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=0))
    assert prompt.subject == subject
    assert prompt.text == f"{subject}, close-miked, isolated, no background"


def test_voices_and_music_are_unwanted_unless_they_are_what_sounds() -> None:
    dog, people, band = (
        audio_prompt(voice_request(label)).negative for label in ("dog", "people talking", "street musician")
    )
    assert "music" in dog
    assert "speech" in dog
    assert "reverberation" in dog
    assert "speech" not in people
    assert "music" in people
    assert "music" not in band


def test_an_ambience_stays_wide() -> None:
    prompt = audio_prompt(voice_request("park", "birds singing and leaves rustling, distant traffic", kind="ambient"))
    assert prompt.subject == "birds singing and leaves rustling, distant traffic"
    assert "close" not in prompt.text
    assert "isolated" not in prompt.text
    assert prompt.is_continuous
    assert prompt.may_be_noise


@pytest.mark.parametrize(
    ("label", "prompt", "kind", "is_continuous"),
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
def test_events_are_told_from_what_goes_on(label: str, prompt: str, kind: str, is_continuous: bool) -> None:
    assert audio_prompt(voice_request(label, prompt, kind=kind)).is_continuous is is_continuous


@pytest.mark.parametrize(
    ("label", "noisy"),
    [("heavy rain", True), ("waterfall", True), ("wind", True), ("sea", True), ("dog", False), ("church bell", False)],
)
def test_what_may_be_noise_is_known(label: str, noisy: bool) -> None:
    assert audio_prompt(voice_request(label)).may_be_noise is noisy


def test_several_of_a_kind_are_asked_for_in_several_ways_and_each_always_in_the_same() -> None:
    words = [audio_prompt(voice_request("dog", seed=seed)).text for seed in range(8)]
    assert len(set(words)) == 4
    assert words == [audio_prompt(voice_request("dog", seed=seed)).text for seed in range(8)]


@settings(max_examples=50)
@given(st.text(max_size=60), st.text(max_size=200), st.integers(0, 2**32 - 1))
def test_any_text_is_worded(label: str, prompt: str, seed: int) -> None:
    prompt = audio_prompt(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=seed))
    assert prompt.subject.strip()
    assert prompt.subject in prompt.text
    assert "\n" not in prompt.text
