import shutil
from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.runtime import Runtime
from server.models.voice.stable_audio import StableAudioVoicer
from server.pipeline.stages import Sound
from tests.server.models.tiny.stable_audio import make_stable_audio
from tests.server.models.voice.scripted import voice_request

REQUESTS = (
    voice_request("dog", "a small dog barking", duration_s=1.0, seed=1),
    voice_request("fountain", duration_s=1.0, seed=2),
    voice_request("rain", duration_s=9.0, seed=3),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_stable_audio(tmp_path_factory.mktemp("tiny") / "stable-audio")


def voicer(folder: Path, *, dtype: str = "float32", guidance: float = 7.0) -> StableAudioVoicer:
    return StableAudioVoicer(folder, runtime=Runtime(dtype=dtype), revision="tiny", steps=4, guidance=guidance)


@pytest.fixture(scope="module")
def together(folder: Path) -> list[Sound]:
    return list(voicer(folder).voice(REQUESTS))


def test_clips_have_the_length_asked_up_to_the_models_own(together: list[Sound]) -> None:
    assert [sound.samples.size / 48_000 for sound in together] == pytest.approx([1.0, 1.0, 2.972 - 0.5], abs=0.03)
    assert all(np.std(sound.samples) > 1e-3 for sound in together)


def test_a_clip_does_not_depend_on_what_is_made_beside_it(folder: Path, together: list[Sound]) -> None:
    for request, sound in list(zip(REQUESTS, together, strict=True))[1:]:
        (alone,) = voicer(folder).voice([request])
        np.testing.assert_allclose(alone.samples, sound.samples, atol=1e-5 * np.abs(sound.samples).max())


def test_the_same_seed_makes_the_same_bytes(folder: Path, together: list[Sound]) -> None:
    again = list(voicer(folder).voice(REQUESTS))
    assert [sound.samples.tobytes() for sound in again] == [sound.samples.tobytes() for sound in together]


@pytest.mark.parametrize("options", [{"guidance": 1.0}, {"dtype": "bfloat16"}])
def test_guidance_and_numbers_change_the_sound_and_the_identity(
    folder: Path, together: list[Sound], options: dict[str, object]
) -> None:
    other = voicer(folder, **options)
    assert other.identity != voicer(folder).identity
    (sound,) = other.voice(REQUESTS[:1])
    assert sound.samples.size == together[0].samples.size
    assert not np.array_equal(sound.samples, together[0].samples)


def test_the_sampler_tells_the_noise_level_as_published() -> None:
    import torch
    from diffusers import EDMDPMSolverMultistepScheduler

    from server.models.voice import stable_audio

    sampler = stable_audio._sampler({})
    sampler.set_timesteps(3)
    levels = np.geomspace(500.0, 0.3, 3)
    np.testing.assert_allclose(sampler.sigmas, [*levels, 0.0], rtol=1e-5)
    np.testing.assert_allclose(sampler.timesteps, 2 / np.pi * np.arctan(levels), rtol=1e-5)
    assert sampler.config.algorithm_type == "sde-dpmsolver++"
    assert isinstance(sampler, EDMDPMSolverMultistepScheduler)
    assert torch.is_tensor(sampler.timesteps)


def test_the_decoded_clip_is_diffusers_own(folder: Path) -> None:
    """By the whole of diffusers' pipeline, its autoencoder on all latents."""
    import torch

    from server.models.noise import seeded_noise
    from server.models.voice.clips import clip_from
    from server.models.voice.prompts import audio_prompt
    from server.models.voice.stable_audio import _pipeline

    request = REQUESTS[0]
    pipeline = _pipeline(folder, Runtime())
    prompt = audio_prompt(request)
    waveform = pipeline(
        prompt=prompt.text,
        negative_prompt=prompt.negative,
        audio_end_in_s=1.52,
        num_inference_steps=4,
        guidance_scale=7.0,
        latents=seeded_noise([1], (8, 64)),
        generator=[torch.Generator("cpu").manual_seed(2**32 + 1)],
        output_type="np",
    ).audios[0]
    expected = clip_from(waveform, 44_100, duration_s=1.0, is_continuous=False)
    (sound,) = voicer(folder).voice([request])
    np.testing.assert_allclose(sound.samples, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize(
    "name", ["vae", "text_encoder", "projection_model", "tokenizer", "transformer", "scheduler/scheduler_config.json"]
)
def test_a_part_that_is_missing_is_one_clear_line(folder: Path, tmp_path: Path, name: str) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(folder, spoilt)
    if (spoilt / name).is_dir():
        shutil.rmtree(spoilt / name)
    else:
        (spoilt / name).unlink()
    with pytest.raises(InputError) as caught:
        list(voicer(spoilt).voice(REQUESTS))
    assert caught.value.where.endswith(name)
    assert "\n" not in str(caught.value)
