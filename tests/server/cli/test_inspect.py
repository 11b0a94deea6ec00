from dataclasses import replace

import numpy as np
import pytest
import sofar
import typer
from PIL import Image
from typer.testing import CliRunner

from binaural.evaluation.cross_validation import LeaveOneOutErrors
from binaural.hrtf.hrir import default_hrtf
from protocol.errors import InputError
from server.cli.inspect import inspect

NAMES = ("direction.png", "interaural.png", "interpolation.png")


def run(*arguments):
    app = typer.Typer()
    app.command()(inspect)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def few():
    """The default head in few directions, for speed."""
    hrtf = default_hrtf()
    chosen = np.flatnonzero(np.round(hrtf.elevation_deg) % 30 == 0)[::3]
    return replace(
        hrtf,
        azimuth_deg=hrtf.azimuth_deg[chosen],
        elevation_deg=hrtf.elevation_deg[chosen],
        hrirs=hrtf.hrirs[chosen],
    )


@pytest.fixture
def quick(monkeypatch):
    head = few()
    count = len(head.azimuth_deg)
    errors = LeaveOneOutErrors(distortion_db=np.ones((count, 2)), itd_error_s=np.zeros(count))
    monkeypatch.setattr("server.export.heads.default_hrtf", lambda: head)
    monkeypatch.setattr("binaural.evaluation.cross_validation.leave_one_out_errors", lambda hrtf: errors)


def test_it_draws_three_pictures_and_says_where(quick, tmp_path):
    out = tmp_path / "deep" / "plots"
    done = run("--out", out)
    assert done.exit_code == 0, done.output
    assert done.output.split() == [str(out / name) for name in NAMES]
    for name in NAMES:
        with Image.open(out / name) as picture:
            assert picture.size[0] == 1280


def test_the_direction_asked_for_is_drawn(quick, tmp_path):
    for folder, azimuth_deg in (("left", 90), ("right", -90)):
        assert run("--out", tmp_path / folder, "--azimuth-deg", azimuth_deg).exit_code == 0
    left, right = ((tmp_path / folder / NAMES[0]).read_bytes() for folder in ("left", "right"))
    assert left != right


def test_a_sofa_file_is_drawn_in_place_of_the_default_head(tmp_path):
    head, path = few(), tmp_path / "mine.sofa"
    sofa = sofar.Sofa("SimpleFreeFieldHRIR")
    sofa.Data_IR = head.hrirs.astype(float)
    sofa.Data_SamplingRate = head.sample_rate_hz
    sofa.SourcePosition = np.column_stack(
        [head.azimuth_deg % 360, head.elevation_deg, np.full(len(head.azimuth_deg), 1.4)]
    )
    sofar.write_sofa(str(path), sofa)
    done = run("--out", tmp_path / "plots", "--hrtf", path)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "plots" / NAMES[2]).is_file()


def test_a_file_that_is_no_head_and_a_folder_that_cannot_be_are_told(quick, tmp_path):
    missing = run("--out", tmp_path / "plots", "--hrtf", tmp_path / "none.sofa")
    assert isinstance(missing.exception, InputError)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert isinstance(run("--out", blocked).exception, InputError)


def test_it_says_what_a_picture_is_taken_for_and_draws_it_on_its_sphere(tmp_path):
    Image.new("RGB", (400, 100)).save(tmp_path / "strip.png")
    done = run(tmp_path / "strip.png")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("photograph, 65° wide, guessed: say --hfov-deg or --projection")
    done = run(tmp_path / "strip.png", "--out", tmp_path / "plots")
    assert done.output.split()[-1] == str(tmp_path / "plots" / "picture.png")
    with Image.open(tmp_path / "plots" / "picture.png") as picture:
        assert picture.size == (400, 100)


def test_nothing_to_look_at_is_told():
    assert isinstance(run().exception, InputError)
