import shutil
from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.runtime import Runtime
from server.models.voice.audio_ldm2 import AudioLdm2Voicer
from server.pipeline.stages import Sound
from tests.server.models.tiny.audioldm2 import make_audioldm2
from tests.server.models.voice.scripted import voice_request

REQUESTS = (
    voice_request("dog", "a small dog barking", duration_s=1.0, seed=1),
    voice_request("fountain", duration_s=1.0, seed=2),
    voice_request("church bell", "a church bell ringing in the rain with no wind", duration_s=1.0, seed=3),
    voice_request("rain", duration_s=9.0, seed=4),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_audioldm2(tmp_path_factory.mktemp("tiny") / "audioldm2")


def voicer(folder: Path, *, guidance: float = 3.5) -> AudioLdm2Voicer:
    return AudioLdm2Voicer(folder, runtime=Runtime(), revision="tiny", steps=3, guidance=guidance)


@pytest.fixture(scope="module")
def together(folder: Path) -> list[Sound]:
    return list(voicer(folder).voice(REQUESTS))


def test_clips_have_the_length_asked_up_to_the_models_own(together: list[Sound]) -> None:
    seconds = [sound.samples.size / 48_000 for sound in together]
    assert seconds == pytest.approx([1.0, 1.0, 1.0, 2.56 - 0.5], abs=0.03)
    assert all(np.std(sound.samples) > 1e-3 for sound in together)


def test_a_clip_does_not_depend_on_the_length_of_the_words_beside_it(folder: Path, together: list[Sound]) -> None:
    for request, sound in list(zip(REQUESTS, together, strict=True))[:2]:
        (alone,) = voicer(folder).voice([request])
        np.testing.assert_allclose(alone.samples, sound.samples, atol=1e-4 * np.abs(sound.samples).max())


def test_a_clip_is_that_of_diffusers_pipeline(folder: Path) -> None:
    from server.models.noise import seeded_noise
    from server.models.voice.audio_ldm2 import _pipeline
    from server.models.voice.clips import clip_from
    from server.models.voice.prompts import audio_prompt

    request = REQUESTS[2]
    prompt = audio_prompt(request)
    waveform = _pipeline(folder, Runtime())(
        prompt=prompt.text,
        negative_prompt=prompt.negative,
        audio_length_in_s=1.52,
        num_inference_steps=3,
        guidance_scale=3.5,
        latents=seeded_noise([3], (4, 38, 4)),
        max_new_tokens=8,
    ).audios
    expected = clip_from(waveform, 16_000, duration_s=1.0, is_continuous=False)
    (sound,) = voicer(folder).voice([request])
    np.testing.assert_allclose(sound.samples, expected, atol=1e-5 * np.abs(expected).max())


def test_the_same_seed_makes_the_same_bytes_and_no_guidance_another_sound(folder: Path, together: list[Sound]) -> None:
    again = list(voicer(folder).voice(REQUESTS))
    assert [sound.samples.tobytes() for sound in again] == [sound.samples.tobytes() for sound in together]
    (free,) = voicer(folder, guidance=1.0).voice(REQUESTS[:1])
    assert not np.array_equal(free.samples, together[0].samples)


@pytest.mark.parametrize("name", ["unet", "language_model", "vocoder"])
def test_a_part_that_is_missing_is_one_clear_line(folder: Path, tmp_path: Path, name: str) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    shutil.rmtree(spoilt / name)
    with pytest.raises(InputError) as caught:
        list(voicer(spoilt).voice(REQUESTS))
    assert caught.value.where.endswith(name)
    assert "\n" not in str(caught.value)
