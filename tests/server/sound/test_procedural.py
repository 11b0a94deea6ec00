import numpy as np
import pytest

from server.pipeline.stages import VoiceRequest
from server.sound.lookup import nearest_recipe
from server.sound.procedural import ProceduralVoicer
from tests.server.sound.measures import share


def request(label: str, prompt: str = "", seed: int = 1) -> VoiceRequest:
    return VoiceRequest(label=label, prompt=prompt or label, duration_s=2.0, seed=seed)


def test_every_request_is_answered_in_order_with_a_loop_of_its_length() -> None:
    labels = ["people", "wind", "fountain"]
    sounds = list(ProceduralVoicer().voice([request(label) for label in labels]))
    assert len(sounds) == 3
    for label, sound in zip(labels, sounds, strict=True):
        assert sound.samples.dtype == np.float32
        assert sound.samples.shape == (96_000,)
        assert sound.loop
        assert sound.note == ""
        match = nearest_recipe(label)
        assert match is not None
        alone = match.recipe.make(2.0, np.random.default_rng(1)).astype(np.float32)
        assert np.array_equal(sound.samples, alone)


def test_equal_requests_give_equal_bytes_and_seeds_vary_the_sound() -> None:
    first, again, other = ProceduralVoicer().voice([request("dog"), request("dog"), request("dog", seed=2)])
    assert first.samples.tobytes() == again.samples.tobytes()
    assert not np.array_equal(first.samples, other.samples)


def test_what_nothing_fits_gets_soft_air_and_a_note_that_says_so() -> None:
    (sound,) = ProceduralVoicer().voice([request("xylophone")])
    assert "'xylophone'" in sound.note
    assert "--clips" in sound.note
    assert np.any(sound.samples)
    assert share(sound.samples, 0, 2000) > 0.9


def test_sounds_come_one_by_one() -> None:
    sounds = ProceduralVoicer().voice([request("wind"), VoiceRequest(label="", prompt="", duration_s=-1.0, seed=0)])
    assert next(sounds).samples.size == 96_000


@pytest.mark.parametrize("text", ["", "…", "日本語", "1234"])
def test_a_label_without_words_is_answered_too(text: str) -> None:
    (sound,) = ProceduralVoicer().voice([request(text)])
    assert sound.note
