from pathlib import Path

import pytest

from tests.server.models.tiny.tangoflux import make_tangoflux


@pytest.fixture(scope="module")
def tango(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tangoflux(tmp_path_factory.mktemp("tiny") / "tangoflux")
