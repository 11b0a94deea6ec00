"""The package's own tests of its core, compiled and run by Mono: golden vectors, machines, parsers, buffers."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools.mono import PACKAGE, compiled, sources

CORE_TESTS = PACKAGE / "Tests" / "Runtime" / "Core"
VECTORS = PACKAGE.parent / "protocol" / "vectors"

FIXTURES = sorted(
    name
    for path in sources(CORE_TESTS)
    for name in re.findall(r"\[TestFixture\]\s+public sealed class (\w+)", path.read_text("utf-8"))
)


@pytest.fixture(scope="module")
def outcomes(core):
    """What became of each test, by fixture."""
    program = core[0].parent / "Sonorama.Core.Tests.exe"
    compiled(program, sources(CORE_TESTS, Path(__file__).parent / "nunit"), references=core)
    environment = os.environ | {"SONORAMA_VECTORS": str(VECTORS)}
    ran = subprocess.run(
        ["mono", "--debug", program], capture_output=True, text=True, check=False, timeout=100, env=environment
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    by_fixture: dict[str, dict[str, str]] = {name: {} for name in FIXTURES}
    for outcome, fixture, test in re.findall(r"^(ok|FAILED|ignored) (\w+)\.(\w+)", ran.stdout, re.MULTILINE):
        by_fixture[fixture][test] = outcome
    return by_fixture, ran.stdout


@pytest.mark.parametrize("fixture", FIXTURES)
def test_all_that_the_package_tests_of_itself_holds(outcomes, fixture):
    by_fixture, said = outcomes
    assert by_fixture[fixture], said
    assert set(by_fixture[fixture].values()) == {"ok"}, said
