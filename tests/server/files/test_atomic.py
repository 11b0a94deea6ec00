import os
import subprocess
import sys

import pytest

from protocol.errors import InputError
from server.files.atomic import replacing, replacing_content, sweep


def test_a_file_takes_its_place_whole(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    with replacing(path) as scratch:
        scratch.write_text("new")
        assert not path.exists()
        assert scratch.suffix == ".txt"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write_half():
        with replacing(path) as scratch:
            scratch.write_text("half")
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_can_not_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="can't be written"), replacing(tmp_path / "file" / "x.txt"):
        pass


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path):
    (tmp_path / "clips").mkdir()
    left = [
        tmp_path / ".scene.0123abcd.json",
        tmp_path / "clips" / ".dog-1-0f.0123abcd.wav",
        tmp_path / ".lock.0123abcd",
    ]
    kept = [
        tmp_path / "scene.json",
        tmp_path / ".hidden",
        tmp_path / ".scene.0123ABCD.json",
        tmp_path / "a.0123abcd.json",
    ]
    for path in (*left, *kept):
        path.write_text("x")
    sweep(tmp_path)
    assert [path for path in (*left, *kept) if path.exists()] == kept


def test_what_is_swept_is_what_is_written_beside(tmp_path):
    with replacing(tmp_path / "clips" / "dog-1-loop.wav") as scratch:
        scratch.write_text("half")
        copy = scratch.read_text()
        sweep(tmp_path)
        assert not scratch.exists()
        scratch.write_text(copy)
    assert (tmp_path / "clips" / "dog-1-loop.wav").read_text() == "half"


def test_content_takes_its_place_whole_with_the_rights_of_any_file(tmp_path):
    path, beside = tmp_path / "deep" / "file.wav", tmp_path / "beside"
    beside.write_bytes(b"")
    for content in (b"old", b"new"):
        with replacing_content(path) as file:
            file.write(content)
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode == beside.stat().st_mode


def test_content_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file.wav"
    path.write_bytes(b"old")

    def write_half():
        with replacing_content(path) as file:
            file.write(b"half")
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_content_can_be_written_where_files_need_names(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with replacing_content(tmp_path / "file.wav") as file:
        file.write(b"new")
        assert [path.suffix for path in tmp_path.iterdir()] == [".wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["file.wav"]


def test_content_in_a_place_that_can_not_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="can't be written"), replacing_content(tmp_path / "file" / "x.wav"):
        pass


_KILLED = """
import os, signal, sys
from pathlib import Path
from server.files.atomic import replacing_content
with replacing_content(Path(sys.argv[1])) as file:
    file.write(bytes(100_000))
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without names are Linux's")
def test_a_kill_leaves_nothing_of_content(tmp_path):
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path / "file.wav")])
    assert done.returncode < 0
    assert not list(tmp_path.iterdir())
