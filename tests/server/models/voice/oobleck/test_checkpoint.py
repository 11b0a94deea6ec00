import math
from pathlib import Path

from server.models.checkpoint_file import check_shapes, stored_shapes
from server.models.voice.oobleck.checkpoint import Geometry, empty_autoencoder, geometry_of
from tests.server.models.voice.tango_flux.published import oobleck_shapes, sparse_safetensors


def test_the_autoencoders_sizes_are_read_off_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "vae.safetensors"
    sparse_safetensors(path, oobleck_shapes())
    geometry = geometry_of(stored_shapes(path))
    assert geometry == Geometry(
        channels=128,
        multiples=(1, 2, 4, 8, 16),
        strides=(8, 8, 4, 4, 2),
        latent_channels=64,
        audio_channels=2,
        encoder_channels=128,
    )
    assert math.prod(geometry.strides) == 2048
    check_shapes(path, {key: tuple(value.shape) for key, value in empty_autoencoder(geometry).state_dict().items()})
