import pytest

from tests.server.models.fetch.hub_server import hub_in_use
from tests.server.models.fetch.pulling import DINO, FILES


@pytest.fixture
def hub(monkeypatch, tmp_path_factory):
    with hub_in_use(monkeypatch, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def dino(hub):
    """A published model."""
    return hub.repository(DINO.source, dict(FILES))
