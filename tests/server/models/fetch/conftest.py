import pytest

from tests.server.models.fetch.hub_server import running_hub

ABSENT = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "SONORAMA_MODEL_DIR")


@pytest.fixture
def hub(monkeypatch, tmp_path_factory):
    for name in ABSENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    # No token of the person who runs the tests is sent anywhere.
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path_factory.mktemp("home") / "token"))
    with running_hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running
