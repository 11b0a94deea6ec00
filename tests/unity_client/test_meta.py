import re

from tools.unity_meta import PACKAGE, assets, faults, guid, main


def test_every_asset_has_its_meta_file_and_no_meta_file_is_left_over():
    assert [f"{what}: {meta.name}" for what, meta, _ in faults(PACKAGE)] == []


def test_no_two_assets_have_the_same_guid():
    found = [
        re.search(r"^guid: ([0-9a-f]{32})$", path.with_name(path.name + ".meta").read_text("utf-8"), re.MULTILINE)[1]
        for path in assets(PACKAGE)
    ]
    assert len(found) == len(set(found))


def test_guids_never_change():
    assert guid("Runtime/Core/Connection/StreamClient.cs") == "3782bc6ca34138160f8c3cf1932d678b"


def test_what_is_missing_stale_or_left_over_is_found(tmp_path):
    (tmp_path / "Runtime").mkdir()
    (tmp_path / "Runtime" / "New.cs").write_text("")
    (tmp_path / "Samples~").mkdir()
    (tmp_path / "Samples~" / "Unseen.cs").write_text("")
    (tmp_path / "Old.cs.meta").write_text("fileFormatVersion: 2\nguid: 0\n")
    (tmp_path / "Runtime.meta").write_text("fileFormatVersion: 2\nguid: 0\n")
    found = {(what, meta.name) for what, meta, _ in faults(tmp_path)}
    assert found == {("missing", "New.cs.meta"), ("stale", "Runtime.meta"), ("left over", "Old.cs.meta")}


def test_the_check_passes_here():
    assert main(["--check"]) == 0
