"""The published, full-size folder: every key, with its shape, listed from what is known of the layout."""

import json
import math
from pathlib import Path

import pytest

from protocol.errors import InputError
from server.models.checkpoint_file import stored_shapes
from server.models.voice.tango_flux.checkpoint import TangoCheckpoint, TangoConfig, longest_clip_s
from tests.server.models.voice.tango_flux.published import (
    FLAN_T5_LARGE,
    TANGOFLUX,
    oobleck_shapes,
    sparse_safetensors,
    tangoflux_shapes,
)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder of the published size whose weights are holes in the files."""
    (tmp_path / "config.json").write_text(json.dumps(TANGOFLUX))
    sparse_safetensors(tmp_path / "tangoflux.safetensors", tangoflux_shapes())
    sparse_safetensors(tmp_path / "vae.safetensors", oobleck_shapes())
    (tmp_path / "t5").mkdir()
    (tmp_path / "t5" / "config.json").write_text(json.dumps(FLAN_T5_LARGE))
    return tmp_path


def test_every_published_key_is_accounted_for(published: Path) -> None:
    checkpoint = TangoCheckpoint(published, published / "t5")
    assert checkpoint.config == TangoConfig()
    shapes = stored_shapes(checkpoint.weights) | stored_shapes(checkpoint.autoencoder)
    assert 2 * sum(math.prod(shape) for shape in shapes.values()) / 2**30 == pytest.approx(1.9, abs=0.05)


def test_the_embedding_may_be_kept_under_either_of_its_names(published: Path) -> None:
    shapes = tangoflux_shapes()
    shapes["text_encoder.encoder.embed_tokens.weight"] = shapes.pop("text_encoder.shared.weight")
    sparse_safetensors(published / "tangoflux.safetensors", shapes)
    TangoCheckpoint(published, published / "t5")
    del shapes["text_encoder.encoder.embed_tokens.weight"]
    sparse_safetensors(published / "tangoflux.safetensors", shapes)
    with pytest.raises(InputError, match="lacks text_encoder"):
        TangoCheckpoint(published, published / "t5")


def test_the_duration_embedder_is_spelt_as_published(published: Path) -> None:
    shapes = {key.replace("emebdder", "embedder"): shape for key, shape in tangoflux_shapes().items()}
    sparse_safetensors(published / "tangoflux.safetensors", shapes)
    with pytest.raises(InputError, match="duration_emebdder"):
        TangoCheckpoint(published, published / "t5")


def test_a_clip_is_at_most_as_long_as_its_latents_and_as_was_trained() -> None:
    assert longest_clip_s(TangoConfig(), 2048, 44_100) == pytest.approx(29.954, abs=1e-3)
    assert longest_clip_s(TangoConfig(max_duration=10), 2048, 44_100) == 10.0
