"""DepthFM: relative depth by a flow from the picture's latent to that of its logarithmic depth.

M. Gui et al., "DepthFM: Fast Monocular Depth Estimation with Flow Matching", AAAI 2025. As published, but for its last
step, which squeezes every picture's depth into [0, 1] for itself: here the logarithm is kept as it comes out, so that
views can be brought to agree.

The reference's attention has two branches, which answer differently. Here the one is computed that runs where xformers
is installed, as in the authors' own environment: a softmax of the products over √d. The other, without xformers, also
multiplies the products of self-attention by √(ln n / ln 4n) for n tokens; it is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.models.depth.depth_fm_file import DepthFMFile, read_depth_fm_file
from server.models.depth.flow import integrated, noised
from server.models.depth.pixels import (
    answer_size_px,
    centred_channels,
    network_outputs,
    network_size_px,
    resized_map,
    resized_pixels,
)
from server.models.noise import seeded_noise
from server.models.pretrained import loaded_model
from server.models.runtime import Runtime, freeing
from server.pipeline.views import Picture

if TYPE_CHECKING:
    import torch

# Of Stable Diffusion 1's autoencoder: latents times this have about unit variance.
_LATENT_SCALE = 0.18215
# Eight from pixels to latents, eight from the UNet's finest level to its coarsest.
_MULTIPLE_PX = 64
# A processor is busy with one; a graphics card with many. Memory gives way by itself there.
_AT_ONCE = {"cpu": 1, "mps": 4, "cuda": 16}


class DepthFM:
    """Predicts the logarithm of depth, up to a scale and a shift.

    Args:
        checkpoint: the published ``depthfm-v1.ckpt``.
        vae_folder: the folder ``vae`` of Stable Diffusion 1.5.
        runtime: where it runs.
        revision: of the checkpoint, for the identity.
        steps: of Euler's method along the flow, at least 1.
        ensemble: how many answers from different noise are averaged, at least 1.
        size_px: the longer side of what the network sees; its shorter side is the nearest multiple of 64.
        seed: of the noise.
        at_once: how many members of ensembles run together; None: as many as suit the device.
    """

    def __init__(
        self,
        checkpoint: Path,
        vae_folder: Path,
        *,
        runtime: Runtime,
        revision: str,
        steps: int = 2,
        ensemble: int = 4,
        size_px: int = 512,
        seed: int = 0,
        at_once: int | None = None,
    ) -> None:
        self._checkpoint, self._vae_folder, self._runtime = checkpoint, vae_folder, runtime
        self._steps, self._ensemble, self._size_px, self._seed = steps, ensemble, size_px, seed
        self._at_once = at_once or _AT_ONCE[runtime.device_kind]
        self.identity = f"depthfm@{revision}/steps{steps}x{ensemble}/{size_px}px/seed{seed}/{runtime.dtype}"

    def predict_log_depth(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        """For each window, ln z-depth up to a scale and a shift, larger where it is farther.

        Yields:
            float32 of shape (h, w), in the window's shape, no finer than the network's answer.

        Raises:
            InputError: the checkpoint or the autoencoder is missing, damaged or of another model.
            UnavailableError: a single window exhausts the device's memory, or leaves the range of its numbers.
        """
        return freeing(self._answers, windows)

    def _answers(self, windows: Sequence[Picture]) -> Iterator[NDArray[np.float32]]:
        import torch

        network = self._load()
        latents = network_outputs([self._input(window) for window in windows], network.latent, at_once=self._at_once)
        # All views wait for the flow as latents, which are small.
        starts = [
            start for latent in latents for start in network.starts(latent, seed=self._seed, members=self._ensemble)
        ]
        maps = network_outputs(starts, lambda batch: network.log_depth(batch, steps=self._steps), at_once=self._at_once)
        for window in windows:
            mean = torch.stack([next(maps) for _ in range(self._ensemble)]).mean(dim=0)
            height_px, width_px = mean.shape
            yield resized_map(mean, *answer_size_px(window, width_px, height_px)).cpu().numpy()

    def _input(self, window: Picture) -> torch.Tensor:
        """A window's pixels in [−1, 1], (3, h, w), on the device."""
        view = window.view
        size_px = network_size_px(view.width_px, view.height_px, longest_px=self._size_px, multiple=_MULTIPLE_PX)
        return centred_channels(resized_pixels(window, *size_px)).to(self._runtime.device)

    def _load(self) -> _Network:
        import torch
        from diffusers import AutoencoderKL

        runtime = self._runtime
        file = read_depth_fm_file(self._checkpoint, device=runtime.device, dtype=runtime.torch_dtype)
        # bfloat16 keeps 8 bits of a depth; the range of float16 is known to be enough for this autoencoder.
        narrow = torch.float16 if runtime.dtype == "bfloat16" and runtime.device != "cpu" else runtime.torch_dtype
        vae = loaded_model(AutoencoderKL, self._vae_folder, torch_dtype=narrow).to(runtime.device)
        return _Network(file, vae)


class _Network:
    """The loaded parts; latents are float32, whatever the numbers of the parts are."""

    def __init__(self, file: DepthFMFile, vae: Any) -> None:
        self._file, self._vae = file, vae

    def latent(self, pixels: torch.Tensor) -> torch.Tensor:
        """The most likely latents of pixels (B, 3, h, w), scaled: (B, 4, h / 8, w / 8)."""
        latents: torch.Tensor = self._vae.encode(pixels.to(self._vae.dtype)).latent_dist.mode()
        return latents.float() * _LATENT_SCALE

    def starts(self, latent: torch.Tensor, *, seed: int, members: int) -> list[torch.Tensor]:
        """The start of the flow for each member of an ensemble, stacked on the latent that conditions it: (2, 4, …).

        All views get a member's same noise, so that an answer does not depend on which views are asked for beside it.

        Args:
            latent: of a view, (4, h / 8, w / 8).
            seed: of the first member; each further one has the next.
            members: how many.
        """
        import torch

        noises = seeded_noise(range(seed, seed + members), tuple(latent.shape)).to(latent.device)
        return [torch.stack([noised(latent, noise, self._file.noising_step), latent]) for noise in noises]

    def log_depth(self, starts: torch.Tensor, *, steps: int) -> torch.Tensor:
        """The raw logarithm of depth (B, h, w) of starts (B, 2, 4, h / 8, w / 8)."""
        import torch

        start, latent = starts.unbind(dim=1)
        unet, dtype = self._file.unet, self._file.unet.dtype
        text = self._file.empty_text.to(dtype).expand(len(starts), -1, -1)

        def velocity(value: torch.Tensor, t: float) -> torch.Tensor:
            both = torch.cat([value, latent], dim=1).to(dtype)
            # The network was trained on t itself, not on thousandths of it.
            times = torch.full((len(both),), t, device=both.device)
            answer: torch.Tensor = unet(both, times, encoder_hidden_states=text, return_dict=False)[0]
            return answer.float()

        end = integrated(start, velocity, steps=steps) / _LATENT_SCALE
        decoded: torch.Tensor = self._vae.decode(end.to(self._vae.dtype), return_dict=False)[0]
        return decoded.float().mean(dim=1)
