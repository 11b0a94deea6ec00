import io

import pytest
from PIL import Image

from server.synthetic.demo import demo_picture


@pytest.fixture(scope="session")
def street() -> bytes:
    """A small drawn panorama, as a file."""
    file = io.BytesIO()
    Image.fromarray(demo_picture(width_px=512)).save(file, "PNG")
    return file.getvalue()
