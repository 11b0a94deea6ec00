"""The README keeps its promises: what it links to exists, what it lists can be had, and it is short."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from server.cli.app import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TESTS = "uv run --all-extras --group dev pytest"


def test_every_local_link_and_picture_is_there() -> None:
    links = re.findall(r'\]\(([^)]+)\)|src="([^"]+)"', README)
    local = [link for pair in links for link in pair if link and "://" not in link]
    assert len(local) > 5
    for link in local:
        path, _, anchor = link.partition("#")
        assert (ROOT / path).exists(), link
        titles = re.findall(r"^#+ (.*)$", (ROOT / path).read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [title.lower().replace(" ", "-") for title in titles], link


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


def test_it_is_short() -> None:
    assert len(README.splitlines()) < 150


def test_its_test_command_is_the_one_that_must_pass() -> None:
    assert f"\n{TESTS}\n" in README
    assert f"\n{TESTS}\n" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"\n{TESTS}\n" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_page_of_the_documentation_can_be_reached_from_it() -> None:
    """The pages that only the site has, and single decisions, are reached from pages that it links to."""
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    linked = set(re.findall(r"\]\((docs/[^)#]+)", README))
    assert pages - linked == {"docs/index.md", *(page for page in pages if re.search(r"decisions/\d", page))}
