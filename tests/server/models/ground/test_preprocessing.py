import numpy as np
import pytest

from server.models.ground.preprocessing import Preprocessor
from server.pipeline.views import Picture, View


@pytest.mark.parametrize(("height_px", "width_px"), [(120, 120), (100, 140), (240, 100), (300, 90), (33, 32)])
def test_the_numbers_are_those_of_the_published_processor(height_px: int, width_px: int) -> None:
    from transformers import GroundingDinoImageProcessorPil

    processor = GroundingDinoImageProcessorPil(size={"shortest_edge": 96, "longest_edge": 160})
    rng = np.random.default_rng(0)
    view = View(name="v", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=90.0)
    windows = [
        Picture(pixels=rng.integers(0, 255, (height_px, width_px, 3)).astype(np.uint8), view=view) for _ in range(3)
    ]
    expected = processor([window.pixels for window in windows], return_tensors="pt")
    made = Preprocessor.of(processor)(windows, "cpu")
    assert made.shape == expected["pixel_values"].shape
    assert expected["pixel_mask"].all()
    np.testing.assert_allclose(made.numpy(), expected["pixel_values"].numpy(), rtol=1e-5, atol=1e-6)
