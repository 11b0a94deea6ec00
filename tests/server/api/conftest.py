import io

import pytest
from PIL import Image

from server.embedded.street.demo import demo_picture
from tests.server.api.server_process import serving


@pytest.fixture(scope="session")
def street() -> bytes:
    file = io.BytesIO()
    Image.fromarray(demo_picture(width_px=512)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served") / "library", requests_per_s=1e6, requests_at_once=1e6) as running:
        yield running


@pytest.fixture(scope="session")
def scene_id(server, street):
    job = server.done(server.begun(street))
    return job["scene_id"]
