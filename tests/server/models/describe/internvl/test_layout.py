"""Every weight of the published full-size InternVLs has its place, none is missing: on the meta device.

The names and shapes are enumerated here from the models' published sizes, in the spelling of either layout.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from server.models.describe.internvl.layout import native_config, native_weights

Shapes = dict[str, tuple[int, ...]]
VISION = {"width": 1024, "layers": 24, "inner": 4096, "side": 448 // 14}
# hidden, layers, heads, key heads, inner, words
LANGUAGE = {
    "1B": ("qwen2", 896, 24, 14, 2, 4864, 151_674),
    "2B": ("internlm2", 2048, 24, 16, 8, 8192, 92_553),
    "4B": ("qwen2", 2048, 36, 16, 2, 11_008, 151_674),
    "8B": ("internlm2", 4096, 32, 32, 8, 14_336, 92_553),
}
MILLIONS = {"1B": 938, "2B": 2206, "4B": 3713, "8B": 8075}


def linear(name: str, out: int, into: int, *, bias: bool = True) -> Shapes:
    return {f"{name}.weight": (out, into)} | ({f"{name}.bias": (out,)} if bias else {})


def norm(name: str, size: int) -> Shapes:
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def hf(size: str) -> Iterator[Shapes]:
    """As the -hf files spell them."""
    kind, hidden, layers, heads, groups, inner, words = LANGUAGE[size]
    width, root = VISION["width"], "vision_tower"
    patches = f"{root}.embeddings.patch_embeddings.projection"
    yield {f"{root}.embeddings.cls_token": (1, 1, width)}
    yield {f"{root}.embeddings.position_embeddings": (1, VISION["side"] ** 2 + 1, width)}
    yield {f"{patches}.weight": (width, 3, 14, 14), f"{patches}.bias": (width,)}
    for place in range(VISION["layers"]):
        layer = f"{root}.encoder.layer.{place}"
        for part in ("q_proj", "k_proj", "v_proj", "projection_layer"):
            yield linear(f"{layer}.attention.{part}", width, width)
        yield linear(f"{layer}.mlp.fc1", VISION["inner"], width) | linear(f"{layer}.mlp.fc2", width, VISION["inner"])
        yield norm(f"{layer}.layernorm_before", width) | norm(f"{layer}.layernorm_after", width)
        yield {f"{layer}.lambda_1": (width,), f"{layer}.lambda_2": (width,)}
    yield norm("multi_modal_projector.layer_norm", 4 * width)
    yield linear("multi_modal_projector.linear_1", hidden, 4 * width)
    yield linear("multi_modal_projector.linear_2", hidden, hidden)
    yield {"language_model.model.embed_tokens.weight": (words, hidden), "language_model.model.norm.weight": (hidden,)}
    yield {"language_model.lm_head.weight": (words, hidden)}
    head = hidden // heads
    for place in range(layers):
        layer = f"language_model.model.layers.{place}"
        yield linear(f"{layer}.self_attn.q_proj", hidden, hidden, bias=kind == "qwen2")
        for part in ("k_proj", "v_proj"):
            yield linear(f"{layer}.self_attn.{part}", groups * head, hidden, bias=kind == "qwen2")
        yield linear(f"{layer}.self_attn.o_proj", hidden, hidden, bias=False)
        yield linear(f"{layer}.mlp.gate_proj", inner, hidden, bias=False)
        yield linear(f"{layer}.mlp.up_proj", inner, hidden, bias=False)
        yield linear(f"{layer}.mlp.down_proj", hidden, inner, bias=False)
        yield {f"{layer}.input_layernorm.weight": (hidden,), f"{layer}.post_attention_layernorm.weight": (hidden,)}


def original(size: str) -> Iterator[Shapes]:
    """As the original files spell them."""
    kind, hidden, layers, heads, groups, inner, words = LANGUAGE[size]
    width, root = VISION["width"], "vision_model"
    yield {f"{root}.embeddings.class_embedding": (1, 1, width)}
    yield {f"{root}.embeddings.position_embedding": (1, VISION["side"] ** 2 + 1, width)}
    yield {f"{root}.embeddings.patch_embedding.weight": (width, 3, 14, 14)}
    yield {f"{root}.embeddings.patch_embedding.bias": (width,)}
    for place in range(VISION["layers"]):
        layer = f"{root}.encoder.layers.{place}"
        yield linear(f"{layer}.attn.qkv", 3 * width, width) | linear(f"{layer}.attn.proj", width, width)
        yield linear(f"{layer}.mlp.fc1", VISION["inner"], width) | linear(f"{layer}.mlp.fc2", width, VISION["inner"])
        yield norm(f"{layer}.norm1", width) | norm(f"{layer}.norm2", width)
        yield {f"{layer}.ls1": (width,), f"{layer}.ls2": (width,)}
    yield norm("mlp1.0", 4 * width) | linear("mlp1.1", hidden, 4 * width) | linear("mlp1.3", hidden, hidden)
    yield {"language_model.model.norm.weight": (hidden,)}
    head = hidden // heads
    if kind == "qwen2":
        for shapes in hf(size):
            yield {name: shape for name, shape in shapes.items() if name.startswith("language_model.model.layers.")}
        yield {
            "language_model.model.embed_tokens.weight": (words, hidden),
            "language_model.lm_head.weight": (words, hidden),
        }
        return
    yield {
        "language_model.model.tok_embeddings.weight": (words, hidden),
        "language_model.output.weight": (words, hidden),
    }
    for place in range(layers):
        layer = f"language_model.model.layers.{place}"
        yield linear(f"{layer}.attention.wqkv", (heads + 2 * groups) * head, hidden, bias=False)
        yield linear(f"{layer}.attention.wo", hidden, hidden, bias=False)
        for part, out, into in (("w1", inner, hidden), ("w2", hidden, inner), ("w3", inner, hidden)):
            yield linear(f"{layer}.feed_forward.{part}", out, into, bias=False)
        yield {f"{layer}.attention_norm.weight": (hidden,), f"{layer}.ffn_norm.weight": (hidden,)}


def merged(parts: Iterator[Shapes]) -> dict[str, torch.Tensor]:
    shapes: Shapes = {}
    for part in parts:
        assert not set(part) & set(shapes)
        shapes |= part
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def original_config(size: str) -> dict[str, Any]:
    """The content of config.json, in so far as it tells the shapes and the arithmetic."""
    kind, hidden, layers, heads, groups, inner, words = LANGUAGE[size]
    return {
        "model_type": "internvl_chat",
        "downsample_ratio": 0.5,
        "force_image_size": 448,
        "select_layer": -1,
        "llm_config": {
            "architectures": ["Qwen2ForCausalLM" if kind == "qwen2" else "InternLM2ForCausalLM"],
            "model_type": kind,
            "hidden_size": hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "num_key_value_heads": groups,
            "intermediate_size": inner,
            "vocab_size": words,
            "hidden_act": "silu",
            "max_position_embeddings": 32_768,
            "rms_norm_eps": 1e-6 if kind == "qwen2" else 1e-5,
            "rope_theta": 1_000_000.0,
            "rope_scaling": None if kind == "qwen2" else {"factor": 2.0, "type": "dynamic"},
            "sliding_window": 32_768,
            "use_sliding_window": False,
            "tie_word_embeddings": False,
        },
        "vision_config": {
            "model_type": "intern_vit_6b",
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-6,
            "norm_type": "layer_norm",
            "qkv_bias": True,
            "qk_normalization": False,
            "image_size": 448,
            "patch_size": 14,
        },
    }


def problems(config: Any, weights: dict[str, torch.Tensor]) -> tuple[Any, dict[str, list[Any]]]:
    model, report = transformers.InternVLForConditionalGeneration.from_pretrained(
        None, config=config, state_dict=weights, device_map="meta", dtype=torch.float32, output_loading_info=True
    )
    return model, {problem: list(keys) for problem, keys in report.items() if keys}


@pytest.mark.parametrize("size", ["2B", "8B"])
def test_every_weight_of_an_hf_checkpoint_has_its_place(size: str) -> None:
    weights = merged(hf(size))
    assert round(sum(math.prod(weight.shape) for weight in weights.values()) / 1e6) == MILLIONS[size]
    _, hidden, layers, heads, groups, inner, words = LANGUAGE[size]
    config = transformers.InternVLConfig(
        text_config=transformers.LlamaConfig(
            hidden_size=hidden,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=groups,
            intermediate_size=inner,
            vocab_size=words,
            tie_word_embeddings=False,
        ),
        vision_config={"attention_bias": True},
        tie_word_embeddings=False,
    )
    assert problems(config, weights)[1] == {}


@pytest.mark.parametrize("size", ["1B", "2B", "4B", "8B"])
def test_every_weight_of_an_original_checkpoint_has_its_place(size: str) -> None:
    weights = merged(original(size))
    assert round(sum(math.prod(weight.shape) for weight in weights.values()) / 1e6) == MILLIONS[size]
    content = original_config(size)
    config = native_config(content, image_token=7, tied=False, where=Path(size))
    model, report = problems(config, native_weights(weights, content))
    assert report == {}
    assert (model.config.image_seq_length, model.config.image_token_id) == (256, 7)
    assert model.config.text_config.rope_parameters["rope_theta"] == 1_000_000.0
    assert model.config.text_config.rms_norm_eps == content["llm_config"]["rms_norm_eps"]
    if LANGUAGE[size][0] == "internlm2":
        assert model.config.text_config.rope_parameters["rope_type"] == "dynamic"
        assert model.config.text_config.rope_parameters["factor"] == 2.0


def test_a_checkpoint_without_an_output_matrix_uses_its_embedding() -> None:
    content = original_config("1B")
    weights = native_weights(merged(original("1B")), content)
    del weights["lm_head.weight"]
    assert problems(native_config(content, image_token=7, tied=True, where=Path("1B")), weights)[1] == {}
