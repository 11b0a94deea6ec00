"""DepthFM one picture at a time, its UNet re-derived from the original's keys and plain tensor operations."""

import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np


class Reference:
    """The published algorithm up to the logarithm of depth, in float32."""

    def __init__(self, checkpoint: Path, vae_folder: Path, *, device: str = "cpu") -> None:
        import torch
        from diffusers import AutoencoderKL

        # A file of our own making.
        stored = torch.load(checkpoint, map_location=device, weights_only=False)
        self.noising_step = stored["noising_step"]
        self.text = torch.as_tensor(stored["empty_text_embedding"]).to(device)
        self.unet = LdmUNet(stored["state_dict"], stored["ldm_hparams"])
        self.vae = AutoencoderKL.from_pretrained(vae_folder).to(device)

    def log_depth(self, pixels: np.ndarray, *, steps: int, seeds: tuple[int, ...]) -> np.ndarray:
        """Of pixels (h, w, 3), whose sides are multiples of 64, averaged over noise of these seeds."""
        import torch

        with torch.no_grad():
            device = self.text.device
            image = torch.from_numpy(pixels.copy()).to(device).permute(2, 0, 1)[None].float() / 127.5 - 1
            z = self.vae.encode(image).latent_dist.mode() * 0.18215
            members = [self._member(z, steps, seed) for seed in seeds]
            return torch.stack(members).mean(0).cpu().numpy()

    def _member(self, z: Any, steps: int, seed: int) -> Any:
        import torch

        t = self.noising_step / 1000
        alpha_bar = 1 / (1 + np.exp(2 * np.log(np.tan(np.pi * t / 2) + 1e-5)))
        noise = torch.randn(z.shape[1:], generator=torch.Generator().manual_seed(seed))[None].to(z.device)
        x = math.sqrt(alpha_bar) * z + math.sqrt(1 - alpha_bar) * noise
        times = np.linspace(0, 1, steps + 1)
        for now, then in pairwise(times):
            x = x + (then - now) * self.unet(torch.cat([x, z], dim=1), float(now), self.text)
        return self.vae.decode(x / 0.18215).sample.mean(dim=1)[0]


class LdmUNet:
    """The UNet of latent diffusion as functions of its state dict."""

    def __init__(self, state: dict[str, Any], hyperparameters: dict[str, Any]) -> None:
        self.state, self.hyperparameters = state, hyperparameters
        # Block by block, the layers in it: input_blocks.4 → [0, 1].
        self.layers: dict[str, list[str]] = {}
        for key in state:
            if found := re.match(r"((?:input_blocks|output_blocks)\.\d+|middle_block)\.(\d+)", key):
                layers = self.layers.setdefault(found[1], [])
                if found[0] not in layers:
                    layers.append(found[0])

    def __call__(self, x: Any, t: float, context: Any) -> Any:
        import torch

        width = self.hyperparameters["model_channels"]
        frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2, device=x.device) / (width // 2))
        times = torch.cat([torch.cos(t * frequencies), torch.sin(t * frequencies)])[None]
        times = self._linear("time_embed.2", torch.nn.functional.silu(self._linear("time_embed.0", times)))
        skipped = []
        for number in range(sum(name.startswith("input") for name in self.layers)):
            x = self._block(f"input_blocks.{number}", x, times, context)
            skipped.append(x)
        x = self._block("middle_block", x, times, context)
        for number in range(sum(name.startswith("output") for name in self.layers)):
            x = self._block(f"output_blocks.{number}", torch.cat([x, skipped.pop()], dim=1), times, context)
        return self._conv("out.2", torch.nn.functional.silu(self._norm("out.0", x, 1e-5)))

    def _block(self, block: str, x: Any, times: Any, context: Any) -> Any:
        import torch

        for layer in sorted(self.layers[block]):
            if f"{layer}.in_layers.0.weight" in self.state:
                x = self._residual(layer, x, times)
            elif f"{layer}.proj_in.weight" in self.state:
                x = self._transformer(layer, x, context)
            elif f"{layer}.op.weight" in self.state:
                x = self._conv(f"{layer}.op", x, stride=2)
            elif f"{layer}.conv.weight" in self.state:
                x = self._conv(f"{layer}.conv", torch.nn.functional.interpolate(x, scale_factor=2, mode="nearest"))
            else:
                x = self._conv(layer, x)
        return x

    def _residual(self, name: str, x: Any, times: Any) -> Any:
        from torch.nn.functional import silu

        h = self._conv(f"{name}.in_layers.2", silu(self._norm(f"{name}.in_layers.0", x, 1e-5)))
        h = h + self._linear(f"{name}.emb_layers.1", silu(times))[:, :, None, None]
        h = self._conv(f"{name}.out_layers.3", silu(self._norm(f"{name}.out_layers.0", h, 1e-5)))
        return h + (self._conv(f"{name}.skip_connection", x) if f"{name}.skip_connection.weight" in self.state else x)

    def _transformer(self, name: str, x: Any, context: Any) -> Any:
        from torch.nn.functional import gelu

        batch, width, rows, columns = x.shape
        h = self._norm(f"{name}.norm", x, 1e-6).flatten(2).transpose(1, 2)
        h = self._linear(f"{name}.proj_in", h)
        block = f"{name}.transformer_blocks.0"
        seen = self._layer_norm(f"{block}.norm1", h)
        h = h + self._attention(f"{block}.attn1", seen, seen)
        h = h + self._attention(f"{block}.attn2", self._layer_norm(f"{block}.norm2", h), context)
        value, gate = self._linear(f"{block}.ff.net.0.proj", self._layer_norm(f"{block}.norm3", h)).chunk(2, dim=-1)
        h = h + self._linear(f"{block}.ff.net.2", value * gelu(gate))
        h = self._linear(f"{name}.proj_out", h)
        return x + h.transpose(1, 2).reshape(batch, width, rows, columns)

    def _attention(self, name: str, x: Any, context: Any) -> Any:
        """The original's branch with xformers: no further factor for self-attention."""
        import torch

        heads = self.hyperparameters["num_heads"]

        def split(key: str, value: Any) -> Any:
            found = value @ self.state[f"{name}.{key}.weight"].T
            return found.unflatten(-1, (heads, -1)).transpose(-3, -2)

        q, k, v = split("to_q", x), split("to_k", context), split("to_v", context)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1)
        return self._linear(f"{name}.to_out.0", (weights @ v).transpose(-3, -2).flatten(-2))

    def _linear(self, name: str, x: Any) -> Any:
        return x @ self.state[f"{name}.weight"].T + self.state[f"{name}.bias"]

    def _conv(self, name: str, x: Any, stride: int = 1) -> Any:
        import torch

        weight = self.state[f"{name}.weight"]
        pad = weight.shape[-1] // 2
        return torch.nn.functional.conv2d(x, weight, self.state[f"{name}.bias"], stride=stride, padding=pad)

    def _norm(self, name: str, x: Any, eps: float) -> Any:
        import torch

        return torch.nn.functional.group_norm(x, 32, self.state[f"{name}.weight"], self.state[f"{name}.bias"], eps=eps)

    def _layer_norm(self, name: str, x: Any) -> Any:
        import torch

        return torch.nn.functional.layer_norm(x, x.shape[-1:], self.state[f"{name}.weight"], self.state[f"{name}.bias"])
