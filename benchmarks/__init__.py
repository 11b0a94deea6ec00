"""Measurements; each prints a table, none asserts."""

import sys
from pathlib import Path
from types import ModuleType

# sofar's wheel carries a package called tests, which hides ours, since ours has no __init__.py.
_tests = ModuleType("tests")
_tests.__path__ = [str(Path(__file__).parents[1] / "tests")]
sys.modules.setdefault("tests", _tests)
