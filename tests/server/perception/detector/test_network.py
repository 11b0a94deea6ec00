import numpy as np
import pytest

from server.perception.detector.network import BOX_STRIDES, FEATURE_STRIDES, Maps, Network


def junk_in_freed_memory() -> None:
    """Memory that is free again, full of what would show if it were read."""
    for length in [100, 1_000, 10_000, 100_000, 1_000_000]:
        np.full(length, 1e30, np.float32)


def values(maps: Maps) -> np.ndarray:
    features = [part for parts in maps.features for part in parts]
    return np.concatenate([part.ravel() for part in [*maps.scores, *maps.distances, *features]])


@pytest.mark.parametrize(("height_px", "width_px"), [(32, 32), (32, 64), (32, 256), (256, 32), (64, 64)])
def test_small_pictures_have_maps_of_their_own_size_that_nothing_in_memory_changes(
    height_px: int, width_px: int
) -> None:
    network, rng = Network(), np.random.default_rng(2)
    pixels = rng.integers(0, 256, (height_px, width_px, 3)).astype(np.uint8)
    first = network.maps(pixels)
    for stride, scores in zip(BOX_STRIDES, first.scores, strict=True):
        assert scores.shape == (80, height_px // stride, width_px // stride)
    for stride, parts in zip(FEATURE_STRIDES, first.features, strict=True):
        assert {part.shape[1:] for part in parts} == {(height_px // stride, width_px // stride)}
    assert max(float(scores.max()) for scores in first.scores) < 0.9
    for _ in range(10):
        network.maps(rng.integers(0, 256, (32, 96, 3)).astype(np.uint8))
        junk_in_freed_memory()
        np.testing.assert_allclose(values(network.maps(pixels)), values(first), atol=1e-3)
