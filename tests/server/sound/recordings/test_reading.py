"""Recordings as recorders, editors and crashes leave them."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from protocol.errors import InputError
from server.sound.recordings.reading import read_stretch
from tests.server.sound.measures import RATE_HZ, peak_hz


def tone(hz: float, seconds: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def stretch(path: Path, *, wanted_s: float = 4.0, seed: int = 0):
    return read_stretch(path, np.random.default_rng(seed), wanted_s=wanted_s)


@pytest.mark.parametrize("before_s", [0.0, 0.7, 50.0])
def test_of_a_long_silence_only_the_sound_is_taken(tmp_path: Path, before_s: float) -> None:
    path = tmp_path / "dog.flac"
    silence = np.zeros(round(before_s * RATE_HZ))
    soundfile.write(path, np.concatenate([silence, tone(800.0, 2.0), np.zeros(RATE_HZ)]), RATE_HZ)
    for seed in range(3):
        found = stretch(path, seed=seed)
        assert len(found.samples) == pytest.approx(2 * RATE_HZ, abs=0.3 * RATE_HZ)
        assert peak_hz(found.samples) == pytest.approx(800.0, abs=1.0)


def test_the_loud_part_of_an_hour_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bell.flac"
    rate_hz = 8_000
    hour = np.random.default_rng(0).normal(0.0, 1e-4, 3600 * rate_hz)
    hour[2000 * rate_hz : 2010 * rate_hz] += 0.3 * np.sin(2 * np.pi * 500.0 * np.arange(10 * rate_hz) / rate_hz)
    soundfile.write(path, hour, rate_hz)
    assert peak_hz(stretch(path).samples) == pytest.approx(500.0, abs=1.0)


def test_a_few_samples_that_are_no_numbers_are_mended(tmp_path: Path) -> None:
    path, samples = tmp_path / "dog.wav", tone(500.0, 1.0)
    samples[[1000, 1001, 30_000]] = [np.nan, np.inf, -np.inf]
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    found = stretch(path)
    assert found.mended.startswith("3 samples are no numbers (the first at 0.02 s)")
    np.testing.assert_allclose(found.samples, tone(500.0, 1.0)[-len(found.samples) :], atol=2e-3)


def test_many_samples_that_are_no_numbers_are_told(tmp_path: Path) -> None:
    path, samples = tmp_path / "dog.wav", tone(500.0, 1.0)
    samples[::3] = np.nan
    soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    with pytest.raises(InputError, match="16000 samples are no numbers"):
        stretch(path)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_header_without_a_length_is_read_to_the_end(tmp_path: Path, subtype: str, channels: int) -> None:
    path = tmp_path / "dog.wav"
    soundfile.write(path, np.tile(tone(500.0, 1.0)[:, None], channels), RATE_HZ, subtype=subtype, format="WAV")
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", 0)
    data[4:8] = struct.pack("<I", 0)
    path.write_bytes(data)
    found = stretch(path)
    assert "header has no length" in found.mended
    assert len(found.samples) == pytest.approx(RATE_HZ, abs=100)
    assert peak_hz(found.samples) == pytest.approx(500.0, abs=1.0)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"not a sound" * 100])
def test_what_is_no_sound_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dog.wav").write_bytes(content)
    with pytest.raises(InputError, match="can't be read as a recording"):
        stretch(tmp_path / "dog.wav")
