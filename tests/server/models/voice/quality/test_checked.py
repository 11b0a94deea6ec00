from functools import partial
from pathlib import Path

import numpy as np

from server.audio.levelling import levelled_clip
from server.models.runtime import Runtime
from server.models.voice.quality import checked
from server.models.voice.quality.checked import reseeded
from server.models.voice.quality.defects import defect_of
from server.models.voice.tango_flux.voicer import TangoFluxVoicer
from server.sound.procedural import ProceduralVoicer
from tests.server.models.tiny.tangoflux import make_tangoflux
from tests.server.models.voice.scripted import ScriptedVoicer, hiss, tone, voice_request

SILENT = np.zeros(48_000, dtype=np.float32)
OVERFLOWN = np.full(48_000, np.nan, dtype=np.float32)
CheckedVoicer = partial(checked.CheckedVoicer, stand_in=ProceduralVoicer())


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
    assert "stands in" not in sound.note


def test_a_clip_that_is_not_finite_is_made_again_and_then_replaced() -> None:
    voice = ScriptedVoicer(dog=[OVERFLOWN, tone(500)], bell=[OVERFLOWN] * 3, cat=[tone(600)], rain=[SILENT] * 3)
    requests = [voice_request(label, seed=7) for label in ("dog", "bell", "cat", "rain")]
    dog, bell, cat, rain = CheckedVoicer(voice, retries=2).voice(requests)
    np.testing.assert_array_equal(dog.samples, tone(500))
    np.testing.assert_array_equal(cat.samples, tone(600))
    (dry,) = ProceduralVoicer().voice([requests[1]])
    np.testing.assert_array_equal(bell.samples, dry.samples)
    assert bell.note == (
        "the model's clip of 'bell' is not finite, and 2 more were no better, so one made without a model stands in; "
        "try --dtype float32"
    )
    assert "'rain' is nearly silent" in rain.note
    assert "--seed" in rain.note
    assert [sound.note for sound in (dog, cat)] == ["", ""]


def test_whatever_has_no_defect_can_be_brought_to_a_level() -> None:
    for clip in (OVERFLOWN, SILENT, SILENT + 0.5, tone(), tone() + 0.5):
        defect = defect_of(clip, may_be_noise=False)
        assert (defect is not None and defect.is_beyond_use) == (clip.std() < 1e-9 or not np.isfinite(clip).all())
        if defect is None:
            assert np.isfinite(levelled_clip(clip)).all()


def test_a_model_whose_numbers_overflow_still_gives_every_source_a_clip(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = make_tangoflux(tmp_path / "tangoflux")
    weights = load_file(folder / "vae.safetensors")
    last = max(name for name in weights if name.startswith("decoder") and name.endswith(("weight_g", "weight")))
    weights[last] = weights[last] * np.inf
    save_file(weights, folder / "vae.safetensors")
    voicer = TangoFluxVoicer(folder, folder / "flan-t5-large", runtime=Runtime(), revision="tiny", steps=1)
    sounds = list(CheckedVoicer(voicer, retries=1).voice([voice_request("dog"), voice_request("rain", kind="ambient")]))
    for sound, label in zip(sounds, ("dog", "rain"), strict=True):
        assert np.isfinite(levelled_clip(sound.samples)).all()
        assert f"{label!r} is not finite" in sound.note
        assert "--dtype float32" in sound.note


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
