import numpy as np

from server.models.voice.quality.checked import CheckedVoicer, reseeded
from tests.server.models.voice.scripted import ScriptedVoicer, hiss, tone, voice_request

SILENT = np.zeros(48_000, dtype=np.float32)


def test_what_fails_is_made_again_together_with_other_seeds() -> None:
    voice = ScriptedVoicer(dog=[hiss(), tone(500)], bell=[tone(600)], cat=[SILENT, SILENT, tone(700)])
    requests = [voice_request("dog", seed=1), voice_request("bell", seed=2), voice_request("cat", seed=3)]
    sounds = list(CheckedVoicer(voice, retries=2).voice(requests))
    assert [sound.note for sound in sounds] == ["", "", ""]
    for sound, hz in zip(sounds, (500, 600, 700), strict=True):
        np.testing.assert_array_equal(sound.samples, tone(hz))
    assert [[request.label for request in some] for some in voice.rounds] == [
        ["dog", "bell", "cat"],
        ["dog", "cat"],
        ["cat"],
    ]
    seeds = [request.seed for some in voice.rounds for request in some if request.label == "cat"]
    assert len(set(seeds)) == 3


def test_sound_clips_are_told_at_once() -> None:
    voice = ScriptedVoicer(dog=[tone()], cat=[SILENT, tone()], bell=[tone()])
    sounds = CheckedVoicer(voice).voice([voice_request("dog"), voice_request("cat"), voice_request("bell")])
    next(sounds)
    assert [[request.label for request in some] for some in voice.rounds] == [["dog"]]
    assert len(list(sounds)) == 2


def test_when_all_fail_the_best_is_kept_and_told_of() -> None:
    clipped = np.sign(tone(100.0)).astype(np.float32)
    voice = ScriptedVoicer(dog=[SILENT, clipped, hiss()])
    (sound,) = CheckedVoicer(voice, retries=2).voice([voice_request("dog")])
    np.testing.assert_array_equal(sound.samples, clipped)
    assert "clipped" in sound.note
    assert "2 more" in sound.note
    assert "--seed" in sound.note


def test_noise_is_what_rain_sounds_like() -> None:
    voice = ScriptedVoicer(rain=[hiss()])
    (sound,) = CheckedVoicer(voice).voice([voice_request("rain")])
    assert sound.note == ""
    assert len(voice.rounds) == 1


def test_retries_can_be_none_and_are_part_of_the_identity() -> None:
    voice = ScriptedVoicer(dog=[SILENT])
    (sound,) = CheckedVoicer(voice, retries=0).voice([voice_request("dog")])
    assert "silent" in sound.note
    assert CheckedVoicer(voice, retries=0).identity != CheckedVoicer(voice, retries=1).identity
    assert voice.identity in CheckedVoicer(voice).identity


def test_another_seed_depends_on_the_first_and_on_the_attempt() -> None:
    seeds = {reseeded(voice_request("dog", seed=seed), attempt).seed for seed in (0, 1) for attempt in ("a", "b")}
    assert len(seeds) == 4
    assert reseeded(voice_request("dog", seed=7), "a") == reseeded(voice_request("dog", seed=7), "a")
    assert reseeded(voice_request("dog", seed=7), "a") != voice_request("dog", seed=7)
