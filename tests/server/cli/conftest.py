import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from PIL import Image

from server import cli
from server.synthetic.demo import demo_picture
from tests.server.cli.command import sonorama


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., CompletedProcess]:
    """Runs a command as ``sonorama`` does, but in this process, which has loaded everything already."""

    def run(*arguments: object) -> CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["sonorama", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as leaving:
            status = leaving.code or 0
        return CompletedProcess(sys.argv, status, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small drawn panorama, as a file."""
    path = tmp_path_factory.mktemp("street") / "street.png"
    Image.fromarray(demo_picture(width_px=512)).save(path)
    return path


@pytest.fixture(scope="session")
def made(street: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CompletedProcess[str]]:
    """The folder of a scene of three sources, two seconds long, and what was said while it was made."""
    out = tmp_path_factory.mktemp("made") / "scene"
    done = sonorama("generate", street, "--out", out, "--top", 3, "--duration-s", 2)
    assert done.returncode == 0, done.stderr
    return out, done
