"""Every weight of the published full-size checkpoints has its place, none is missing: on the meta device.

The names and shapes are enumerated here from the papers' sizes, in the spelling of the published files.
"""

from collections.abc import Iterator

import pytest

Shapes = dict[str, tuple[int, ...]]
WIDTH, FEED_FORWARD, LAYERS, LEVELS, QUERIES = 256, 2048, 6, 4, 900
TINY = {"width": 96, "depths": (2, 2, 6, 2), "heads": (3, 6, 12, 24), "window": 7}
BASE = {"width": 128, "depths": (2, 2, 18, 2), "heads": (4, 8, 16, 32), "window": 12}


def linear(name: str, out: int, into: int) -> Shapes:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def norm(name: str, size: int) -> Shapes:
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def swin(width: int, depths: tuple[int, ...], heads: tuple[int, ...], window: int) -> Iterator[Shapes]:
    root = "model.backbone.conv_encoder.model"
    patches = f"{root}.embeddings.patch_embeddings.projection"
    yield {f"{patches}.weight": (width, 3, 4, 4), f"{patches}.bias": (width,)}
    yield norm(f"{root}.embeddings.norm", width)
    for stage, depth in enumerate(depths):
        size = width * 2**stage
        for place in range(depth):
            block = f"{root}.encoder.layers.{stage}.blocks.{place}"
            yield norm(f"{block}.layernorm_before", size) | norm(f"{block}.layernorm_after", size)
            for part in ("query", "key", "value"):
                yield linear(f"{block}.attention.self.{part}", size, size)
            yield {
                f"{block}.attention.self.relative_position_bias_table": ((2 * window - 1) ** 2, heads[stage]),
                f"{block}.attention.self.relative_position_index": (window**2, window**2),
            }
            yield linear(f"{block}.attention.output.dense", size, size)
            yield linear(f"{block}.intermediate.dense", 4 * size, size) | linear(
                f"{block}.output.dense", size, 4 * size
            )
        if stage < 3:
            down = f"{root}.encoder.layers.{stage}.downsample"
            yield {f"{down}.reduction.weight": (2 * size, 4 * size)}
            yield norm(f"{down}.norm", 4 * size)
        if stage > 0:
            yield norm(f"{root}.hidden_states_norms.stage{stage + 1}", size)


def bert(size: int = 768, layers: int = 12, words: int = 30_522) -> Iterator[Shapes]:
    root = "model.text_backbone"
    for name, rows in (("word", words), ("position", 512), ("token_type", 2)):
        yield {f"{root}.embeddings.{name}_embeddings.weight": (rows, size)}
    yield norm(f"{root}.embeddings.LayerNorm", size)
    for place in range(layers):
        layer = f"{root}.encoder.layer.{place}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            yield linear(f"{layer}.attention.{part}", size, size)
        yield linear(f"{layer}.intermediate.dense", 4 * size, size) | linear(f"{layer}.output.dense", size, 4 * size)
        yield norm(f"{layer}.attention.output.LayerNorm", size) | norm(f"{layer}.output.LayerNorm", size)


def attention(name: str, size: int = WIDTH) -> Iterator[Shapes]:
    for part in ("query", "key", "value", "out_proj"):
        yield linear(f"{name}.{part}", size, size)


def deformable(name: str, heads: int = 8, points: int = 4) -> Iterator[Shapes]:
    yield linear(f"{name}.sampling_offsets", heads * LEVELS * points * 2, WIDTH)
    yield linear(f"{name}.attention_weights", heads * LEVELS * points, WIDTH)
    yield linear(f"{name}.value_proj", WIDTH, WIDTH) | linear(f"{name}.output_proj", WIDTH, WIDTH)


def feed_forward(name: str, inner: int) -> Shapes:
    return linear(f"{name}.fc1", inner, WIDTH) | linear(f"{name}.fc2", WIDTH, inner)


def head(name: str, out: int, into: int = WIDTH, layers: int = 3) -> Iterator[Shapes]:
    for place in range(layers):
        first, last = place == 0, place == layers - 1
        yield linear(f"{name}.layers.{place}", out if last else WIDTH, into if first else WIDTH)


def detector(width: int) -> Iterator[Shapes]:
    for level in range(LEVELS):
        channels = width * 2 ** min(level + 1, 3)
        kernel = (3, 3) if level == LEVELS - 1 else (1, 1)
        name = f"model.input_proj_vision.{level}"
        yield {f"{name}.0.weight": (WIDTH, channels, *kernel), f"{name}.0.bias": (WIDTH,)}
        yield norm(f"{name}.1", WIDTH)
    yield linear("model.text_projection", WIDTH, 768)
    yield {"model.query_position_embeddings.weight": (QUERIES, WIDTH), "model.level_embed": (LEVELS, WIDTH)}
    for place in range(LAYERS):
        layer = f"model.encoder.layers.{place}"
        yield from attention(f"{layer}.text_enhancer_layer.self_attn")
        yield feed_forward(f"{layer}.text_enhancer_layer", FEED_FORWARD // 2)
        for side in ("before", "after"):
            yield norm(f"{layer}.text_enhancer_layer.layer_norm_{side}", WIDTH)
        for side in ("vision", "text"):
            fusion = f"{layer}.fusion_layer"
            yield linear(f"{fusion}.attn.{side}_proj", FEED_FORWARD // 2, WIDTH)
            yield linear(f"{fusion}.attn.values_{side}_proj", FEED_FORWARD // 2, WIDTH)
            yield linear(f"{fusion}.attn.out_{side}_proj", WIDTH, FEED_FORWARD // 2)
            yield norm(f"{fusion}.layer_norm_{side}", WIDTH) | {f"{fusion}.{side}_param": (WIDTH,)}
        yield from deformable(f"{layer}.deformable_layer.self_attn")
        yield feed_forward(f"{layer}.deformable_layer", FEED_FORWARD)
        yield norm(f"{layer}.deformable_layer.self_attn_layer_norm", WIDTH)
        yield norm(f"{layer}.deformable_layer.final_layer_norm", WIDTH)
    for place in range(LAYERS):
        layer = f"model.decoder.layers.{place}"
        yield from attention(f"{layer}.self_attn")
        yield from attention(f"{layer}.encoder_attn_text")
        yield from deformable(f"{layer}.encoder_attn")
        yield feed_forward(layer, FEED_FORWARD)
        for part in ("self_attn", "encoder_attn_text", "encoder_attn", "final"):
            yield norm(f"{layer}.{part}_layer_norm", WIDTH)
    yield norm("model.decoder.layer_norm", WIDTH)
    yield from head("model.decoder.reference_points_head", WIDTH, into=2 * WIDTH, layers=2)
    yield linear("model.enc_output", WIDTH, WIDTH) | norm("model.enc_output_norm", WIDTH)
    yield from head("model.encoder_output_bbox_embed", 4)
    yield from head("bbox_embed.0", 4)  # the others are this one


def published(size: dict[str, object], *, mm: bool = False) -> Shapes:
    shapes: Shapes = {}
    for part in (*swin(**size), *bert(), *detector(size["width"])):  # type: ignore[arg-type]
        assert not set(part) & set(shapes)
        shapes |= part
    biases: Shapes = {"class_embed.0.bias": (), "model.encoder_output_class_embed.bias": ()} if mm else {}
    return shapes | biases


@pytest.mark.parametrize(
    ("size", "mm", "millions"),
    [(TINY, False, 172), (BASE, False, 232), (TINY, True, 172)],
    ids=["tiny", "base", "mm-tiny"],
)
def test_every_published_weight_has_its_place(size: dict[str, object], mm: bool, millions: int) -> None:
    import math

    import torch
    import transformers

    shapes = published(size, mm=mm)
    parameters = sum(math.prod(shape) for name, shape in shapes.items() if "position_index" not in name)
    assert round(parameters / 1e6) == millions
    kind = transformers.MMGroundingDinoConfig if mm else transformers.GroundingDinoConfig
    config = kind(
        backbone_config={
            "model_type": "swin",
            "embed_dim": size["width"],
            "depths": list(size["depths"]),  # type: ignore[call-overload]
            "num_heads": list(size["heads"]),  # type: ignore[call-overload]
            "window_size": size["window"],
            "out_indices": [2, 3, 4],
        },
        text_config={"model_type": "bert"},
    )
    name = "MMGroundingDinoForObjectDetection" if mm else "GroundingDinoForObjectDetection"
    _, report = getattr(transformers, name).from_pretrained(
        None,
        config=config,
        state_dict={key: torch.empty(shape, device="meta") for key, shape in shapes.items()},
        device_map="meta",
        dtype=torch.float32,
        output_loading_info=True,
    )
    assert {problem: list(keys) for problem, keys in report.items() if keys} == {}
