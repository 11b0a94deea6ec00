import pytest

from protocol.errors import InputError
from server.pipeline.atomic import replacing


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
