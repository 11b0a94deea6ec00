import pytest

from protocol.errors import InputError
from server.files.atomic import replacing, sweep


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
