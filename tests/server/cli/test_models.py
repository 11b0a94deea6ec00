import json
import signal
import subprocess
import time

import numpy as np
import pytest
from typer.testing import CliRunner

from protocol.errors import SonoramaError
from server.cli.app import app
from server.cli.display.plan_tables import model_table
from server.models import licences
from server.models.catalogue import MODELS, model_named
from tests.server.cli.command import SONORAMA
from tests.server.models.fetch.hub_server import commit_of, hub_in_use
from tests.timing import PATIENCE_S

DINO, DEPTH, TANGO, T5 = map(
    model_named, ("grounding-dino-tiny", "depth-anything-v2-outdoor-small", "tangoflux", "flan-t5-large")
)
WEIGHTS = np.random.default_rng(0).bytes(3000)


@pytest.fixture
def hub(monkeypatch, tmp_path_factory):
    with hub_in_use(monkeypatch, tmp_path_factory.mktemp("home")) as running:
        running.repository(DINO.source, {"config.json": b"{}", "model.safetensors": WEIGHTS})
        small = {"config.json": b"{}", "preprocessor_config.json": b"{}", "model.safetensors": WEIGHTS}
        running.repository(DEPTH.source, small)
        running.repository(TANGO.source, dict.fromkeys(TANGO.files, WEIGHTS))
        yield running


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SONORAMA_MODEL_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def sonorama(*arguments):
    return CliRunner().invoke(app, ["models", *map(str, arguments)], terminal_width=80)


def done(*arguments):
    result = sonorama(*arguments)
    assert result.exit_code == 0, result.exception or result.output
    return result


def refused(*arguments):
    result = sonorama(*arguments)
    assert isinstance(result.exception, SonoramaError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_a_model_is_fetched_listed_found_and_verified(hub, folder):
    assert done("verify").stdout == f"no models lie in {folder}\n"
    told = done("pull", DINO.name).stderr
    assert f"revision {commit_of(DINO.source)}" in told
    rows = {line.split()[0]: line.split() for line in done("list").stdout.splitlines() if line.split()}
    assert rows[DINO.name][4] == "yes"
    assert rows[DEPTH.name][4] == "no"
    assert done("path", DINO.name).stdout.strip() == str(folder / DINO.name)
    assert done("verify").stdout == f"{DINO.name}: as it was fetched\n"


def test_every_model_is_listed_within_80_columns():
    lines = done("list").stdout.splitlines()
    table = [line for line in lines if line.lstrip().startswith(tuple(model.name for model in MODELS))]
    assert len(table) == len(MODELS)
    assert max(map(len, table)) <= 80
    assert "non-commercial" in " ".join(lines)


def test_the_model_dir_option_goes_before_the_variable(hub, folder, tmp_path):
    done("pull", DINO.name, "--model-dir", tmp_path / "stick")
    assert (tmp_path / "stick" / DINO.name / "model.safetensors").read_bytes() == WEIGHTS
    assert not folder.exists()
    assert done("path", DINO.name, "--model-dir", tmp_path / "stick").stdout.startswith(str(tmp_path / "stick"))


def test_a_preset_is_planned_aloud_and_fetched(hub, folder):
    result = done("pull", "--preset", "small", "--device", "cpu", "--max-memory", "8GB")
    for words in (DINO.name, DEPTH.name, "to fetch: about", "of 8.0 GB on cpu", "float32"):
        assert words in result.stderr
    assert {path.name for path in folder.iterdir()} == {DINO.name, DEPTH.name}
    hub.asked.clear()
    again = done("pull", "--preset", "small", "--device", "cpu", "--max-memory", "8GB")
    assert "to fetch: about 0 MB" in again.stderr
    assert not hub.asked


def test_the_plan_is_told_before_the_licences_are_asked_for(hub, folder):
    result = sonorama("pull", "--preset", "full", "--device", "cpu", "--max-memory", "8GB")
    assert "TangoFlux" in result.stderr
    assert "--accept-licences" in str(result.exception)
    assert not hub.asked
    assert not folder.exists()


def test_licences_are_accepted_once(hub, folder):
    assert "non-commercial" in refused("pull", TANGO.name)
    assert not hub.asked
    done("pull", TANGO.name, "--accept-licences")
    assert TANGO.name in json.loads((folder / licences.NAME).read_text())["accepted"]
    done("pull", TANGO.name)


def test_a_disk_that_is_too_small_is_told_before_the_first_file(hub, folder, monkeypatch):
    monkeypatch.setattr("server.models.weights.free_disk_bytes", lambda _: 10**8)
    told = refused("pull", "--preset", "small", "--device", "cpu", "--max-memory", "8GB")
    assert "790 MB are to come, and 100 MB are free" in told
    assert not hub.asked


def test_damage_is_told_and_mended(hub, folder):
    done("pull", DINO.name)
    (folder / DINO.name / "model.safetensors").write_bytes(bytes(3000))
    result = sonorama("verify", DINO.name)
    assert result.stdout.splitlines() == [
        f"{DINO.name}: damaged",
        "  model.safetensors has changed since it was fetched",
    ]
    assert f"sonorama models pull {DINO.name}" in str(result.exception)
    done("pull", DINO.name)
    done("verify", DINO.name)


def test_ctrl_c_keeps_what_has_come(hub, folder):
    hub.stall_after_bytes = 2000
    process = subprocess.Popen([SONORAMA, "models", "pull", DINO.name], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + PATIENCE_S
    while not [part for part in folder.rglob(".model.safetensors.*.part") if part.stat().st_size == 2000]:
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "sonorama: stopped; the same command goes on from here"
    hub.stall_after_bytes = None
    hub.asked.clear()
    done("pull", DINO.name)
    assert [part for path, part in hub.downloads() if path.startswith("/large")] == ["bytes=2000-"]
    assert (folder / DINO.name / "model.safetensors").read_bytes() == WEIGHTS


def test_a_revision_is_of_one_model(hub, folder):
    assert "--revision" in refused("pull", DINO.name, DEPTH.name, "--revision", "main")
    assert "no revision 'v2'" in refused("pull", DINO.name, "--revision", "v2")
    done("pull", DINO.name, "--revision", commit_of(DINO.source))


@pytest.mark.parametrize(
    "arguments",
    [
        ["pull"],
        ["pull", "clap", "--preset", "full"],
        ["pull", "no-such-model"],
        ["path", "no-such-model"],
        ["path", "clap"],
        ["verify", "clap"],
        ["pull", "--preset", "huge", "--device", "cpu"],
        ["pull", "--preset", "full", "--device", "cpu", "--max-memory", "a lot"],
    ],
)
def test_what_cannot_be_done_is_one_line_with_the_next_step(hub, folder, arguments):
    line = refused(*arguments)
    assert line.count("; ") >= 1
    assert not hub.asked


def test_help_pages_open():
    for command in ([], ["list"], ["pull"], ["verify"], ["path"]):
        assert "Usage" in done(*command, "--help").stdout


def test_the_table_holds_what_it_is_given():
    assert model_table([DINO, T5], {T5.name}).row_count == 2
