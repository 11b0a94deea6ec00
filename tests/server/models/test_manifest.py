import pytest

from server.models import manifest


def test_git_knows_a_file_by_the_same_hash(tmp_path):
    # git hash-object of an empty file and of "what is up, doc?" (Pro Git, chapter 10.2).
    path = tmp_path / "file"
    path.write_bytes(b"")
    assert manifest.git_hash_of(path) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    path.write_bytes(b"what is up, doc?")
    assert manifest.git_hash_of(path) == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "", "C:x", "a\\b"])
def test_a_path_stays_inside(path):
    with pytest.raises(ValueError, match="leads out"):
        manifest.inside(path)
