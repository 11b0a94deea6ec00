import numpy as np
import pytest

from server.pipeline.views import Picture, View


@pytest.fixture(scope="session")
def views() -> list[Picture]:
    """Three square views of noise."""
    rng = np.random.default_rng(0)
    return [
        Picture(
            pixels=rng.integers(0, 255, (120, 120, 3)).astype(np.uint8),
            view=View(name=f"view-{i}", projection="perspective", width_px=120, height_px=120, hfov_deg=90.0),
        )
        for i in range(3)
    ]
