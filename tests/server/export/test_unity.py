import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from protocol.errors import InputError, SceneError
from protocol.scene import Scene
from server.export.options import ExportOptions
from server.export.unity import render
from tests.server.export.places import noise, scene, source, street


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "street"
    folder.mkdir()
    return street(folder), folder


def test_everything_that_the_scene_refers_to_is_there_unchanged(place, tmp_path):
    made, folder = place
    render(made, folder, tmp_path / "street.sonorama", ExportOptions())
    archive = zipfile.ZipFile(tmp_path / "street.sonorama")
    assert archive.testzip() is None
    assert TypeAdapter(Scene).validate_json(archive.read("scene.json")) == made
    for path in [made.image.path, *(one.clip.path for one in made.sources)]:
        assert archive.read(path) == (folder / path).read_bytes()


def test_the_manifest_comes_first_and_tells_every_other_file(place, tmp_path):
    made, folder = place
    render(made, folder, tmp_path / "street.sonorama", ExportOptions())
    archive = zipfile.ZipFile(tmp_path / "street.sonorama")
    first, *others = archive.namelist()
    assert first == "sonorama.json"
    assert others == sorted(others)
    manifest = json.loads(archive.read(first))
    assert (manifest["format"], manifest["version"], manifest["id"]) == ("sonorama.bundle", 1, "street")
    assert [file["path"] for file in manifest["files"]] == others
    for file in manifest["files"]:
        content = archive.read(file["path"])
        assert (file["size_bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_same_scene_is_the_same_bytes_without_anything_of_the_machine(place, tmp_path, monkeypatch):
    made, folder = place
    render(made, folder, tmp_path / "one.sonorama", ExportOptions())
    monkeypatch.setattr("sys.platform", "win32")
    for path in folder.rglob("*"):
        path.touch()
    render(made, folder, tmp_path / "other.SONORAMA", ExportOptions())
    content = (tmp_path / "one.sonorama").read_bytes()
    assert content == (tmp_path / "other.SONORAMA").read_bytes()
    entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert {(entry.date_time, entry.create_system, entry.compress_type) for entry in entries} == {
        ((1980, 1, 1, 0, 0, 0), 3, zipfile.ZIP_STORED)
    }


def test_two_sources_may_share_a_clip(tmp_path):
    bird = source(tmp_path, "bird-1", noise(1))
    made = scene(tmp_path, bird, replace(bird, id="bird-2", azimuth_deg=90.0))
    render(made, tmp_path, tmp_path / "birds.sonorama", ExportOptions())
    assert [name for name in zipfile.ZipFile(tmp_path / "birds.sonorama").namelist() if name.startswith("clips")] == [
        "clips/bird-1.wav"
    ]


def test_what_is_not_whole_is_not_packed(place, tmp_path):
    made, folder = place
    out = tmp_path / "street.sonorama"
    with pytest.raises(InputError, match="suffix"):
        render(made, folder, tmp_path / "street.zip", ExportOptions())
    with pytest.raises(SceneError, match="no sources"):
        render(replace(made, sources=()), folder, out, ExportOptions())
    with pytest.raises(SceneError, match="no clip yet"):
        render(replace(made, sources=(replace(made.sources[0], clip=None),)), folder, out, ExportOptions())
    (folder / made.sources[0].clip.path).write_bytes(b"changed")
    with pytest.raises(SceneError, match="isn't what the scene was made with"):
        render(made, folder, out, ExportOptions())
    (folder / made.sources[0].clip.path).unlink()
    with pytest.raises(SceneError, match="can't be read"):
        render(made, folder, out, ExportOptions())
    assert not out.exists()
