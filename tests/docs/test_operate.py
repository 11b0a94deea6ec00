"""What is shipped for those who operate a server fits the server."""

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.main import get_command

from server.api.app import create_app
from server.api.settings import ServerSettings
from server.cli.app import app

OPERATE = Path(__file__).parents[2] / "docs" / "how-to" / "operate"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The names of all numbers at /metrics."""
    folder = tmp_path_factory.mktemp("operated")

    async def text():
        served = create_app(
            ServerSettings(
                folder=folder / "library", state_dir=folder / "state", worker=("true",), presets=("embedded",)
            )
        )
        async with served.router.lifespan_context(served):
            served.state.metrics.count_answer(method="GET", route="/healthz", status=200, seconds=0.1)
            served.state.metrics.count_refusal("429")
            return served.state.metrics.text().decode()

    families = text_string_to_metric_families(asyncio.run(text()))
    return {name for family in families for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")}


def test_the_dashboard_asks_for_numbers_that_there_are(told):
    dashboard = json.loads((OPERATE / "dashboard.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    names = {name for expression in asked for name in re.findall(r"\b(?:sonorama|process)_\w+", expression)}
    assert len(names) >= 10
    assert names <= told
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
    assert len(set(places)) == len(places)


def test_the_page_speaks_of_numbers_that_there_are(told):
    page = OPERATE.with_suffix(".md").read_text("utf-8")
    assert set(re.findall(r"`((?:sonorama|process)_\w+)`", page)) <= told


@pytest.mark.parametrize("name", ["sonorama.service", "Containerfile"])
def test_the_commands_have_options_that_there_are(name):
    options = {option for parameter in get_command(app).commands["serve"].params for option in parameter.opts}
    command = (OPERATE / name).read_text("utf-8").split("serve", 1)[1].splitlines()[0]
    given = set(re.findall(r"--[a-z-]+", command))
    assert {"--host", "--token-file", "--state-dir"} <= given <= options


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path):
    unit = (OPERATE / "sonorama.service").read_text("utf-8")
    # Its program isn't where a user's would be.
    unit = unit.replace("/home/sonorama/.local/bin/sonorama", "/bin/true").replace("User=sonorama\n", "")
    (tmp_path / "sonorama.service").write_text(unit)
    said = subprocess.run(["systemd-analyze", "verify", tmp_path / "sonorama.service"], capture_output=True, text=True)
    assert "sonorama.service" not in said.stderr
