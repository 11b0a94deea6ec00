import pytest

from tests.server.api.server_process import serving
from tests.server.client.scenes import noisy_scene


@pytest.fixture(scope="session")
def noisy_server(tmp_path_factory):
    """A real server of one scene, whose noises are to the left and to the right."""
    folder = tmp_path_factory.mktemp("listened") / "library"
    noisy_scene(folder, "square", 90.0)
    with serving(folder, requests_per_s=1e6, requests_at_once=1e6) as running:
        yield running
