"""Renders of any length: in flat memory, told of as they go, and whole or not there."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from benchmarks.memory import street
from protocol.errors import InputError
from server.export.formats import FORMATS
from server.export.options import ExportOptions
from server.export.programme import Mix, write_levelled
from server.export.report import QUIET, Report
from server.library import SceneFolder

RATE_HZ = 48_000


class Told(Report):
    def __init__(self):
        self.steps = []
        self.notes = []

    def advance(self, step, fraction):
        self.steps.append((step, fraction))

    def note(self, text):
        self.notes.append(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("memory") / "street"
    street(path)
    return path


def peak_bytes(folder, out, name, **options):
    made = SceneFolder(folder).scene()
    tracemalloc.start()
    try:
        FORMATS[name].render(made, folder, out=out, options=ExportOptions(**options))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "file", "options"),
    [
        ("stereo", "a.wav", {}),
        ("stereo", "a.flac", {}),
        ("stereo", "a.opus", {"lufs": -10.0}),
        ("ambisonic", "a.wav", {"order": 1}),
        ("adm", "a.wav", {}),
    ],
)
def test_a_longer_render_takes_no_more_memory(folder, tmp_path, name, file, options):
    short, long = (
        peak_bytes(folder, tmp_path / file, name, duration_s=float(length), **options) for length in (10, 40)
    )
    # Two channels of half a minute would be 11.5 MB, and what a limiter keeps for each millisecond is 3 MB.
    assert long - short < 4e6
    assert soundfile.info(tmp_path / file).frames == 40 * RATE_HZ


def mix(length_samples, level=0.05):
    sound = level * np.random.default_rng(0).standard_normal((length_samples, 2)).astype(np.float32)
    return Mix(
        blocks=lambda: iter(np.array_split(sound, 10)), channels=2, length_samples=length_samples, circular=False
    )


def test_every_step_is_told_to_its_end(tmp_path):
    told = Told()
    write_levelled(tmp_path / "a.wav", mix(RATE_HZ), lufs=-23.0, report=told)
    assert list(dict.fromkeys(step for step, _ in told.steps)) == ["measuring loudness", "writing"]
    assert [fraction for step, fraction in told.steps if step == "writing"] == pytest.approx(np.arange(1, 11) / 10)
    told = Told()
    write_levelled(tmp_path / "a.wav", mix(RATE_HZ), lufs=-5.0, report=told)
    assert list(dict.fromkeys(step for step, _ in told.steps)) == ["measuring loudness", "limiting peaks", "writing"]
    assert not told.notes


def test_a_disk_without_the_space_is_told_before_anything_is_made(tmp_path, monkeypatch):
    import shutil

    def blocks():
        raise AssertionError("nothing may be made")

    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**6))
    long = Mix(blocks=blocks, channels=2, length_samples=3600 * RATE_HZ, circular=False)
    with pytest.raises(InputError, match=r"needs 1,037 MB, and the disk has 1 MB left"):
        write_levelled(tmp_path / "a.wav", long, lufs=-23.0, report=QUIET)
    assert not list(tmp_path.iterdir())


def test_a_mix_that_breaks_leaves_what_was_there(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"old")
    calls = []

    def blocks():
        calls.append(1)
        yield np.full((100, 2), 0.1, np.float32)
        if len(calls) > 1:
            raise MemoryError

    broken = Mix(blocks=blocks, channels=2, length_samples=100, circular=False)
    with pytest.raises(MemoryError):
        write_levelled(tmp_path / "a.wav", broken, lufs=-23.0, report=QUIET)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_bytes() == b"old"
