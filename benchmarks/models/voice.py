"""TangoFlux as the server runs it, against one prompt at a time in float32 as it was published.

    python -m benchmarks.models.voice [--device cuda] [--clips 8] [--seconds 10] [--steps 50] [--tiny]

Weights are random, at the published size, so that times and memory are those of the real ones; ``--tiny`` tries it all
out on any CPU. Both run the same prompts and seeds in the same process. A clip's time leaves out loading, which is told
apart, and holds text, flow and decoding.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from benchmarks.models.measuring import forget_peak, measured
from server.models.runtime import Runtime, free, resolved
from server.models.voice.tango_flux import voicer as tango_flux
from server.models.voice.tango_flux.voicer import TangoFluxVoicer
from server.pipeline.stages import VoiceRequest
from tests.server.models.tiny.tangoflux import make_tangoflux
from tests.server.models.tiny.words import make_t5_tokenizer
from tests.server.models.voice.tango_flux.published import (
    FLAN_T5_LARGE,
    TANGOFLUX,
    Shapes,
    oobleck_shapes,
    tangoflux_shapes,
)
from tests.server.models.voice.tango_flux.reference import Reference

THINGS = ("dog barking", "fountain", "church bell", "rain", "bird singing", "car engine", "wind", "small stream")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--guidance", type=float, default=4.5)
    parser.add_argument("--tiny", action="store_true", help="a checkpoint of a few megabytes")
    options = parser.parse_args()
    runtime = resolved(device=options.device)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "tangoflux"
        make_tangoflux(folder) if options.tiny else make_full_size(folder)
        requests = [
            VoiceRequest(label=THINGS[n % len(THINGS)], prompt="", duration_s=options.seconds, seed=n)
            for n in range(options.clips)
        ]
        compare(folder, requests, runtime, steps=options.steps, guidance=options.guidance)


def compare(folder: Path, requests: list[VoiceRequest], runtime: Runtime, *, steps: int, guidance: float) -> None:
    """Run the reference and ours in the device's numbers and in float32, and print how they compare."""
    name = (
        torch.cuda.get_device_name() if runtime.device.startswith("cuda") else f"CPU, {torch.get_num_threads()} threads"
    )
    seconds = requests[0].duration_s
    print(f"{len(requests)} clips of {seconds:g} s, {steps} steps, guidance {guidance:g}, {name}\n")
    print("| | s | clips/s | ratio | peak GiB | loading s |\n|---|---:|---:|---:|---:|---:|")
    theirs_s, loading_s, peak = reference_times(folder, requests, runtime, steps=steps, guidance=guidance)
    row("one prompt at a time, float32", len(requests), theirs_s, theirs_s, peak, loading_s)
    for dtype in dict.fromkeys(("float32", runtime.dtype)):
        own = Runtime(device=runtime.device, dtype=dtype)
        ours_s, loading_s, peak = voicer_times(folder, requests, own, steps=steps, guidance=guidance)
        row(f"Sonorama, {dtype}", len(requests), ours_s, theirs_s, peak, loading_s)


def row(name: str, clips: int, took_s: float, theirs_s: float, peak: str, loading_s: float) -> None:
    """One line of the table."""
    print(
        f"| {name} | {took_s:.2f} | {clips / took_s:.2f} | {theirs_s / took_s:.1f} | {peak} | {loading_s:.1f} |",
        flush=True,
    )


def reference_times(
    folder: Path, requests: list[VoiceRequest], runtime: Runtime, *, steps: int, guidance: float
) -> tuple[float, float, str]:
    """Seconds for the clips, seconds for loading, peak memory."""
    forget_peak(runtime)
    with measured(runtime) as whole:
        with measured(runtime) as loading:
            reference = Reference(folder, device=runtime.device)
        for warm_up in (True, False):
            with measured(runtime) as work:
                for request in requests[:1] if warm_up else requests:
                    reference.waveform(
                        tango_flux.audio_prompt(request).text,
                        seconds=request.duration_s,
                        seed=request.seed,
                        steps=2 if warm_up else steps,
                        guidance=guidance,
                    )
    del reference
    free()
    return work["s"], loading["s"], whole["peak"]


def voicer_times(
    folder: Path, requests: list[VoiceRequest], runtime: Runtime, *, steps: int, guidance: float
) -> tuple[float, float, str]:
    """Seconds for the clips, seconds for loading, peak memory."""

    def voicer(steps: int) -> TangoFluxVoicer:
        return TangoFluxVoicer(
            folder,
            folder / "flan-t5-large",
            runtime=runtime,
            revision="random",
            steps=steps,
            guidance=guidance,
        )

    list(voicer(2).voice(requests))
    forget_peak(runtime)
    loading = {"s": 0.0}
    with timed_loading(runtime, loading), measured(runtime) as whole:
        list(voicer(steps).voice(requests))
    return whole["s"] - loading["s"], loading["s"], whole["peak"]


@contextmanager
def timed_loading(runtime: Runtime, total: dict[str, float]) -> Iterator[None]:
    """Add up how long the voice loads its models."""

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **named: Any) -> Any:
            with measured(runtime) as took:
                answer = work(*arguments, **named)
            total["s"] += took["s"]
            return answer

        return instead

    checkpoint = tango_flux.TangoCheckpoint
    kept = checkpoint.__init__, checkpoint.take, checkpoint.tokenizer, tango_flux.load_decoder
    checkpoint.__init__, checkpoint.take, checkpoint.tokenizer, tango_flux.load_decoder = map(timed, kept)
    try:
        yield
    finally:
        checkpoint.__init__, checkpoint.take, checkpoint.tokenizer, tango_flux.load_decoder = kept


def make_full_size(folder: Path) -> None:
    """A folder in the published layout and size, its weights random and small enough not to overflow."""
    (folder / "flan-t5-large").mkdir(parents=True)
    make_t5_tokenizer(folder / "flan-t5-large")
    (folder / "config.json").write_text(json.dumps(TANGOFLUX))
    (folder / "flan-t5-large" / "config.json").write_text(json.dumps(FLAN_T5_LARGE))
    save_random(folder / "tangoflux.safetensors", tangoflux_shapes())
    save_random(folder / "vae.safetensors", oobleck_shapes())


def save_random(path: Path, shapes: Shapes) -> None:
    """Tensors of these shapes: ones for what scales, a little noise for the rest."""
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    tensors = {}
    for key, shape in shapes.items():
        scales = "norm" in key and len(shape) == 1 and key.endswith("weight")
        tensors[key] = torch.ones(shape) if scales else 0.02 * torch.randn(shape, generator=generator)
    save_file(tensors, path)


if __name__ == "__main__":
    main()
