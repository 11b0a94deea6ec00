from pathlib import Path

import pytest

from tests.server.models.tiny.depth_anything import make_depth_anything
from tests.server.models.tiny.depth_pro import make_depth_pro
from tests.server.models.tiny.depthfm import make_depthfm


@pytest.fixture(scope="module")
def depthfm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_depthfm(tmp_path_factory.mktemp("tiny") / "depthfm")


@pytest.fixture(scope="module")
def depth_anything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_depth_anything(tmp_path_factory.mktemp("tiny") / "depth-anything")


@pytest.fixture(scope="module")
def depth_pro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_depth_pro(tmp_path_factory.mktemp("tiny") / "depth-pro")
