import subprocess
import sys
from dataclasses import fields
from typing import get_args

import pytest

from protocol.errors import InputError
from server.export.formats import FORMATS, Option
from server.export.options import ExportOptions
from server.library import SceneFolder
from tests.server.export.places import street

GIVEN = {
    "order": 1, "yaw_deg": 20.0, "turn_deg_per_s": 30.0, "room": False, "duration_s": 0.2, "lufs": -30.0,
    "path": "poses.json", "hrtf": "mine.sofa",
}  # fmt: skip


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "scene"
    folder.mkdir()
    street(folder)
    return folder


def options(place, *names):
    values = {name: GIVEN[name] for name in names}
    for name in {"path", "hrtf"} & values.keys():
        values[name] = place / values[name]
    return ExportOptions(**values)


def test_every_option_has_a_name_that_formats_can_accept():
    assert get_args(Option) == tuple(field.name for field in fields(ExportOptions)) == tuple(GIVEN)


@pytest.mark.parametrize(
    ("kind", "suffix"), [(row.name, suffix) for row in FORMATS.values() for suffix in row.media_types]
)
def test_every_format_writes_files_of_its_suffixes(place, tmp_path, kind, suffix):
    row = FORMATS[kind]
    out = tmp_path / f"out{suffix}"
    row.render(SceneFolder(place).scene(), place, out=out, options=ExportOptions())
    assert out.is_dir() == row.writes_folder
    assert any(out.iterdir()) if row.writes_folder else out.stat().st_size


@pytest.mark.parametrize("kind", [row.name for row in FORMATS.values() if not row.writes_folder])
def test_a_file_of_another_suffix_is_refused(place, tmp_path, kind):
    with pytest.raises(InputError, match="name the file with"):
        FORMATS[kind].render(SceneFolder(place).scene(), place, out=tmp_path / "out.mp3", options=ExportOptions())


@pytest.mark.parametrize("name", GIVEN)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_format_refuses_the_options_that_it_does_not_take_and_no_others(place, tmp_path, kind, name):
    row = FORMATS[kind]
    if name in row.accepts:
        row.check([name])
        return
    out = tmp_path / "out.wav"
    with pytest.raises(InputError, match=f"isn't for --format {kind}, which ") as raised:
        row.render(SceneFolder(place).scene(), place, out=out, options=options(place, name))
    assert raised.value.where == ("--no-room" if name == "room" else f"--{name.replace('_', '-')}")
    assert raised.value.remedy
    assert not out.exists()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(row.name, name) for row in FORMATS.values() for name in sorted(row.accepts) if name not in ("path", "hrtf")],
)
def test_an_option_that_a_format_takes_changes_what_it_writes(place, tmp_path, kind, name):
    written = []
    for changed in (ExportOptions(), options(place, name)):
        out = tmp_path / f"out-{len(written)}{next(iter(FORMATS[kind].media_types))}"
        FORMATS[kind].render(SceneFolder(place).scene(), place, out=out, options=changed)
        files = sorted(out.iterdir()) if out.is_dir() else [out]
        written.append([file.read_bytes() for file in files])
    if name == "room":
        # This scene doesn't know what place it is.
        assert written[0] == written[1]
    else:
        assert written[0] != written[1]


@pytest.mark.parametrize("name", ["path", "hrtf"])
@pytest.mark.parametrize("kind", [row.name for row in FORMATS.values() if "hrtf" in row.accepts])
def test_files_of_a_head_are_read(place, tmp_path, kind, name):
    with pytest.raises(InputError, match=GIVEN[name]):
        FORMATS[kind].render(SceneFolder(place).scene(), place, out=tmp_path / "out.wav", options=options(place, name))


def test_an_encoding_that_a_format_does_not_have_is_its_usual_one():
    assert [FORMATS["binaural"].suffix(encoding) for encoding in ("wav", "flac", "ogg")] == [".wav", ".flac", ".ogg"]
    assert {kind: FORMATS[kind].suffix("wav") for kind in ("sources", "adm", "gltf", "unity")} == {
        "sources": ".zip", "adm": ".wav", "gltf": ".glb", "unity": ".sonorama",
    }  # fmt: skip


def test_the_table_is_cheap_to_import():
    heavy = "{'numpy', 'pydantic', 'soundfile', 'scipy'}"
    code = f"import sys, server.export.formats; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
