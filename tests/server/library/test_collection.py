import pytest

from protocol.errors import InputError, SceneError
from server.library import Library, new_scene_id


@pytest.fixture
def library(tmp_path):
    private = tmp_path / "library" / ".private"
    private.mkdir(parents=True)
    return Library(tmp_path / "library", private=private)


def begin(library, scene_id):
    library.place(scene_id).prepare()


def test_only_scenes_with_ids_for_names_are_listed(library):
    for scene_id in ("street", "a-square-2"):
        begin(library, scene_id)
    (library.path / "done").mkdir()
    (library.path / "done" / "scene.json").write_text("{}")
    (library.path / "Street 2" / "work").mkdir(parents=True)
    (library.path / "mine").mkdir()
    (library.path / "file").write_text("mine")
    assert library.ids() == ["a-square-2", "done", "street"]
    assert [name for name in ("street", "mine", "file", "Street 2", "none") if library.has(name)] == ["street"]


@pytest.mark.parametrize(
    "scene_id", ["", ".", "..", "../x", "a/b", "A", "-", "a--b", "a\n", "ä", "a" * 65, ".private", "\0"]
)
def test_what_is_no_id_has_no_place(library, scene_id):
    assert not library.has(scene_id)
    for method in (library.place, library.folder, library.delete):
        with pytest.raises(SceneError, match="no such scene"):
            method(scene_id)


def test_a_deleted_scene_is_gone_and_its_neighbour_is_not(library):
    for scene_id in ("street", "square"):
        begin(library, scene_id)
    library.delete("street")
    assert library.ids() == ["square"]
    assert list((library.path / ".private").iterdir()) == []
    with pytest.raises(SceneError):
        library.folder("street")
    assert library.folder("square").path.name == "square"


def test_what_a_killed_deletion_left_is_cleared(library):
    begin(library, "street")
    (library.path / "street").rename(library.path / ".private" / "trash-0")
    library.clear_trash()
    assert list((library.path / ".private").iterdir()) == []


def test_a_folder_that_can_not_be_read_or_changed_is_told(library, tmp_path):
    begin(library, "street")
    (library.path / ".private").rmdir()
    with pytest.raises(InputError, match="can't be used"):
        library.delete("street")
    assert library.ids() == ["street"]
    with pytest.raises(InputError, match="can't be used"):
        Library(tmp_path / "nowhere", private=tmp_path).ids()


def test_new_ids_are_ids_and_new(library):
    ids = {new_scene_id() for _ in range(100)}
    assert len(ids) == 100
    for scene_id in ids:
        assert library.place(scene_id).path.parent == library.path
