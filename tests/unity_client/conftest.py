import pytest

from tests.unity_client.mono import core_library


@pytest.fixture(scope="session")
def core(tmp_path_factory):
    """The engine-free core, compiled: its assembly and what it refers to, in one folder."""
    return core_library(tmp_path_factory.mktemp("core"))
