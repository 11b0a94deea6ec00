"""What is said must work as it is typed, wherever the program runs."""

import sys

import pytest

from server import extras


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """A Python environment to run in, which ``set_up`` furnishes."""

    def set_up(*, checkout=False, run_by_uv=False, config="home = /usr/bin\n", active=True, called="sonorama", **files):
        prefix, project = tmp_path / "env", tmp_path / "project"
        for folder in (prefix / "bin", project):
            folder.mkdir(parents=True)
        for name in ("sonorama", "pip", "python"):
            (prefix / "bin" / name).touch(0o755)
        (prefix / "pyvenv.cfg").write_text(config)
        for name in files:
            (prefix / name.replace("__", ".").replace("_receipt", "-receipt")).touch()
        if checkout:
            (project / "pyproject.toml").touch()
        monkeypatch.setattr(extras, "_CHECKOUT", project)
        monkeypatch.setattr(sys, "prefix", str(prefix))
        monkeypatch.setattr(sys, "executable", str(prefix / "bin" / "python"))
        monkeypatch.setenv("PATH", f"{prefix / 'bin'}" if active else "/nowhere")
        monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
        monkeypatch.delenv("VIRTUAL_ENV", raising=False)
        if run_by_uv:
            monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
        if run_by_uv or active:
            monkeypatch.setenv("VIRTUAL_ENV", str(prefix))
        monkeypatch.setattr(sys, "argv", [str(prefix / "bin" / called), "listen", "--out", "my sounds.wav"])
        monkeypatch.chdir(project)
        return prefix

    return set_up


def test_in_a_checkout_uv_runs_it_and_brings_an_extra(environment):
    environment(checkout=True, run_by_uv=True, config="uv = 0.9\n")
    assert extras.program() == "uv run sonorama"
    assert extras.install_advice("play") == ("run it with: uv run --extra play sonorama listen --out 'my sounds.wav'")


def test_outside_the_checkout_uv_is_told_where_it_is(environment, monkeypatch, tmp_path):
    environment(checkout=True, run_by_uv=True)
    monkeypatch.chdir(tmp_path)
    assert extras.program() == f"uv run --project {tmp_path / 'project'} sonorama"


def test_an_installed_program_is_called_plainly_and_pip_brings_an_extra(environment):
    environment()
    assert extras.program() == "sonorama"
    assert extras.install_advice("play") == "install it with: pip install 'sonorama[play]'"


def test_a_checkout_that_pip_installed_has_no_uv(environment):
    environment(checkout=True)
    assert extras.program() == "sonorama"
    assert extras.install_advice("play") == "install it with: pip install 'sonorama[play]'"


def test_a_program_that_no_path_leads_to_is_called_as_it_was(environment):
    prefix = environment(active=False)
    assert extras.program() == str(prefix / "bin" / "sonorama")
    assert extras.install_advice("fast") == (
        f"install it with: {prefix / 'bin' / 'python'} -m pip install 'sonorama[fast]'"
    )


@pytest.mark.parametrize(
    ("files", "config", "installer"),
    [
        ({"uv_receipt__toml": 1}, "", "uv tool install"),
        ({"pipx_metadata__json": 1}, "", "pipx install --force"),
        ({}, "home = /\nuv = 0.9\n", "uv pip install"),
    ],
)
def test_whoever_made_the_environment_brings_an_extra(environment, files, config, installer):
    environment(config=config, **files)
    assert extras.install_advice("fast") == f"install it with: {installer} 'sonorama[fast]'"


def test_a_worker_tells_of_the_program_not_of_itself(environment, monkeypatch):
    environment(checkout=True, run_by_uv=True)
    monkeypatch.setattr(sys, "argv", ["/checkout/server/worker.py"])
    assert extras.program() == "uv run sonorama"
    assert extras.install_advice("models") == "run it with: uv run --extra models sonorama …"
