import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.models.voice.prompts import audio_prompt
from server.pipeline.stages import VoiceRequest
from tests.server.models.voice.captioned import captioned
from tests.server.models.voice.scripted import voice_request


@pytest.mark.parametrize(("label", "prompt", "kind", "text"), captioned())
def test_a_prompt_is_a_plain_caption_of_the_thing(label: str, prompt: str, kind: str, text: str) -> None:
    assert audio_prompt(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=0, kind=kind)).text == text


@pytest.mark.parametrize("seed", range(4))
def test_no_prompt_speaks_of_studios_or_of_what_is_not_there(seed: int) -> None:
    assert len(captioned()) >= 60
    for label, prompt, kind, _ in captioned():
        text = audio_prompt(VoiceRequest(label=label, prompt=prompt, duration_s=10.0, seed=seed, kind=kind)).text
        assert not re.search(r"\b(?:no|not|without|mi[ck]+ed|isolated|dry|recording|studio|single|source)\b", text), (
            text
        )


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
    assert prompt.text == "Birds singing and leaves rustling, distant traffic"
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
        ("children", "children shouting and playing", "point", True),
        ("wind chimes", "chiming", "point", True),
        ("church", "church bells ringing", "point", False),
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
    assert prompt.text.startswith(prompt.subject)
    assert "\n" not in prompt.text
