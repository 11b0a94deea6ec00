import pytest

from tests.server.models.fetch.hub_server import hub_in_use


@pytest.fixture
def hub(monkeypatch, tmp_path_factory):
    with hub_in_use(monkeypatch, tmp_path_factory.mktemp("home")) as running:
        yield running
