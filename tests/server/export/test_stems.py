import json

import numpy as np
import pytest

from binaural.loudness.levelling import GainCurve
from protocol.errors import InputError
from protocol.scene import Source
from server.export.programme import Mix
from server.export.report import QUIET
from server.export.stems import Stems

SOUND = Mix(blocks=lambda: iter([np.full((100, 2), 0.25, np.float32)]), channels=2, length_samples=100, circular=False)
WHOLE = GainCurve(np.ones(1), 48, 100, False)


def source(name):
    return Source(
        id=name, label=f"the {name}", prompt=name, kind="point", evidence="seen", azimuth_deg=0.0, elevation_deg=0.0,
        distance_m=5.0, distance_sigma_m=1.0, level_db_spl_1m=70.0, confidence=0.9,
    )  # fmt: skip


def render(folder, *names):
    with Stems(folder) as stems:
        for name in names:
            stems.add(source(name), SOUND, WHOLE, QUIET)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_list_says_what_is_what(tmp_path):
    render(tmp_path, "dog-1", "bell-1")
    manifest = json.loads((tmp_path / "stems.json").read_text())
    assert (manifest["format"], manifest["version"]) == ("sonorama.stems", 1)
    assert [(file["path"], file["label"]) for file in manifest["files"]] == [
        ("dog-1.wav", "the dog-1"),
        ("bell-1.wav", "the bell-1"),
    ]


def test_what_the_scene_lost_goes_and_the_users_own_stays(tmp_path):
    (tmp_path / "mine.wav").write_text("mine")
    render(tmp_path, "dog-1", "bell-1")
    render(tmp_path, "dog-1", "wind-1")
    assert names(tmp_path) == ["dog-1.wav", "mine.wav", "stems.json", "wind-1.wav"]
    render(tmp_path, "dog-1", "wind-1")
    assert names(tmp_path) == ["dog-1.wav", "mine.wav", "stems.json", "wind-1.wav"]


def test_a_leftover_that_was_worked_on_is_kept(tmp_path):
    render(tmp_path, "dog-1", "bell-1")
    (tmp_path / "bell-1.wav").write_text("mastered")
    render(tmp_path, "dog-1")
    assert (tmp_path / "bell-1.wav").read_text() == "mastered"


def test_a_leftover_that_is_gone_already_is_no_trouble(tmp_path):
    render(tmp_path, "dog-1", "bell-1")
    (tmp_path / "bell-1.wav").unlink()
    render(tmp_path, "dog-1")
    assert names(tmp_path) == ["dog-1.wav", "stems.json"]


def test_a_render_that_fails_removes_nothing(tmp_path):
    render(tmp_path, "dog-1", "bell-1")
    before = (tmp_path / "stems.json").read_bytes()
    (tmp_path / "sun-1.wav").mkdir()
    with pytest.raises(InputError):
        render(tmp_path, "wind-1", "sun-1")
    assert names(tmp_path) == ["bell-1.wav", "dog-1.wav", "stems.json", "sun-1.wav", "wind-1.wav"]
    assert (tmp_path / "stems.json").read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "sonorama.stems"}', '{"format": "x", "files": []}', "\xff"]
)
def test_a_list_that_is_none_is_replaced(tmp_path, text):
    (tmp_path / "stems.json").write_text(text, encoding="latin-1")
    (tmp_path / "bell-1.wav").write_text("mine")
    render(tmp_path, "dog-1")
    assert names(tmp_path) == ["bell-1.wav", "dog-1.wav", "stems.json"]
    assert json.loads((tmp_path / "stems.json").read_text())["files"][0]["path"] == "dog-1.wav"


def test_a_forged_list_leads_nowhere(tmp_path):
    folder = tmp_path / "stems"
    render(folder, "dog-1")
    (tmp_path / "bell-1.wav").write_bytes((folder / "dog-1.wav").read_bytes())
    manifest = json.loads((folder / "stems.json").read_text())
    manifest["files"][0]["path"] = "../bell-1.wav"
    (folder / "stems.json").write_text(json.dumps(manifest))
    render(folder, "wind-1")
    assert names(tmp_path) == ["bell-1.wav", "stems"]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="can't be written"):
        render(tmp_path / "file", "dog-1")
