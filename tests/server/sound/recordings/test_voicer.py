import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from protocol.errors import InputError
from server.pipeline.stages import Sound, VoiceRequest
from server.sound.recordings import ffmpeg
from server.sound.recordings.voicer import RecordedVoicer
from tests.server.sound.measures import RATE_HZ, peak_hz


class Other:
    """A voice that says what it was asked for."""

    identity = "other@1"

    def voice(self, requests: Sequence[VoiceRequest]) -> Iterator[Sound]:
        for request in requests:
            yield Sound(samples=np.ones(3, dtype=np.float32), loop=True, note=f"other: {request.label}")


def tone(hz: float, duration_s: float = 4.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(round(duration_s * rate_hz)) / rate_hz)


def asked(label: str, prompt: str = "", *, duration_s: float = 2.0, seed: int = 0) -> VoiceRequest:
    return VoiceRequest(label=label, prompt=prompt or label, duration_s=duration_s, seed=seed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "church-bell.wav", tone(500.0), RATE_HZ)
    soundfile.write(tmp_path / "Dog_1.flac", tone(1000.0), RATE_HZ)
    soundfile.write(tmp_path / "dog_2.ogg", tone(2000.0, rate_hz=44_100), 44_100)
    soundfile.write(tmp_path / "fountain.mp3", tone(3000.0, rate_hz=44_100), 44_100)
    (tmp_path / "notes.txt").write_text("not a sound")
    return tmp_path


def only(voicer: RecordedVoicer, request: VoiceRequest) -> Sound:
    (sound,) = voicer.voice([request])
    return sound


@pytest.mark.parametrize(
    ("request_", "hz"),
    [
        (asked("church bell"), 500.0),
        (asked("bell tower", "a church bell ringing"), 500.0),
        (asked("fountain"), 3000.0),
        (asked("fountains"), 3000.0),
    ],
)
def test_a_recording_sounds_where_its_name_fits(folder: Path, request_: VoiceRequest, hz: float) -> None:
    sound = only(RecordedVoicer(folder, Other()), request_)
    assert sound.loop
    assert sound.note.startswith("plays ")
    assert sound.samples.dtype == np.float32
    assert sound.samples.size == pytest.approx(2 * RATE_HZ, abs=480)
    assert peak_hz(sound.samples) == pytest.approx(hz, abs=1)


def test_the_rest_goes_to_the_other_voice_in_order(folder: Path) -> None:
    sounds = list(RecordedVoicer(folder, Other()).voice([asked("wind"), asked("fountain"), asked("drum")]))
    assert [sound.note for sound in sounds] == [
        "no recording is named like 'wind'; another voice makes it; other: wind",
        "plays fountain.mp3, by its name",
        "no recording is named like 'drum'; another voice makes it; other: drum",
    ]


def test_the_seed_picks_a_take(folder: Path) -> None:
    voicer = RecordedVoicer(folder, Other())
    pitches = {round(peak_hz(only(voicer, asked("a small dog", seed=seed)).samples), -1) for seed in range(12)}
    assert pitches == {1000.0, 2000.0}
    first, again = (only(voicer, asked("dog", seed=3)).samples for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_the_identity_changes_with_names_and_contents(folder: Path) -> None:
    before = RecordedVoicer(folder, Other()).identity
    assert before.startswith("recordings@")
    assert before.endswith("+other@1")
    assert RecordedVoicer(folder, Other()).identity == before
    (folder / "fountain.mp3").rename(folder / "spring.mp3")
    renamed = RecordedVoicer(folder, Other()).identity
    soundfile.write(folder / "church-bell.wav", tone(501.0, 4.1), RATE_HZ)
    assert len({before, renamed, RecordedVoicer(folder, Other()).identity}) == 3


def test_a_broken_recording_gives_way_to_the_next_take_and_then_to_the_other_voice(folder: Path) -> None:
    (folder / "dog_2.ogg").write_bytes(b"RIFF....not a sound file")
    takes = [only(RecordedVoicer(folder, Other()), asked("dog", seed=seed)).note for seed in range(6)]
    assert set(takes) == {"plays Dog_1.flac, by its name"}
    (folder / "Dog_1.flac").write_bytes(b"")
    note = only(RecordedVoicer(folder, Other()), asked("dog")).note
    assert "Dog_1.flac can't be read as a recording" in note
    assert note.endswith("another voice makes it; other: dog")


@pytest.mark.parametrize("content", [np.zeros(4800), np.zeros(0), np.full(4800, np.nan)])
def test_a_recording_without_sound_is_told_and_made_by_the_other_voice(tmp_path: Path, content: np.ndarray) -> None:
    soundfile.write(tmp_path / "dog.wav", content, RATE_HZ, subtype="FLOAT")
    note = only(RecordedVoicer(tmp_path, Other()), asked("dog")).note
    assert re.match(r"dog\.wav (holds no sound|\d+ samples are no numbers)", note)
    assert note.endswith("other: dog")


def test_sound_that_can_not_be_read_is_told_only_where_it_would_fit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "is_installed", lambda: False)
    (folder / "cat.m4a").write_bytes(b"....ftypM4A ")
    cat, bell = RecordedVoicer(folder, Other()).voice([asked("cat"), asked("bell")])
    assert cat.note.startswith("cat.m4a can't be read here: convert it to WAV or FLAC, or ")
    assert "m4a" in cat.note.removeprefix("cat.m4a")
    assert "m4a" not in bell.note


def test_what_systems_leave_behind_is_no_recording(folder: Path) -> None:
    (folder / "._church-bell.wav").write_bytes(b"\0\5\x16\7")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "church-bell.wav").write_bytes(b"\0\5\x16\7")
    for seed in range(6):
        assert only(RecordedVoicer(folder, Other()), asked("church bell", seed=seed)).note == (
            "plays church-bell.wav, by its name"
        )


def test_what_is_not_chosen_is_not_opened(folder: Path) -> None:
    """A neighbour of gigabytes costs nothing: this one can't even be opened."""
    (folder / "thunder.wav").symlink_to(folder / "church-bell.wav")
    voicer = RecordedVoicer(folder, Other())
    (folder / "thunder.wav").unlink()
    assert only(voicer, asked("fountain")).note == "plays fountain.mp3, by its name"


def test_a_folder_that_is_not_there_or_is_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        RecordedVoicer(tmp_path / "nowhere", Other())
    with pytest.raises(InputError, match="holds no recordings"):
        RecordedVoicer(tmp_path, Other())


def test_a_long_recording_gives_a_stretch_that_the_seed_chooses(tmp_path: Path) -> None:
    chirp = np.sin(2 * np.pi * np.cumsum(np.linspace(200, 5000, 20 * RATE_HZ)) / RATE_HZ)
    soundfile.write(tmp_path / "wind.wav", 0.3 * chirp, RATE_HZ)
    voicer = RecordedVoicer(tmp_path, Other())
    pitches = {round(peak_hz(only(voicer, asked("wind", duration_s=1.0, seed=seed)).samples)) for seed in range(4)}
    assert len(pitches) > 1
