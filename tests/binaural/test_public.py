from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import binaural


@pytest.mark.parametrize("name", binaural.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(binaural, name) is not None


def test_what_type_checkers_see_is_what_can_be_imported() -> None:
    tree = ast.parse(inspect.getsource(binaural))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: f"{node.module}"
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(seen) == sorted(binaural.__all__) == dir(binaural)
    assert seen == binaural._MODULES


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'mixed'"):
        binaural.mixed  # noqa: B018


def test_importing_the_package_loads_nothing_else() -> None:
    code = "import sys, binaural; print(*sorted(name for name in sys.modules if name.split('.')[0] in %r))"
    loaded = subprocess.run(
        [sys.executable, "-c", code % (("binaural", "protocol", "numpy", "scipy"),)],
        capture_output=True, text=True, check=True, cwd=Path(binaural.__file__).parents[1],
    )  # fmt: skip
    assert loaded.stdout.split() == ["binaural"]
