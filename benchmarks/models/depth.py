"""DepthFM as the server runs it, against one view at a time in float32 as it was published.

    python -m benchmarks.models.depth [--device cuda] [--views 8] [--steps 2] [--ensemble 4] [--size 512] [--tiny]

Weights are random, at the published size, so that times and memory are those of the real ones; ``--tiny`` tries it all
out on any CPU. One view at a time goes through the same UNet of diffusers as ours, its ensemble as one batch, as
published. A run's time leaves out loading, which is told apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from benchmarks.models.measuring import forget_peak, measured
from server.models.depth.depth_fm import DepthFM
from server.models.depth.depth_fm_file import read_depth_fm_file
from server.models.runtime import Runtime, free, resolved
from server.pipeline.views import Picture, View
from tests.server.models.depth.ldm import PUBLISHED
from tests.server.models.depth.vae import SD15_VAE, vae_shapes
from tests.server.models.tiny.depthfm import make_depthfm, save_checkpoint


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--ensemble", type=int, default=4)
    parser.add_argument("--size", type=int, default=512, help="pixels a side, a multiple of 64")
    parser.add_argument("--tiny", action="store_true", help="a checkpoint of a few megabytes")
    options = parser.parse_args()
    runtime = resolved(device=options.device)
    windows = [picture(number, options.size) for number in range(options.views)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "depthfm"
        make_depthfm(folder) if options.tiny else make_full_size(folder)
        compare(folder, windows, runtime, options)


def compare(folder: Path, windows: list[Picture], runtime: Runtime, options: argparse.Namespace) -> None:
    """Run the reference in float32 and ours in float32 and the device's numbers, and print how they compare."""
    on_gpu = runtime.device.startswith("cuda")
    name = torch.cuda.get_device_name() if on_gpu else f"CPU, {torch.get_num_threads()} threads"
    print(f"{len(windows)} views of {options.size} px, {options.steps} steps, ensemble of {options.ensemble}, {name}\n")
    print("| | s | views/s | ratio | peak GiB | loading s |\n|---|---:|---:|---:|---:|---:|")
    theirs_s, loading_s, peak, expected = reference_run(folder, windows, runtime, options)
    row("one view at a time, float32", len(windows), theirs_s, theirs_s, peak, loading_s)
    errors = []
    for dtype in dict.fromkeys(("float32", runtime.dtype)):
        own = Runtime(device=runtime.device, dtype=dtype)
        ours_s, loading_s, peak, found = own_run(folder, windows, own, options)
        row(f"Sonorama, {dtype}", len(windows), ours_s, theirs_s, peak, loading_s)
        spread = np.mean([np.std(value) for value in expected])
        errors.append(f"{dtype} {np.sqrt(np.mean((np.stack(found) - np.stack(expected)) ** 2)) / spread:.1e}")
    print(f"\nroot mean square difference from one at a time, in standard deviations of depth: {', '.join(errors)}")


def row(name: str, views: int, took_s: float, theirs_s: float, peak: str, loading_s: float) -> None:
    """One line of the table."""
    print(
        f"| {name} | {took_s:.2f} | {views / took_s:.2f} | {theirs_s / took_s:.1f} | {peak} | {loading_s:.1f} |",
        flush=True,
    )


def reference_run(
    folder: Path, windows: list[Picture], runtime: Runtime, options: argparse.Namespace
) -> tuple[float, float, str, list[Any]]:
    """Seconds for the views, seconds for loading, peak memory, and what was found."""
    from diffusers import AutoencoderKL

    forget_peak(runtime)
    with measured(runtime) as whole:
        with measured(runtime) as loading:
            file = read_depth_fm_file(folder / "depthfm-v1.ckpt", device=runtime.device, dtype=torch.float32)
            vae = AutoencoderKL.from_pretrained(folder / "vae").to(runtime.device).eval()
        one_view(windows[0], file, vae, options)
        with measured(runtime) as work:
            found = [one_view(window, file, vae, options) for window in windows]
    del file, vae
    free()
    return work["s"], loading["s"], whole["peak"], found


def one_view(window: Picture, file: Any, vae: Any, options: argparse.Namespace) -> Any:
    """The logarithm of depth of one view, as published."""
    with torch.no_grad():
        pixels = torch.tensor(window.pixels).to(vae.device).permute(2, 0, 1)[None].float() / 127.5 - 1
        z = vae.encode(pixels.repeat(options.ensemble, 1, 1, 1)).latent_dist.mode() * 0.18215
        share = 1 / (1 + (np.tan(np.pi * file.noising_step / 2000) + 1e-5) ** 2)
        noise = torch.stack(
            [
                torch.randn(z.shape[1:], generator=torch.Generator().manual_seed(member))
                for member in range(options.ensemble)
            ]
        )
        x = share**0.5 * z + (1 - share) ** 0.5 * noise.to(z.device)
        text = file.empty_text.repeat(options.ensemble, 1, 1)
        for step in range(options.steps):
            x = x + file.unet(torch.cat([x, z], dim=1), step / options.steps, text).sample / options.steps
        return vae.decode(x / 0.18215).sample.mean(dim=(0, 1)).cpu().numpy()


def own_run(
    folder: Path, windows: list[Picture], runtime: Runtime, options: argparse.Namespace
) -> tuple[float, float, str, list[Any]]:
    """Seconds for the views, seconds for loading, peak memory, and what was found."""
    model = DepthFM(
        folder / "depthfm-v1.ckpt",
        folder / "vae",
        runtime=runtime,
        revision="random",
        steps=options.steps,
        ensemble=options.ensemble,
        size_px=options.size,
    )
    list(model.predict_log_depth(windows))
    forget_peak(runtime)
    loading = {"s": 0.0}
    load = model._loaded

    def timed() -> Any:
        with measured(runtime) as took:
            network = load()
        loading["s"] = took["s"]
        return network

    with patch.object(model, "_loaded", timed), measured(runtime) as whole:
        found = list(model.predict_log_depth(windows))
    return whole["s"] - loading["s"], loading["s"], whole["peak"], found


def picture(number: int, size_px: int) -> Picture:
    """Noise: what a view shows changes no time."""
    pixels = np.random.default_rng(number).integers(0, 256, (size_px, size_px, 3), dtype=np.uint8)
    view = View(name=f"view-{number}", projection="perspective", width_px=size_px, height_px=size_px, hfov_deg=90.0)
    return Picture(pixels=pixels, view=view)


def make_full_size(folder: Path) -> None:
    """A folder in the published layout and size, its weights random."""
    from safetensors.torch import save_file

    (folder / "vae").mkdir(parents=True)
    (folder / "vae" / "config.json").write_text(json.dumps(SD15_VAE))
    generator = torch.Generator().manual_seed(0)
    tensors = {}
    for key, shape in vae_shapes().items():
        scales = "norm" in key and key.endswith("weight")
        drawn = torch.randn(shape, generator=generator) / max(1, int(np.prod(shape[1:]))) ** 0.5
        tensors[key] = torch.ones(shape) if scales else 0.5 * drawn
    save_file(tensors, folder / "vae" / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})
    save_checkpoint(folder / "depthfm-v1.ckpt", PUBLISHED, tokens=77)


if __name__ == "__main__":
    main()
