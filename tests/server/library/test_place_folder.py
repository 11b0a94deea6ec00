import pytest

from protocol.errors import InputError, SceneError
from server.library import PlaceFolder, is_place
from tests.server.place.hearing.test_scene import place_of, source, viewpoint


def test_a_place_is_read_as_it_was_written(tmp_path):
    folder = PlaceFolder(tmp_path / "place")
    folder.prepare()
    place = place_of([viewpoint("a", 0.0)], [source("bell", (1.0, 2.0, 3.0)), source("sea", None, kind="ambient")])
    folder.save(place)
    assert folder.place() == place
    assert is_place(folder.path)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds something else"):
        PlaceFolder(tmp_path).prepare()


@pytest.mark.parametrize(
    ("content", "words"), [(None, "no finished place"), ("{}", "Field required"), ("[", "Invalid JSON")]
)
def test_a_missing_or_damaged_place_is_told(tmp_path, content, words):
    if content is not None:
        (tmp_path / "place.json").write_text(content)
    with pytest.raises(SceneError, match=words):
        PlaceFolder(tmp_path).place()


def test_only_viewpoints_of_its_own_are_forgotten(tmp_path):
    folder = PlaceFolder(tmp_path / "place")
    folder.prepare()
    for name in ("kept", "gone"):
        (folder.path / "viewpoints" / name / "work").mkdir(parents=True)
        (folder.path / "viewpoints" / name / "work" / "found.npz").touch()
    # A scene that a client of the server made.
    (folder.path / "viewpoints" / "mine").mkdir()
    folder.forget(["kept"])
    assert sorted(path.name for path in (folder.path / "viewpoints").iterdir()) == ["kept", "mine"]
