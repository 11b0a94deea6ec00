import pytest

from tests.server.streetview.google import Google, serving


@pytest.fixture
def google(monkeypatch):
    """Google's services; ``google.url`` is where."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    services = Google()
    with serving(services) as services.url:
        yield services
