"""The layout of the published TangoFlux folder, listed key by key, and files of that size without their weight."""

import json
import struct
from pathlib import Path

TANGOFLUX = {
    "num_layers": 6,
    "num_single_layers": 18,
    "in_channels": 64,
    "attention_head_dim": 128,
    "joint_attention_dim": 1024,
    "num_attention_heads": 8,
    "audio_seq_len": 645,
    "max_duration": 30,
    "uncondition": False,
    "text_encoder_name": "google/flan-t5-large",
}
FLAN_T5_LARGE = {
    "architectures": ["T5ForConditionalGeneration"],
    "d_ff": 2816,
    "d_kv": 64,
    "d_model": 1024,
    "dropout_rate": 0.1,
    "eos_token_id": 1,
    "feed_forward_proj": "gated-gelu",
    "is_encoder_decoder": True,
    "layer_norm_epsilon": 1e-06,
    "model_type": "t5",
    "num_decoder_layers": 24,
    "num_heads": 16,
    "num_layers": 24,
    "pad_token_id": 0,
    "relative_attention_max_distance": 128,
    "relative_attention_num_buckets": 32,
    "tie_word_embeddings": False,
    "use_cache": True,
    "vocab_size": 32128,
}

Shapes = dict[str, tuple[int, ...]]


def linear(name: str, inside: int, outside: int) -> Shapes:
    return {f"{name}.weight": (outside, inside), f"{name}.bias": (outside,)}


def tangoflux_shapes() -> Shapes:
    """Of ``tangoflux.safetensors``: the tied embedding once."""
    width = 1024
    return (
        _flux(width)
        | linear("fc.0", width, width)
        | {"duration_emebdder.time_positional_embedding.0.weights": (128,)}
        | linear("duration_emebdder.time_positional_embedding.1", 257, width)
        | _t5(width)
    )


def _flux(width: int) -> Shapes:
    shapes: Shapes = {}
    for name, inside, outside in (
        ("time_text_embed.timestep_embedder.linear_1", 256, width),
        ("time_text_embed.timestep_embedder.linear_2", width, width),
        ("time_text_embed.text_embedder.linear_1", width, width),
        ("time_text_embed.text_embedder.linear_2", width, width),
        ("context_embedder", width, width),
        ("x_embedder", 64, width),
        ("norm_out.linear", width, 2 * width),
        ("proj_out", width, 64),
    ):
        shapes |= linear(name, inside, outside)
    for number in range(6):
        block = f"transformer_blocks.{number}"
        for name in ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"):
            shapes |= linear(f"{block}.attn.{name}", width, width)
        for name in ("norm_q", "norm_k", "norm_added_q", "norm_added_k"):
            shapes[f"{block}.attn.{name}.weight"] = (128,)
        for name in ("norm1", "norm1_context"):
            shapes |= linear(f"{block}.{name}.linear", width, 6 * width)
        for name in ("ff", "ff_context"):
            shapes |= linear(f"{block}.{name}.net.0.proj", width, 4 * width)
            shapes |= linear(f"{block}.{name}.net.2", 4 * width, width)
    for number in range(18):
        block = f"single_transformer_blocks.{number}"
        for name in ("to_q", "to_k", "to_v"):
            shapes |= linear(f"{block}.attn.{name}", width, width)
        for name in ("norm_q", "norm_k"):
            shapes[f"{block}.attn.{name}.weight"] = (128,)
        shapes |= linear(f"{block}.norm.linear", width, 3 * width)
        shapes |= linear(f"{block}.proj_mlp", width, 4 * width)
        shapes |= linear(f"{block}.proj_out", 5 * width, width)
    return {f"transformer.{key}": shape for key, shape in shapes.items()}


def _t5(width: int) -> Shapes:
    shapes: Shapes = {"shared.weight": (32_128, width), "encoder.final_layer_norm.weight": (width,)}
    shapes["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = (32, 16)
    for number in range(24):
        layer = f"encoder.block.{number}.layer"
        for name in "qkvo":
            shapes[f"{layer}.0.SelfAttention.{name}.weight"] = (width, width)
        shapes[f"{layer}.0.layer_norm.weight"] = (width,)
        for name in ("wi_0", "wi_1"):
            shapes[f"{layer}.1.DenseReluDense.{name}.weight"] = (2816, width)
        shapes[f"{layer}.1.DenseReluDense.wo.weight"] = (width, 2816)
        shapes[f"{layer}.1.layer_norm.weight"] = (width,)
    return {f"text_encoder.{key}": shape for key, shape in shapes.items()}


def oobleck_shapes() -> Shapes:
    """Of ``vae.safetensors``: 44.1 kHz, stereo, 64 channels at a hop of 2048."""
    widths = (128, 128, 256, 512, 1024, 2048)
    strides = (2, 4, 4, 8, 8)
    shapes = (
        _normed("encoder.conv1", 2, 128, 7) | _snake("encoder.snake1", 2048) | _normed("encoder.conv2", 2048, 128, 3)
    )
    shapes |= _normed("decoder.conv1", 64, 2048, 7) | _snake("decoder.snake1", 128)
    shapes |= _normed("decoder.conv2", 128, 2, 7, bias=False)
    for number, stride in enumerate(strides):
        near, far = widths[number], widths[number + 1]
        block = f"encoder.block.{number}"
        shapes |= (
            _units(block, near) | _snake(f"{block}.snake1", near) | _normed(f"{block}.conv1", near, far, 2 * stride)
        )
        block = f"decoder.block.{len(strides) - 1 - number}"
        shapes |= _units(block, near) | _snake(f"{block}.snake1", far)
        # A transposed convolution keeps its inputs first, and is normed along them.
        shapes |= {
            f"{block}.conv_t1.weight_g": (far, 1, 1),
            f"{block}.conv_t1.weight_v": (far, near, 2 * stride),
            f"{block}.conv_t1.bias": (near,),
        }
    return shapes


def _units(block: str, width: int) -> Shapes:
    shapes: Shapes = {}
    for number in (1, 2, 3):
        unit = f"{block}.res_unit{number}"
        shapes |= _snake(f"{unit}.snake1", width) | _snake(f"{unit}.snake2", width)
        shapes |= _normed(f"{unit}.conv1", width, width, 7) | _normed(f"{unit}.conv2", width, width, 1)
    return shapes


def _snake(name: str, width: int) -> Shapes:
    return {f"{name}.alpha": (1, width, 1), f"{name}.beta": (1, width, 1)}


def _normed(name: str, inside: int, outside: int, taps: int, *, bias: bool = True) -> Shapes:
    shapes: Shapes = {f"{name}.weight_g": (outside, 1, 1), f"{name}.weight_v": (outside, inside, taps)}
    return shapes | ({f"{name}.bias": (outside,)} if bias else {})


def sparse_safetensors(path: Path, shapes: Shapes) -> None:
    """A file of float32 tensors of these shapes that are all zero, and take no room on the disk."""
    header, offset = {}, 0
    for key, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[key] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + offset)
