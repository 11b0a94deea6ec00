"""Eight views through Grounding DINO and InternVL, batched as the stages do, beside one view at a time in float32.

    uv run --all-extras python -m benchmarks.models.see [--tiny] [--views 8] [--size 2B] [--tokens 128]

The weights are random and of full size, so times and memory mean something and answers nothing. Loading is not counted.
Beside each other are the straightforward loop (processor, model and post-processing for each view) and the stage. With
``--tiny`` the models are small enough to try this out on a CPU.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from itertools import chain
from string import ascii_lowercase
from typing import Any

import numpy as np
import torch
import transformers

from benchmarks.models.measuring import forget_peak, measured
from server.models.describe.internvl.checkpoint import LoadedInternVL
from server.models.describe.internvl.inputs import Inputs
from server.models.describe.question import QUESTION
from server.models.describe.vocabulary import VOCABULARY
from server.models.ground.grounding_dino import LoadedDetector
from server.models.ground.preprocessing import Preprocessor
from server.models.runtime import Runtime, free, in_batches, resolved
from server.pipeline.views import Picture, View

PHRASES = [entry.phrase for entry in VOCABULARY[:12]]
# Hidden size, layers, heads, key heads, inner size and words of the language models.
LANGUAGE = {"1B": (896, 24, 14, 2, 4864, 151_674), "2B": (2048, 24, 16, 8, 8192, 92_553)}
TINY = (32, 2, 4, 2, 48, 92_553)


def views(count: int, size_px: int) -> list[Picture]:
    """Views of noise."""
    rng = np.random.default_rng(0)
    view = View(name="view", projection="perspective", width_px=size_px, height_px=size_px, hfov_deg=90.0)
    return [
        Picture(pixels=rng.integers(0, 255, (size_px, size_px, 3)).astype(np.uint8), view=view) for _ in range(count)
    ]


def random_detector(runtime: Runtime, *, tiny: bool) -> LoadedDetector:
    """A random Grounding DINO tiny, or one that is tinier."""
    small = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "num_queries": 20, "encoder_attention_heads": 4}
    small |= {"decoder_attention_heads": 4, "encoder_ffn_dim": 48, "decoder_ffn_dim": 48}
    swin = {"embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [2, 2, 2, 2]} if tiny else {"embed_dim": 96}
    bert = (
        {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48} if tiny else {}
    )
    config = transformers.GroundingDinoConfig(
        backbone_config={"model_type": "swin", "out_indices": [2, 3, 4], **swin},
        text_config={"model_type": "bert", **bert},
        **(small if tiny else {}),
    )
    places = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
    letters = iter([*ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase)])
    words = {places.get(place) or next(letters, f"[unused{place}]"): place for place in range(1_100)}
    side_px = 96 if tiny else 800
    with torch.device(runtime.device):
        model = transformers.GroundingDinoForObjectDetection(config)
    return LoadedDetector(
        model=model.eval(),
        tokenizer=transformers.BertTokenizer(vocab=words, model_max_length=512),
        preprocessor=Preprocessor.of(processor_of_pictures(side_px)),
        runtime=runtime,
    )


def processor_of_pictures(side_px: int) -> transformers.GroundingDinoImageProcessorPil:
    """The published preparation, at another size."""
    return transformers.GroundingDinoImageProcessorPil(size={"shortest_edge": side_px, "longest_edge": 1333})


def random_internvl(runtime: Runtime, size: str, *, tiny: bool) -> LoadedInternVL:
    """A random InternVL."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    hidden, layers, heads, groups, inner, words = TINY if tiny else LANGUAGE[size]
    tokenizer = transformers.Qwen2Tokenizer(
        vocab={letter: place for place, letter in enumerate(bytes_to_unicode().values())},
        merges=[],
        padding_side="left",
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>"]})
    vision = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    config = transformers.InternVLConfig(
        text_config=transformers.LlamaConfig(
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=groups,
            intermediate_size=inner,
            vocab_size=words,
        ),
        vision_config={"attention_bias": True, **(vision if tiny else {})},
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        tie_word_embeddings=False,
    )
    with torch.device(runtime.device):
        model = transformers.InternVLForConditionalGeneration(config).to(runtime.torch_dtype).eval()
    images = transformers.GotOcr2ImageProcessorPil(size={"height": 448, "width": 448})
    inputs = Inputs(tokenizer=tokenizer, images=images, tokens_per_tile=256, most_tiles=1 if tiny else 4, original=True)
    return LoadedInternVL(model=model, inputs=inputs, ends=())


def grounded_one_by_one(detector: LoadedDetector, windows: list[Picture]) -> None:
    """As the models' documentation does it."""
    processor = transformers.GroundingDinoProcessor(
        processor_of_pictures(detector.preprocessor.shortest_px), detector.tokenizer
    )
    for window in windows:
        inputs = processor(images=window.pixels, text=[PHRASES], return_tensors="pt").to(detector.runtime.device)
        with torch.inference_mode():
            outputs = detector.model(**inputs)
        processor.post_process_grounded_object_detection(outputs, threshold=0.3, target_sizes=[window.pixels.shape[:2]])


def grounded(detector: LoadedDetector, windows: list[Picture]) -> None:
    """As the stage does it."""
    prompts = detector.prompts(PHRASES)
    list(in_batches(windows, lambda batch: detector.detections(batch, prompts, threshold=0.3), size=8))


def timed(work: Callable[[], object], runtime: Runtime, *, repeats: int) -> tuple[float, str]:
    """Median seconds, after one run to warm up, and peak GiB."""
    work()
    forget_peak(runtime)
    seconds = []
    for _ in range(repeats):
        with measured(runtime) as run:
            work()
        seconds.append(run["s"])
    return float(np.median(seconds)), run["peak"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--views", type=int, default=8)
    parser.add_argument("--size", choices=sorted(LANGUAGE), default="2B", help="of InternVL")
    parser.add_argument("--tokens", type=int, default=128, help="how long InternVL's answers are")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tiny", action="store_true")
    asked = parser.parse_args()
    runtime = resolved(device=asked.device)
    exact = Runtime(device=runtime.device, dtype="float32")
    windows = views(asked.views, 128 if asked.tiny else 896)
    print(f"{asked.views} views on {runtime.device}, stages in {runtime.dtype}, one by one in float32")
    print(f"{'':<18}{'one by one s':>14}{'stage s':>10}{'ratio':>8}{'one by one GiB':>16}{'stage GiB':>11}")

    def answers(model: LoadedInternVL, groups: list[list[Picture]]) -> list[str]:
        return list(chain(*(model.answers(group, QUESTION, max_new_tokens=asked.tokens) for group in groups)))

    def row(
        name: str, make: Callable[[Runtime], Any], single: Callable[[Any], object], stage: Callable[[Any], object]
    ) -> None:
        figures = []
        for made_for, work in ((exact, single), (runtime, stage)):
            model = make(made_for)
            figures.append(timed(partial(work, model), made_for, repeats=asked.repeats))
            del model
            free()
        (single_s, single_gib), (stage_s, stage_gib) = figures
        print(f"{name:<18}{single_s:>14.3f}{stage_s:>10.3f}{single_s / stage_s:>8.2f}", end="")
        print(f"{single_gib:>16}{stage_gib:>11}")

    row(
        "Grounding DINO",
        lambda made_for: random_detector(made_for, tiny=asked.tiny),
        lambda loaded: grounded_one_by_one(loaded, windows),
        lambda loaded: grounded(loaded, windows),
    )
    row(
        f"InternVL {'tiny' if asked.tiny else asked.size}",
        lambda made_for: random_internvl(made_for, asked.size, tiny=asked.tiny),
        lambda loaded: answers(loaded, [[window] for window in windows]),
        lambda loaded: answers(loaded, [windows]),
    )


if __name__ == "__main__":
    main()
