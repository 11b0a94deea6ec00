import os

import pytest

from protocol.errors import InputError, SceneError
from server.library import Addresses, Library, SceneFolder, is_single_scene, new_scene_id
from server.library.addresses import is_scene_id


@pytest.fixture
def library(tmp_path):
    (tmp_path / "library").mkdir()
    return library_at(tmp_path)


def library_at(tmp_path, **options):
    return Library(tmp_path / "library", addresses=Addresses(tmp_path / "addresses.json"), **options)


def begin(library, *names):
    for name in names:
        SceneFolder(library.path / name).prepare()


NAMES = {
    "venice_sunset": "venice-sunset",
    "My Street": "my-street",
    "Ökohaus": "okohaus",
    "street.v2": "street-v2",
    "a-square-2": "a-square-2",
    ".hidden": "hidden",
    "Große Straße": "grosse-strasse",
}


def test_every_scene_is_listed_whatever_its_name_and_nothing_else(library):
    begin(library, *NAMES)
    (library.path / "done").mkdir()
    (library.path / "done" / "scene.json").write_text("{}")
    (library.path / "mine").mkdir()
    (library.path / "file").write_text("mine")
    assert library.names() == {scene_id: name for name, scene_id in NAMES.items()} | {"done": "done"}
    for name, scene_id in NAMES.items():
        assert library.folder(scene_id).path == library.path / name
    assert not any(library.has(name) for name in ("mine", "file", "none", "My Street"))


@pytest.mark.parametrize(
    "names",
    [
        ("My Street", "my street", "my_street", "my-street", "MY-STREET"),
        ("東京", "大阪", "...", "—"),
        ("a" * 70, "a" * 64, "A" * 64, "b" * 63 + "_" + "c"),
        (os.fsdecode(b"caf\xe9"), "café", "cafe", "line\nbreak", "\x1b[2J"),
    ],
)
def test_addresses_are_unique_and_stay_from_run_to_run_whatever_comes_beside(library, tmp_path, names):
    begin(library, *names[::2])
    first = library.names()
    begin(library, *names)
    both = library_at(tmp_path).names()
    assert first.items() <= both.items()
    assert set(both.values()) == set(names)
    assert all(map(is_scene_id, both))
    (tmp_path / "addresses.json").write_text("[")
    assert set(library_at(tmp_path).names().values()) == set(names)
    assert library_at(tmp_path).names() == library_at(tmp_path).names()


def test_a_name_that_is_an_id_is_its_own_address(library):
    begin(library, "My Street", "my-street", "MY STREET")
    assert library.names()["my-street"] == "my-street"


def test_a_single_scene_is_served_alone(library, tmp_path):
    begin(library, "My Street", "square")
    alone = library_at(tmp_path, only="My Street")
    assert alone.names() == {"my-street": "My Street"}
    assert not alone.has("square")
    assert is_single_scene(library.path / "square")
    assert not is_single_scene(library.path)
    begin(library, "work")
    assert not is_single_scene(library.path)


@pytest.mark.parametrize(
    "scene_id", ["", ".", "..", "../x", "a/b", "A", "-", "a--b", "a\n", "ä", "a" * 65, ".private", "\0"]
)
def test_what_is_no_id_has_no_place(library, scene_id):
    assert not library.has(scene_id)
    for method in (library.place, library.folder, library.delete):
        with pytest.raises(SceneError, match="no such scene"):
            method(scene_id)


def test_a_deleted_scene_is_gone_and_its_neighbour_is_not(library):
    begin(library, "My Street", "square")
    library.names()
    library.delete("my-street")
    assert library.names() == {"square": "square"}
    assert [path.name for path in library.path.iterdir()] == ["square"]
    with pytest.raises(SceneError):
        library.folder("my-street")
    assert library.folder("square").path.name == "square"


def test_what_a_killed_deletion_left_is_no_scene_and_is_cleared(library):
    begin(library, "street")
    (library.path / "street").rename(library.path / ".sonorama-trash-0")
    assert library.names() == {}
    library.clear_trash()
    assert list(library.path.iterdir()) == []


def test_a_folder_that_can_not_be_read_or_changed_is_told(library, tmp_path, monkeypatch):
    begin(library, "street")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    with pytest.raises(InputError, match="can't be used"):
        library.delete("street")
    assert library.names() == {"street": "street"}
    with pytest.raises(InputError, match="can't be used"):
        Library(tmp_path / "nowhere", addresses=Addresses()).names()


def test_new_ids_are_ids_and_new(library):
    ids = {new_scene_id() for _ in range(100)}
    assert len(ids) == 100
    for scene_id in ids:
        assert library.place(scene_id).path.parent == library.path
