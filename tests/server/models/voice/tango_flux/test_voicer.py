import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from binaural.loudness.meter import integrated_lufs
from protocol.errors import InputError
from server.audio.levelling import CLIP_LUFS, levelled_clip
from server.models.runtime import Runtime
from server.models.voice.clips import clip_from
from server.models.voice.oobleck import decoder
from server.models.voice.prompts import audio_prompt
from server.models.voice.tango_flux.voicer import TangoFluxVoicer
from server.pipeline.stages import Sound, VoiceRequest
from tests.server.models.voice.scripted import voice_request
from tests.server.models.voice.tango_flux.reference import reference_waveform

STEPS = 4
REQUESTS = (
    voice_request("dog", "a small dog barking", duration_s=1.0, seed=1),
    voice_request("fountain", duration_s=1.5, seed=2),
    voice_request("church bell", "a small church bell ringing in the rain with no wind", duration_s=2.0, seed=3),
)


def voicer(folder: Path, *, guidance: float = 4.5, dtype: str = "float32") -> TangoFluxVoicer:
    return TangoFluxVoicer(
        folder,
        folder / "flan-t5-large",
        runtime=Runtime(dtype=dtype),
        revision="tiny",
        steps=STEPS,
        guidance=guidance,
    )


@pytest.fixture(scope="module")
def together(tango: Path) -> list[Sound]:
    return list(voicer(tango).voice(REQUESTS))


@pytest.mark.parametrize(("index", "guidance"), [(0, 1.0), (2, 4.5)])
def test_a_clip_is_that_of_the_published_algorithm(tango: Path, index: int, guidance: float) -> None:
    request = REQUESTS[index]
    waveform = reference_waveform(
        tango,
        audio_prompt(request).text,
        seconds=request.duration_s + 0.52,
        seed=request.seed,
        steps=STEPS,
        guidance=guidance,
    )
    expected = clip_from(waveform, 44_100, duration_s=request.duration_s, is_continuous=False)
    (sound,) = voicer(tango, guidance=guidance).voice([request])
    np.testing.assert_allclose(sound.samples, expected, atol=1e-5 * np.abs(expected).max())


def test_a_clip_does_not_depend_on_what_is_made_beside_it(tango: Path, together: list[Sound]) -> None:
    for request, sound in list(zip(REQUESTS, together, strict=True))[:2]:
        (alone,) = voicer(tango).voice([request])
        assert alone.samples.size == sound.samples.size
        np.testing.assert_allclose(alone.samples, sound.samples, atol=1e-5 * np.abs(sound.samples).max())


def test_the_same_seeds_make_the_same_bytes_and_others_do_not(tango: Path, together: list[Sound]) -> None:
    again = list(voicer(tango).voice(REQUESTS))
    assert [sound.samples.tobytes() for sound in again] == [sound.samples.tobytes() for sound in together]
    dog = REQUESTS[0]
    seeds = [VoiceRequest(label=dog.label, prompt=dog.prompt, duration_s=1.0, seed=seed) for seed in (4, 8)]
    assert audio_prompt(seeds[0]).text == audio_prompt(seeds[1]).text, "only the noise may differ"
    one, other = voicer(tango).voice(seeds)
    assert not np.allclose(one.samples, other.samples, rtol=0.01, atol=0.01 * np.abs(one.samples).max())


def test_clips_have_the_length_asked_and_repeat(together: list[Sound]) -> None:
    assert [sound.samples.size / 48_000 for sound in together] == pytest.approx([1.0, 1.5, 2.0], abs=0.011)
    assert all(sound.loop and sound.samples.dtype == np.float32 for sound in together)
    for sound in together:
        assert integrated_lufs(levelled_clip(sound.samples), 48_000) == pytest.approx(CLIP_LUFS, abs=0.3)


def test_what_is_longer_than_the_model_can_make_loops_earlier_or_ends_in_silence(tango: Path) -> None:
    fountain, bell = voicer(tango).voice(
        [voice_request("fountain", duration_s=20.0), voice_request("bell", duration_s=20.0)]
    )
    assert fountain.samples.size / 48_000 == pytest.approx(64 * 2048 / 44_100 - 0.5, abs=0.03)
    assert bell.samples.size == 20 * 48_000
    assert np.any(bell.samples[: 2 * 48_000])
    assert not np.any(bell.samples[3 * 48_000 :])


def test_sixteen_bit_numbers_change_little(tango: Path, together: list[Sound]) -> None:
    narrow = list(voicer(tango, dtype="bfloat16").voice(REQUESTS))
    for sound, exact in zip(narrow, together, strict=True):
        error = np.std(sound.samples - exact.samples) / np.std(exact.samples)
        assert 0.0 < error < 0.05


def test_a_voice_costs_nothing_until_it_is_heard(tmp_path: Path) -> None:
    silent = voicer(tmp_path / "nowhere")
    assert list(silent.voice([])) == []
    sounds = silent.voice(REQUESTS)
    with pytest.raises(InputError, match="missing"):
        next(sounds)


def test_the_identity_holds_what_changes_the_answers(tango: Path) -> None:
    names = {
        voicer(tango).identity,
        voicer(tango, guidance=1.0).identity,
        voicer(tango, dtype="bfloat16").identity,
    }
    assert len(names) == 3
    assert all(name.startswith("tangoflux@tiny/") for name in names)


def _without(name: str):
    return lambda folder: (folder / name).unlink()


def _cut(name: str):
    def spoil(folder: Path) -> None:
        path = folder / name
        path.write_bytes(path.read_bytes()[:-1000])

    return spoil


def _reconfigured(**values: object):
    def spoil(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "where", "what"),
    [
        (_without("config.json"), "config.json", "missing"),
        (_without("tangoflux.safetensors"), "tangoflux.safetensors", "missing"),
        (_without("vae.safetensors"), "vae.safetensors", "missing"),
        (_without("flan-t5-large/config.json"), "flan-t5-large", "no checkpoint"),
        (_without("flan-t5-large/tokenizer.json"), "flan-t5-large", "tokenizer"),
        (_cut("tangoflux.safetensors"), "tangoflux.safetensors", "not fetched whole"),
        (_cut("vae.safetensors"), "vae.safetensors", "not fetched whole"),
        (_cut("config.json"), "config.json", "JSON"),
        (_reconfigured(num_layers=2), "tangoflux.safetensors", "lacks transformer.transformer_blocks.1"),
        (
            _reconfigured(num_single_layers=1),
            "tangoflux.safetensors",
            "unknown transformer.single",
        ),
        (_reconfigured(joint_attention_dim=64), "tangoflux.safetensors", "shape"),
        (_reconfigured(audio_seq_len="long"), "config.json", "audio_seq_len"),
        (
            lambda folder: shutil.copy(folder / "tangoflux.safetensors", folder / "vae.safetensors"),
            "vae.safetensors",
            "no Oobleck",
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_one_clear_line(
    tango: Path, tmp_path: Path, spoil, where: str, what: str
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(tango, folder)
    spoil(folder)
    with pytest.raises(InputError, match=what) as caught:
        list(voicer(folder).voice(REQUESTS))
    assert caught.value.where.endswith(where)
    assert "\n" not in str(caught.value)


def test_memory_that_runs_out_in_the_decoder_makes_tiles_smaller_and_not_other_sound(
    tango: Path, together: list[Sound], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    sizes = []
    forward = torch.nn.Module.__call__

    def small_device(module: torch.nn.Module, *arguments: object, **options: object) -> object:
        if type(module).__name__ == "OobleckDecoder":
            sizes.append(arguments[0].shape[-1])
            if sizes[-1] > 40:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return forward(module, *arguments, **options)

    monkeypatch.setattr(torch.nn.Module, "__call__", small_device)
    monkeypatch.setattr(decoder, "TILE_LATENTS", 64)
    sounds = list(voicer(tango).voice(REQUESTS))
    assert max(sizes) > 40 >= sizes[-1]
    for sound, whole in zip(sounds, together, strict=True):
        np.testing.assert_allclose(sound.samples, whole.samples, atol=1e-5 * np.abs(whole.samples).max())


@pytest.mark.skipif("not __import__('torch').cuda.is_available()")
def test_the_gpu_agrees_with_the_cpu(tango: Path, together: list[Sound]) -> None:
    there = TangoFluxVoicer(
        tango, tango / "flan-t5-large", runtime=Runtime(device="cuda"), revision="tiny", steps=STEPS
    )
    for sound, here in zip(there.voice(REQUESTS), together, strict=True):
        assert np.std(sound.samples - here.samples) < 0.01 * np.std(here.samples)
