import numpy as np
import pytest

from protocol.errors import InputError
from server.pipeline.stages import VoiceRequest
from server.sound.freesound.shelf import PreviewShelf
from server.sound.freesound.voicer import FreesoundVoicer
from server.sound.procedural import ProceduralVoicer
from server.sound.recordings.voicer import RecordedVoicer
from tests.server.sound.freesound.site import KEY, Site, serving, sound

RATE_HZ = 48_000


def request(label, prompt="", duration_s=2.0):
    return VoiceRequest(label=label, prompt=prompt or label, duration_s=duration_s, seed=1)


def pitch_hz(clip):
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    return float(np.argmax(spectrum)) * RATE_HZ / len(clip)


def voices(client, folder, **options):
    return FreesoundVoicer(client, PreviewShelf(folder / "previews", client), ProceduralVoicer(), **options)


def test_a_found_recording_is_played_and_credited(tmp_path):
    site = Site(sound(700, "Dog.wav", licence="Attribution"), sound(300, "cat"))
    with serving(site) as client:
        [made] = voices(client, tmp_path).voice([request("dog")])
    assert pitch_hz(made.samples) == pytest.approx(900.0, abs=2.0)
    assert len(made.samples) == pytest.approx(2 * RATE_HZ, abs=0.011 * RATE_HZ)
    assert made.note == "plays Freesound 700, “Dog.wav” by user700 (CC BY 4.0)"
    for part in ("“Dog.wav”", "user700", "https://freesound.org/people/user700/sounds/700/", "licenses/by/4.0"):
        assert part in made.credit


def test_what_is_not_found_is_made_by_the_other_voice_and_told(tmp_path):
    with serving(Site(sound(1, "cat"))) as client:
        dog, cat = voices(client, tmp_path).voice([request("dog"), request("cat")])
    assert dog.note.startswith("Freesound has nothing for 'dog'; another voice makes it")
    assert not dog.credit
    assert not dog.stands_in
    assert np.any(dog.samples)
    assert cat.note.startswith("plays Freesound 1")


def test_the_noun_of_the_prompt_is_asked_for_where_the_label_finds_nothing(tmp_path):
    site = Site(sound(1, "fountain in a park"))
    with serving(site) as client:
        [made] = voices(client, tmp_path).voice([request("marble basin", "a fountain splashing")])
    assert made.note.startswith("plays Freesound 1,")


def test_a_preview_is_fetched_once(tmp_path):
    site = Site(sound(1, "dog"))
    with serving(site) as client:
        first, second = voices(client, tmp_path).voice([request("dog"), request("dog")])
    assert [path for path in site.paths() if "previews" in path] == ["/previews/1-hq.ogg"]
    np.testing.assert_array_equal(first.samples, second.samples)


def test_once_it_cannot_be_asked_it_is_not_asked_again(tmp_path):
    site = Site(sound(1, "dog"))
    site.faults = [(429, {"detail": "Throttled."}, {"Retry_After": "999"})]
    with serving(site) as client:
        made = list(voices(client, tmp_path).voice([request("dog"), request("cat"), request("wind")]))
    assert len(site.asked) == 1
    for sound_made in made:
        assert sound_made.stands_in
        assert "asks for fewer requests (throttled); another voice makes it" in sound_made.note
        assert np.any(sound_made.samples)


def test_a_refused_key_ends_the_run(tmp_path):
    with serving(Site(), key="wrong") as client, pytest.raises(InputError, match="refuses the key"):
        list(voices(client, tmp_path).voice([request("dog")]))


def test_a_preview_that_cannot_be_read_gives_way_to_the_next(tmp_path):
    silent = sound(1, "dog")
    silent["samples"] = np.zeros(44_100)
    with serving(Site(silent, sound(2, "dog in a yard"))) as client:
        [made] = voices(client, tmp_path).voice([request("dog")])
    assert made.note.startswith("plays Freesound 2")


def test_what_loops_goes_before_what_does_not(tmp_path):
    swelling = sound(1, "wind")
    swelling["samples"] = swelling["samples"] * np.linspace(0.02, 1.0, len(swelling["samples"]))
    with serving(Site(swelling, sound(2, "wind"))) as client:
        [made] = voices(client, tmp_path).voice([request("wind", duration_s=5.0)])
    assert made.note.startswith("plays Freesound 2")


def test_a_judge_of_sounds_outweighs_names(tmp_path):
    def likeness(clips, texts):
        assert texts == ["a dog barking"] * 2
        return [0.4 if pitch_hz(clip) > 300 else 0.0 for clip in clips]

    site = Site(sound(1, "dog barking"), sound(200, "the neighbour's dog"))
    with serving(site) as client:
        plain, judged = (
            next(iter(voices(client, tmp_path, **options).voice([request("dog", "a dog barking")])))
            for options in ({}, {"likeness": likeness, "judge": "ears@1"})
        )
        assert "ears@1" in voices(client, tmp_path, likeness=likeness, judge="ears@1").identity
    assert plain.note.startswith("plays Freesound 1,")
    assert judged.note.startswith("plays Freesound 200,")


def test_own_recordings_freesound_and_synthesis_are_one_chain(tmp_path):
    import soundfile

    (tmp_path / "mine").mkdir()
    soundfile.write(tmp_path / "mine" / "bell.wav", 0.1 * np.random.default_rng(0).standard_normal(RATE_HZ), RATE_HZ)
    with serving(Site(sound(1, "dog"))) as client:
        chain = RecordedVoicer(tmp_path / "mine", otherwise=voices(client, tmp_path))
        bell, dog, wind = chain.voice([request("bell"), request("dog"), request("wind")])
    assert bell.note.startswith("plays bell.wav")
    assert "plays Freesound 1," in dog.note
    assert dog.credit
    assert "Freesound has nothing for 'wind'" in wind.note
    assert KEY not in chain.identity
