import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, correlate, sosfilt

from binaural.loudness.meter import integrated_lufs
from protocol.errors import InputError
from server.export.encoding import SUFFIXES, check_space, encoding_of, is_rf64, sound_file
from tests.timing import PATIENCE_S

RATE_HZ = 48_000


def write_sound(path, samples, *, comment="", block_samples=RATE_HZ // 3, length_samples=None):
    count, channels = samples.shape
    options = {"channels": channels, "length_samples": length_samples or count, "sample_rate_hz": RATE_HZ}
    with sound_file(path, **options, comment=comment) as file:
        for begin in range(0, count, block_samples):
            file.write(samples[begin : begin + block_samples])


def noise(channels=2, duration_s=1.0, seed=0):
    shape = (round(duration_s * RATE_HZ), channels)
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "format_", "subtype"),
    [
        ("a.wav", "WAV", "PCM_24"),
        ("a.WAV", "WAV", "PCM_24"),
        ("a.flac", "FLAC", "PCM_24"),
        ("a.ogg", "OGG", "OPUS"),
        ("a.b.opus", "OGG", "OPUS"),
    ],
)
def test_the_suffix_says_what_is_written(tmp_path, name, format_, subtype):
    write_sound(tmp_path / name, noise())
    info = soundfile.info(tmp_path / name)
    assert (info.format, info.subtype, info.channels, info.samplerate) == (format_, subtype, 2, RATE_HZ)
    assert info.frames == RATE_HZ
    assert encoding_of(tmp_path / name) == format_
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize("channels", [1, 2, 4])
def test_lossless_files_keep_every_sample_to_24_bits(tmp_path, suffix, channels):
    samples = noise(channels)
    write_sound(tmp_path / f"a{suffix}", samples)
    np.testing.assert_allclose(
        soundfile.read(tmp_path / f"a{suffix}", always_2d=True)[0], samples, rtol=0, atol=2.0**-23
    )


def test_opus_keeps_time_loudness_and_which_side_is_which(tmp_path):
    # Without the top octave, which a lossy encoding may drop.
    samples = np.asarray(sosfilt(butter(4, 8000, fs=RATE_HZ, output="sos"), noise(), axis=0))
    samples[:, 1] *= 0.25
    write_sound(tmp_path / "a.opus", samples)
    heard = soundfile.read(tmp_path / "a.opus", dtype="float32")[0]
    assert integrated_lufs(heard, RATE_HZ) == pytest.approx(integrated_lufs(samples, RATE_HZ), abs=0.3)
    lag = int(np.argmax(correlate(heard[:, 0], samples[:, 0], method="fft"))) - (len(samples) - 1)
    assert lag == 0
    assert 8 < 20 * np.log10(heard[:, 0].std() / heard[:, 1].std()) < 14


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_samples_are_the_same_bytes(tmp_path, suffix):
    for name in ("one", "two"):
        write_sound(tmp_path / f"{name}{suffix}", noise(duration_s=3.0))
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_blocks_that_a_sound_comes_in_leave_no_trace(tmp_path, suffix):
    sound = noise(duration_s=2.0)
    write_sound(tmp_path / f"one{suffix}", sound, block_samples=len(sound))
    write_sound(tmp_path / f"two{suffix}", sound, block_samples=999)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_what_is_larger_than_4_gib_is_rf64_with_its_comment(tmp_path):
    """Only the length that is announced is so large; libsndfile writes what comes."""
    hour = {"channels": 16, "length_samples": 3600 * RATE_HZ}
    assert is_rf64(tmp_path / "a.wav", **hour)
    assert not is_rf64(tmp_path / "a.wav", channels=16, length_samples=1800 * RATE_HZ)
    assert not is_rf64(tmp_path / "a.flac", channels=2, length_samples=9 * 3600 * RATE_HZ)
    sound = noise(16)
    write_sound(tmp_path / "a.wav", sound, comment="AmbiX", length_samples=hour["length_samples"])
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        assert (file.format, file.subtype, file.comment) == ("RF64", "PCM_24", "AmbiX")
        np.testing.assert_allclose(file.read(), sound, rtol=0, atol=2.0**-23)
    content = (tmp_path / "a.wav").read_bytes()
    assert content[:4] == b"RF64"
    assert content[12:16] == b"ds64"


def test_what_does_not_fit_on_the_disk_is_told_before_the_work(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10**9) if path == tmp_path else usage)
    there = tmp_path / "not" / "yet" / "there.wav"
    check_space(there, channels=2, length_samples=3000 * RATE_HZ)
    message = r"there\.wav: needs 1,037 MB, and the disk has 1,000 MB left; make space"
    with pytest.raises(InputError, match=message):
        check_space(there, channels=2, length_samples=3600 * RATE_HZ)
    check_space(there.with_suffix(".opus"), channels=2, length_samples=3600 * RATE_HZ)
    with pytest.raises(InputError, match=r"needs 10,368 MB"):
        check_space(there.parent, channels=2, length_samples=3600 * RATE_HZ, files=10)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_comment_stays_in_the_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_sound(path, noise(), comment="left ear, right ear")
    with soundfile.SoundFile(path) as file:
        assert file.comment == "left ear, right ear"


@pytest.mark.parametrize(
    ("name", "channels", "message"),
    [
        ("a.mp3", 2, r"a\.mp3: sound files can't end in \.mp3; name the file with one of \.wav, \.flac, \.ogg, \.opus"),
        ("street", 2, "sound files can't have no suffix"),
        (".wav", 2, "sound files can't have no suffix"),
        ("a.flac", 16, r"\.flac holds 8 channels at most, and this has 16; name the file with \.wav"),
        ("a.opus", 4, "2 channels at most"),
    ],
)
def test_what_no_suffix_means_is_refused_before_anything_is_written(tmp_path, name, channels, message):
    with pytest.raises(InputError, match=message):
        encoding_of(tmp_path / name, channels=channels)
    with pytest.raises(InputError, match=message):
        write_sound(tmp_path / "sub" / name, noise(channels, 0.1))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path, suffix):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="can't be written"):
        write_sound(tmp_path / "file" / f"a{suffix}", noise())


_LONG_MIX = """
import sys
from pathlib import Path
import numpy as np
from server.export.encoding import sound_file
samples = np.random.default_rng(0).uniform(-0.1, 0.1, (300 * 48_000, 2)).astype(np.float32)
print("writing", flush=True)
with sound_file(Path(sys.argv[1]), channels=2, length_samples=len(samples), sample_rate_hz=48_000) as file:
    for begin in range(0, len(samples), 48_000):
        file.write(samples[begin : begin + 48_000])
print("went on", flush=True)
"""


@pytest.mark.parametrize("suffix", [".flac", ".opus"])
def test_ctrl_c_in_a_long_mix_ends_it_and_leaves_nothing(tmp_path, suffix):
    command = [sys.executable, "-c", _LONG_MIX, str(tmp_path / f"long{suffix}")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout.readline() == "writing\n"
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        said, errors = running.communicate(timeout=PATIENCE_S)
    assert said == ""
    assert running.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert "cffi" not in errors
    assert list(tmp_path.iterdir()) == []
