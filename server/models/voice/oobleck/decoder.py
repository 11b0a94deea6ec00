"""Latents into a waveform by the decoder of an Oobleck autoencoder: only as much as is needed, tile by tile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from server.models.runtime import free

if TYPE_CHECKING:
    import torch

# At the published size a tile of 256 latents is 11.9 s of sound, and takes 1.2 GiB beside the weights on a CPU.
TILE_LATENTS = 256
_SMALLEST_TILE_LATENTS = 16

# Each residual unit is a convolution of 7 taps, 1, 3 and 9 samples apart: to each side 3 + 9 + 27 samples.
_UNITS_REACH = 39
_EDGE_TAPS_REACH = 3


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


def remove_weight_norm(network: Any) -> Any:
    """A network whose weights are computed from direction and length once, in place of at every call."""
    import torch

    for module in network.modules():
        if hasattr(module, "weight_g"):
            torch.nn.utils.remove_weight_norm(module)
    return network
