"""The decoder of the Oobleck autoencoder, by which latents become stereo: only as much as is needed, tile by tile.

The network is Stable Audio's (Z. Evans et al., "Fast Timing-Conditioned Latent Audio Diffusion", ICML 2024), after
the Descript Audio Codec (R. Kumar et al., NeurIPS 2023).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError
from server.models.pretrained import old_weight_norm
from server.models.runtime import free
from server.models.voice.weights import check, filled, stored_shapes

if TYPE_CHECKING:
    import torch

RATE_HZ = 44_100
"""Of the published autoencoder."""

# At the published size a tile of 256 latents is 11.9 s of sound, and takes 1.2 GiB beside the weights on a CPU.
TILE_LATENTS = 256
_SMALLEST_TILE_LATENTS = 16

# Each residual unit is a convolution of 7 taps, 1, 3 and 9 samples apart: to each side 3 + 9 + 27 samples.
_UNITS_REACH = 39
_EDGE_TAPS_REACH = 3


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

    @property
    def hop(self) -> int:
        """Samples to a latent."""
        return math.prod(self.strides)


def geometry_of(shapes: Mapping[str, tuple[int, ...]]) -> Geometry:
    """The sizes that a file's tensors tell, since the published folder has no configuration for them.

    Raises:
        KeyError: the shapes are of something else.
    """
    count = 1 + max(
        int(found[1]) for key in shapes if (found := re.match(r"decoder\.block\.(\d+)\.conv_t1\.weight_v$", key))
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


class Decoder:
    """Latents into a waveform.

    Args:
        network: maps (B, latent channels, n) to (B, audio channels, n · hop).
        strides: of its layers, from the latents outwards.
    """

    def __init__(self, network: Any, strides: Sequence[int]) -> None:
        self._network = network
        self.hop = math.prod(strides)
        self.margin = reach(strides)
        self._tile = TILE_LATENTS

    def decoded(self, latents: torch.Tensor, samples: int) -> torch.Tensor:
        """The first samples of the waveform that latents stand for.

        Only the latents that these samples depend on are looked at, in tiles that overlap by more than the network
        reaches, so that the result is that of the whole. Where the device's memory is exhausted, tiles are halved.

        Args:
            latents: one clip's, shape (latent channels, n).
            samples: how many to give, at most n · hop.

        Returns:
            float32 on the CPU, shape (audio channels, samples).

        Raises:
            torch.cuda.OutOfMemoryError: not even the smallest tile fits.
        """
        import torch

        count = math.ceil(samples / self.hop)
        parts = []
        start = 0
        while start < count:
            end = min(start + self._tile, count)
            first, last = max(0, start - self.margin), min(latents.shape[-1], end + self.margin)
            try:
                with torch.inference_mode():
                    tile = self._network(latents[None, :, first:last])[0]
                    parts.append(tile[:, (start - first) * self.hop : (end - first) * self.hop].float().cpu())
            except torch.cuda.OutOfMemoryError:
                if self._tile <= _SMALLEST_TILE_LATENTS:
                    raise
            else:
                start = end
                continue
            # Outside the handler, since the exception holds the frames, and these the tensors.
            free()
            self._tile //= 2
        return torch.cat(parts, dim=-1)[:, :samples]


def reach(strides: Sequence[int]) -> int:
    """Latents to each side that a decoded sample may depend on.

    At the latents: 3, for the first convolution of 7 taps. Each layer adds 1 of its inputs, for the transposed
    convolution that is twice as long as its stride, and 39 of its outputs, for the residual units; the last
    convolution adds 3 samples.

    >>> reach((8, 8, 4, 4, 2))
    10
    """
    latents, rate = float(_EDGE_TAPS_REACH), 1
    for stride in strides:
        latents += 1 / rate
        rate *= stride
        latents += _UNITS_REACH / rate
    return math.ceil(latents + _EDGE_TAPS_REACH / rate)


def decoder_from(path: Path, *, device: str) -> Decoder:
    """The decoder of a published ``vae.safetensors``, in float32, whose noise floor a listener does not hear.

    Raises:
        InputError: the file is damaged or of another model.
    """
    import torch

    shapes = stored_shapes(path)
    try:
        geometry = geometry_of(shapes)
    except (KeyError, ValueError) as error:
        raise InputError(
            "holds no Oobleck autoencoder", where=str(path), remedy="fetch it again with: sonorama models pull"
        ) from error
    autoencoder = empty_autoencoder(geometry)
    check(path, {key: tuple(value.shape) for key, value in autoencoder.state_dict().items()})
    network = filled(autoencoder.decoder, path, prefix="decoder.", device=device, dtype=torch.float32)
    return Decoder(without_weight_norm(network), geometry.strides)


def without_weight_norm(network: Any) -> Any:
    """A network whose weights are computed from direction and length once, in place of at every call."""
    import torch

    for module in network.modules():
        if hasattr(module, "weight_g"):
            torch.nn.utils.remove_weight_norm(module)
    return network
