"""Documents name what there is: paths, modules, names, options and commands."""

from __future__ import annotations

import importlib
import re
from importlib.util import find_spec

import pytest

from server.sound.recipes import RECIPES
from tests.docs.documents import (
    DOCUMENTS,
    OF_OTHER_PROGRAMS,
    ROOT,
    TO_BE_WRITTEN,
    code_of,
    named,
    options_of_the_program,
)
from tools.reference_pages import commands

_FOLDERS = "protocol|binaural|server|unity_client|tests|benchmarks|tools|docs|examples"
_PACKAGES = "protocol|binaural|server|benchmarks|tools"
_SUFFIXES = (".md", ".py", ".mjs", ".json", ".wav")
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=named)


@every_document
def test_every_path_that_is_named_exists(document):
    code = code_of(document.read_text("utf-8"))
    paths = {path for part in code for path in re.findall(rf"(?<![\w./-])((?:{_FOLDERS})/[\w./*~-]*)", part)}
    missing = [path for path in sorted(paths) if not any(ROOT.glob(path.rstrip("/.")))]
    assert missing == []


@every_document
def test_every_module_and_name_of_one_exists(document):
    code = code_of(document.read_text("utf-8"))
    for dotted in {name for part in code for name in re.findall(rf"(?<![\w./-])((?:{_PACKAGES})(?:\.\w+)+)\b", part)}:
        if not dotted.endswith(_SUFFIXES):
            assert _is_there(dotted), dotted
    for part in code:
        for module, names in re.findall(rf"from ((?:{_PACKAGES})[\w.]*) import ([\w, ]+)", part):
            for name in names.split(","):
                dotted = f"{module}.{name.strip()}"
                assert dotted in TO_BE_WRITTEN or _is_there(dotted), dotted


def _is_there(dotted):
    """Whether it is a module, or a name in one. A benchmark isn't run to know."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found = find_spec(".".join(parts[:count])) is not None
        except ModuleNotFoundError:
            found = False
        if found:
            value = importlib.import_module(".".join(parts[:count])) if count < len(parts) else None
            for name in parts[count:]:
                if not hasattr(value, name):
                    return False
                value = getattr(value, name)
            return True
    return False


@every_document
def test_every_option_that_is_named_is_one_of_the_program(document):
    known = options_of_the_program() | OF_OTHER_PROGRAMS
    options = {
        option for part in code_of(document.read_text("utf-8")) for option in re.findall(r"--[a-z][a-z0-9-]*", part)
    }
    assert options - known == set()


@every_document
def test_every_command_that_is_named_is_one_of_the_program(document):
    known = {name.removeprefix("sonorama ") for name, _ in commands()} | {"models"}
    for part in code_of(document.read_text("utf-8")):
        for first, second in re.findall(r"(?<![\w.])sonorama ([a-z][a-z-]*)(?: ([a-z]+))?", part):
            assert first in known or f"{first} {second}" in known, part


@every_document
def test_no_machine_and_no_tool_of_its_writer_is_named(document):
    text = document.read_text("utf-8")
    assert re.findall(r"/(?:home|root|work|Users)/\w+", text) == []


def test_every_sound_that_can_be_made_is_listed_and_no_other():
    text = (ROOT / "docs" / "reference" / "sounds.md").read_text("utf-8")
    groups = re.findall(r"- \*\*[^*]+\*\*: (.+?)(?=\n- |\n\n|\Z)", text, flags=re.DOTALL)
    listed = [name.strip() for group in groups for name in " ".join(group.split()).split(",")]
    assert sorted(listed) == sorted(recipe.name for recipe in RECIPES)
