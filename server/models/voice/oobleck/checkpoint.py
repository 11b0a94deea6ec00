"""The Oobleck autoencoder as it is published for TangoFlux: weights without a configuration.

The network is Stable Audio's (Z. Evans et al., "Fast Timing-Conditioned Latent Audio Diffusion", ICML 2024), after
the Descript Audio Codec (R. Kumar et al., NeurIPS 2023).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocol.errors import InputError
from server.models.checkpoint_file import FETCH_AGAIN, Shapes, check_shapes, load_weights, stored_shapes
from server.models.pretrained import old_weight_norm
from server.models.voice.oobleck.decoder import Decoder, remove_weight_norm

RATE_HZ = 44_100
"""Of the published autoencoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """The sizes of an Oobleck autoencoder.

    Attributes:
        channels: of the layer next to the waveform.
        multiples: of ``channels``, for each layer from the waveform inwards.
        strides: of the decoder's layers, from the latents outwards.
        latent_channels: how many numbers a latent has.
        audio_channels: 2 for stereo.
        encoder_channels: of the encoder's layer next to the waveform.
    """

    channels: int
    multiples: tuple[int, ...]
    strides: tuple[int, ...]
    latent_channels: int
    audio_channels: int
    encoder_channels: int


def geometry_of(shapes: Shapes) -> Geometry:
    """The sizes by the shapes of a file's tensors, since the published folder has no configuration for them.

    Raises:
        KeyError: the shapes are of something else.
    """
    count = 1 + max(
        int(match[1]) for key in shapes if (match := re.match(r"decoder\.block\.(\d+)\.conv_t1\.weight_v$", key))
    )
    layers = [shapes[f"decoder.block.{number}.conv_t1.weight_v"] for number in range(count)]
    audio_channels, channels, _ = shapes["decoder.conv2.weight_v"]
    return Geometry(
        channels=channels,
        multiples=tuple(layer[0] // channels for layer in reversed(layers)),
        strides=tuple(layer[2] // 2 for layer in layers),
        latent_channels=shapes["decoder.conv1.weight_v"][1],
        audio_channels=audio_channels,
        encoder_channels=shapes["encoder.conv1.weight_v"][0],
    )


def empty_autoencoder(geometry: Geometry) -> Any:
    """An ``AutoencoderOobleck`` of diffusers without weights, on the meta device."""
    import torch
    from diffusers import AutoencoderOobleck

    with torch.device("meta"), old_weight_norm():
        return AutoencoderOobleck(
            encoder_hidden_size=geometry.encoder_channels,
            downsampling_ratios=list(reversed(geometry.strides)),
            channel_multiples=list(geometry.multiples),
            decoder_channels=geometry.channels,
            decoder_input_channels=geometry.latent_channels,
            audio_channels=geometry.audio_channels,
            sampling_rate=RATE_HZ,
        )


def load_decoder(path: Path, *, device: str) -> Decoder:
    """The decoder of a published ``vae.safetensors``, in float32, whose noise floor a listener does not hear.

    Raises:
        InputError: the file is damaged or of another model.
    """
    import torch

    shapes = stored_shapes(path)
    try:
        geometry = geometry_of(shapes)
    except (KeyError, ValueError) as error:
        raise InputError("holds no Oobleck autoencoder", where=str(path), remedy=FETCH_AGAIN) from error
    autoencoder = empty_autoencoder(geometry)
    check_shapes(path, {key: tuple(value.shape) for key, value in autoencoder.state_dict().items()})
    network = load_weights(autoencoder.decoder, path, prefix="decoder.", device=device, dtype=torch.float32)
    return Decoder(remove_weight_norm(network), geometry.strides)
