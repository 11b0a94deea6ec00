"""The README keeps its promises: what it links to exists, and what it lists can be had."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from server.cli import app
from server.embedded.sound.recipes import RECIPES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_local_link_and_picture_is_there() -> None:
    links = re.findall(r'\]\(([^)#]+)\)|src="([^"]+)"', README)
    local = [one for pair in links for one in pair if one and "://" not in one]
    assert len(local) > 5
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_every_sound_that_can_be_made_is_listed_and_no_other() -> None:
    section = README.split("## The sounds")[1].split("\n## ")[0]
    groups = re.findall(r"- \*\*[^*]+\*\*: (.+?)(?=\n- |\n\n|\Z)", section, flags=re.DOTALL)
    listed = [name.strip() for group in groups for name in " ".join(group.split()).split(",")]
    assert sorted(listed) == sorted(recipe.name for recipe in RECIPES)


def test_every_option_that_it_names_is_one_of_the_program() -> None:
    runner = CliRunner()
    known = set()
    groups = {(): app, **{(group.name,): group.typer_instance for group in app.registered_groups}}
    for path, group in groups.items():
        for command in group.registered_commands:
            name = command.name or (command.callback.__name__.replace("_", "-") if command.callback else "")
            shown = runner.invoke(app, [*path, name, "--help"], terminal_width=200).output
            known |= set(re.findall(r"--[a-z][a-z-]*", shown))
    of_others = {"--all-extras", "--extra", "--group"}
    assert set(re.findall(r"--[a-z][a-z-]*", README)) - of_others - known == set()
