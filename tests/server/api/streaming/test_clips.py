from __future__ import annotations

import io
from hashlib import sha256

import numpy as np
import pytest
import soundfile

from protocol.errors import SceneError
from server.api.streaming.clips import encode_clip

RATE_HZ = 48_000
# Full scale both ways, and what 24 bits hold exactly.
SAMPLES = np.concatenate([[-1.0, 1.0 - 2**-23, 0.25], np.sin(np.arange(4800) / 20.0) * 0.5]).astype(np.float32)


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.wav"
    soundfile.write(path, SAMPLES, RATE_HZ, subtype="PCM_24")
    return path, sha256(path.read_bytes()).hexdigest()


def test_as_wav_it_is_the_file(clip):
    assert encode_clip(*clip, "wav").payload == clip[0].read_bytes()


def test_as_samples_it_has_the_scale_of_the_specification(clip):
    as_float = np.frombuffer(encode_clip(*clip, "float32").payload, "<f4")
    as_whole = np.frombuffer(encode_clip(*clip, "pcm16").payload, "<i2")
    np.testing.assert_allclose(as_float, SAMPLES, atol=2**-23)
    assert as_whole[:3].tolist() == [-32768, 32767, 8192]
    np.testing.assert_allclose(as_whole / 32768.0, SAMPLES, atol=2**-15)


@pytest.mark.parametrize(("codec", "tolerance"), [("flac", 2**-22), ("vorbis", 0.1), ("opus", 0.2)])
def test_as_a_file_of_another_kind_it_sounds_the_same(clip, codec, tolerance):
    samples, rate_hz = soundfile.read(io.BytesIO(encode_clip(*clip, codec).payload))
    assert rate_hz == RATE_HZ
    assert np.sqrt(np.mean((samples[: len(SAMPLES)] - SAMPLES) ** 2)) < tolerance


def test_the_hash_of_what_is_sent_goes_with_it(clip):
    encoded = encode_clip(*clip, "pcm16")
    assert encoded.sha256 == sha256(encoded.payload).hexdigest()


def test_a_clip_that_is_gone_is_told_in_one_line(tmp_path):
    with pytest.raises(SceneError, match="can't be read"):
        encode_clip(tmp_path / "none.wav", "0" * 64, "pcm16")


def test_a_file_that_is_not_the_clip_any_more_is_not_sent(clip):
    path, wanted = clip
    soundfile.write(path, SAMPLES[::-1], RATE_HZ, subtype="PCM_24")
    for codec in ("wav", "pcm16"):
        with pytest.raises(SceneError, match="another one now"):
            encode_clip(path, wanted, codec)
