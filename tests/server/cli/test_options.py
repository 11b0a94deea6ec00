"""Options follow from types, and what they can't take is refused in one clear message."""

import re
import sys

import pytest
import typer

from server import cli
from server.cli.app import app
from server.cli.options import OptionsCommand
from server.export.options import ExportOptions
from server.models.choices import Learned
from server.pipeline.settings import GenerateOptions

NOWHERE = {"generate": ["nowhere.jpg", "--out", "scene"], "render": ["nowhere", "--out", "mix.wav"]}
TYPES = {"generate": [GenerateOptions, Learned], "render": [ExportOptions]}


@pytest.fixture
def sonorama(monkeypatch, tmp_path, capsys):
    """The command line, run here: its exit status and what it says."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sonorama", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            cli.main()
        said = capsys.readouterr()
        assert said.out == ""
        assert list(tmp_path.iterdir()) == []
        return leaving.value.code, said.err

    return run


def commands():
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        yield from getattr(command, "commands", {name: command}).items()


def parameters(command):
    return command.get_params(typer.Context(command)) if isinstance(command, OptionsCommand) else command.params


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "4294967296", "x", ""])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        (command, field)
        for command, kinds in TYPES.items()
        for kind in kinds
        for field, info in kind.__pydantic_fields__.items()
        if info.annotation in (int, float, float | None)
    ],
)
def test_a_number_that_is_none_or_out_of_bounds_is_refused_by_name(sonorama, command, option, value):
    flag = f"--{option.replace('_', '-')}"
    status, said = sonorama(command, *NOWHERE[command], f"{flag}={value}")
    assert status == 2
    assert f"Invalid value for '{flag}'" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("command", "option"),
    [("inspect", "azimuth-deg"), ("inspect", "elevation-deg"), ("listen", "yaw-deg"), ("listen", "turn-deg-per-s")],
)
def test_other_commands_refuse_what_is_no_number_too(sonorama, command, option):
    needed = {"inspect": ["--out", "plots"], "listen": ["http://127.0.0.1:1/scene"]}
    status, said = sonorama(command, *needed[command], f"--{option}=nan")
    assert status == 2
    assert f"Invalid value for '--{option}'" in said


@pytest.mark.parametrize("command", TYPES)
def test_every_field_is_an_option_with_the_bounds_the_default_and_the_words_of_its_type(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(sys, "argv", ["sonorama", command, "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    page = capsys.readouterr().out
    made = {parameter.name: parameter for parameter in parameters(dict(commands())[command])}
    for kind in TYPES[command]:
        for name, info in kind.__pydantic_fields__.items():
            assert made[name].help == info.description
            assert made[name].help
            assert (made[name].default or None) == (info.default or None)
            ends = [getattr(one, end) for end in ("ge", "le") for one in info.metadata if hasattr(one, end)]
            assert not ends or re.search(f"{made[name].opts[0]} .*\\[{ends[0]}<=x<={ends[1]}\\]", page), name


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--format", "unity", "--lufs", "-23"], "--lufs"),
        (["--format", "binaural", "--order", "3"], "--order"),
        (["--format", "adm", "--room"], "--no-room"),
        (["--format", "gltf", "--yaw-deg", "0"], "--yaw-deg"),
    ],
)
def test_an_option_that_a_format_does_not_take_is_refused_even_with_its_default_value(sonorama, options, named):
    status, said = sonorama("render", "nowhere", "--out", "mix.wav", *options)
    assert status == 1
    assert said.startswith(f"sonorama: {named}: isn't for --format {options[1]}")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--views", "8"],
        ["--device", "auto"],
        ["--dtype", "auto"],
        ["--max-memory", "banana"],
        ["--model", "no-such-model"],
        ["--model-dir", "models"],
        ["--accept-licences"],
        ["--describe-url", "http://127.0.0.1:1"],
        ["--describe-model", "llava"],
        ["--candidates", "1"],
    ],
)
def test_an_option_that_a_preset_has_no_use_for_is_refused_even_with_its_default_value(sonorama, options):
    status, said = sonorama("generate", "nowhere.jpg", "--out", "scene", "--preset", "embedded", *options)
    assert status == 1
    assert said.startswith(f"sonorama: {options[0]}: isn't for --preset embedded")
    assert "choose --preset small or full" in said
    assert said.count("\n") == 1


def test_options_that_every_preset_takes_are_not_refused(sonorama):
    options = ["--seed", "1", "--top", "2", "--duration-s", "3", "--hfov-deg", "60", "--camera-height-m", "2"]
    status, said = sonorama("generate", "nowhere.jpg", "--out", "scene", *options)
    assert status == 1
    assert said.startswith("sonorama: nowhere.jpg")
