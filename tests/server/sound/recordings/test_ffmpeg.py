"""Recordings that only FFmpeg reads, written by FFmpeg itself."""

from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.pipeline.stages import VoiceRequest
from server.sound.procedural import ProceduralVoicer
from server.sound.recordings.folder import RecordingFolder
from server.sound.recordings.reading import read_stretch
from server.sound.recordings.voicer import RecordedVoicer
from tests.server.sound.measures import RATE_HZ, peak_hz

av = pytest.importorskip("av")


def written(path: Path, *, codec: str, hz: float = 700.0, seconds: float = 3.0, rate_hz: int = 44_100) -> Path:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    left = 0.3 * np.sin(2 * np.pi * hz * time_s)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        stream.bit_rate = 128_000
        for begin in range(0, len(left), 1024):
            part = np.repeat(left[None, begin : begin + 1024], 2, axis=0).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = rate_hz, begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("name", "codec"), [("dog.m4a", "aac"), ("dog.WMA", "wmav2"), ("dog.mka", "aac")])
def test_what_libsndfile_cannot_read_is_read(tmp_path: Path, name: str, codec: str) -> None:
    found = read_stretch(written(tmp_path / name, codec=codec), np.random.default_rng(0), wanted_s=10.0)
    assert len(found.samples) == pytest.approx(3 * RATE_HZ, abs=0.1 * RATE_HZ)
    assert peak_hz(found.samples) == pytest.approx(700.0, abs=1.0)
    # Two equal channels, mixed down at their level together.
    assert np.std(found.samples[RATE_HZ : 2 * RATE_HZ]) == pytest.approx(0.3, rel=0.05)


def test_it_is_chosen_by_its_name_like_any_other(tmp_path: Path) -> None:
    written(tmp_path / "dog.m4a", codec="aac")
    asked = VoiceRequest(label="dog", prompt="a dog", duration_s=1.0, seed=0)
    [sound] = RecordedVoicer(tmp_path, ProceduralVoicer()).voice([asked])
    assert sound.note.startswith("plays dog.m4a")


@pytest.mark.parametrize("content", [b"", b"....ftypM4A ", bytes(range(256)) * 40])
def test_a_damaged_one_is_one_clear_line(tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dog.m4a").write_bytes(content)
    with pytest.raises(InputError, match="can't be read as a recording"):
        read_stretch(tmp_path / "dog.m4a", np.random.default_rng(0), wanted_s=1.0)
    assert capfd.readouterr() == ("", "")


def test_the_extra_makes_another_voice_of_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "dog.m4a", codec="aac")
    with_it = RecordingFolder.opened(tmp_path)
    monkeypatch.setattr("server.sound.recordings.ffmpeg.is_installed", lambda: False)
    without = RecordingFolder.opened(tmp_path)
    assert [path.name for path in with_it.files] == [path.name for path in without.unread] == ["dog.m4a"]
    assert with_it.identity != without.identity
