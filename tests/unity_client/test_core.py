"""The package's own tests of its core, compiled and run by Mono: golden vectors, machines, parsers, buffers."""

import pytest

from tests.unity_client.own_tests import fixtures, outcomes
from tools.mono import PACKAGE

CORE_TESTS = PACKAGE / "Tests" / "Runtime" / "Core"
VECTORS = PACKAGE.parent / "protocol" / "vectors"


@pytest.fixture(scope="module")
def told(core):
    """What became of each test, by fixture."""
    program = core[0].parent / "Sonorama.Core.Tests.exe"
    return outcomes(program, [CORE_TESTS], core, SONORAMA_VECTORS=str(VECTORS))


@pytest.mark.parametrize("fixture", fixtures(CORE_TESTS))
def test_all_that_the_package_tests_of_itself_holds(told, fixture):
    by_fixture, said = told
    assert by_fixture[fixture], said
    assert set(by_fixture[fixture].values()) == {"ok"}, said
