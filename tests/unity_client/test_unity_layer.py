"""The package's Unity layer on the engine's stand-in: its own tests, and a whole scene from a real server."""

from pathlib import Path

import pytest

from tests.unity_client.own_tests import fixtures, outcomes
from tools.mono import PACKAGE

LAYER_TESTS = PACKAGE / "Tests" / "Runtime" / "Unity"
PLAYER = Path(__file__).parent / "player"


@pytest.fixture(scope="module")
def told(layer):
    """What became of each test, by fixture."""
    return outcomes(layer[0].parent / "Sonorama.Unity.Tests.exe", [LAYER_TESTS, PLAYER], layer)


@pytest.mark.parametrize("fixture", fixtures(LAYER_TESTS, PLAYER))
def test_all_that_the_package_tests_of_itself_holds(told, fixture):
    by_fixture, said = told
    assert by_fixture[fixture], said
    assert set(by_fixture[fixture].values()) == {"ok"}, said
