"""The original layout of InternVL's checkpoints, read into transformers' own model without their remote code.

The 1B and 4B of InternVL2.5-MPO exist in this layout only. ``vision_model`` is an InternViT and ``mlp1`` the projector;
``language_model`` is a Qwen2, or in the 2B and 8B an InternLM2: a Llama whose query, key and value are one matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protocol.errors import InputError

if TYPE_CHECKING:
    import torch
    from transformers import InternVLConfig

ORIGINAL = "internvl_chat"
"""The model_type in the config.json of such a folder."""

_LANGUAGE_MODELS = {"qwen2": "qwen2", "internlm2": "llama", "llama": "llama"}
# The fields of a language model's configuration that its weights and arithmetic depend on; others guide generation.
_KEPT = (
    *("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "hidden_act"),
    *("num_key_value_heads", "max_position_embeddings", "rms_norm_eps", "rope_theta", "rope_scaling"),
    *("use_sliding_window", "sliding_window", "max_window_layers", "bos_token_id", "eos_token_id"),
)

_VIT = "model.vision_tower.encoder.layer"
_RENAMED = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^vision_model\.embeddings\.class_embedding$", "model.vision_tower.embeddings.cls_token"),
        (r"^vision_model\.embeddings\.position_embedding$", "model.vision_tower.embeddings.position_embeddings"),
        (r"^vision_model\.embeddings\.patch_embedding\.", "model.vision_tower.embeddings.patch_embeddings.projection."),
        (r"^vision_model\.encoder\.layers\.(\d+)\.attn\.proj\.", rf"{_VIT}.\1.attention.projection_layer."),
        (r"^vision_model\.encoder\.layers\.(\d+)\.attn\.", rf"{_VIT}.\1.attention."),
        (r"^vision_model\.encoder\.layers\.(\d+)\.norm1\.", rf"{_VIT}.\1.layernorm_before."),
        (r"^vision_model\.encoder\.layers\.(\d+)\.norm2\.", rf"{_VIT}.\1.layernorm_after."),
        (r"^vision_model\.encoder\.layers\.(\d+)\.ls([12])$", rf"{_VIT}.\1.lambda_\2"),
        (r"^vision_model\.encoder\.layers\.(\d+)\.", rf"{_VIT}.\1."),
        (r"^mlp1\.0\.", "model.multi_modal_projector.layer_norm."),
        (r"^mlp1\.1\.", "model.multi_modal_projector.linear_1."),
        (r"^mlp1\.3\.", "model.multi_modal_projector.linear_2."),
        (r"^language_model\.(?:lm_head|output)\.", "lm_head."),
        (r"^language_model\.model\.tok_embeddings\.", "model.language_model.embed_tokens."),
        (r"^language_model\.model\.(layers\.\d+)\.attention\.wo\.", r"model.language_model.\1.self_attn.o_proj."),
        (r"^language_model\.model\.(layers\.\d+)\.feed_forward\.w1\.", r"model.language_model.\1.mlp.gate_proj."),
        (r"^language_model\.model\.(layers\.\d+)\.feed_forward\.w2\.", r"model.language_model.\1.mlp.down_proj."),
        (r"^language_model\.model\.(layers\.\d+)\.feed_forward\.w3\.", r"model.language_model.\1.mlp.up_proj."),
        (r"^language_model\.model\.(layers\.\d+)\.attention_norm\.", r"model.language_model.\1.input_layernorm."),
        (r"^language_model\.model\.(layers\.\d+)\.ffn_norm\.", r"model.language_model.\1.post_attention_layernorm."),
        (r"^language_model\.model\.", "model.language_model."),
    )
)
_VISION_QKV = re.compile(r"^vision_model\.encoder\.layers\.(\d+)\.attn\.qkv\.(weight|bias)$")
_LANGUAGE_QKV = re.compile(r"^language_model\.model\.(layers\.\d+)\.attention\.wqkv\.(weight|bias)$")


def native_config(original: Mapping[str, Any], *, image_token: int, tied: bool, where: Path) -> InternVLConfig:
    """The configuration of transformers' model for an original config.json.

    Args:
        original: its content.
        image_token: the number of ``<IMG_CONTEXT>`` in the tokenizer.
        tied: whether the checkpoint has no output matrix of its own.
        where: the folder, for the messages.

    Raises:
        InputError: its parts are not those of an InternVL that is known here.
    """
    from transformers import CONFIG_MAPPING, InternVLConfig, InternVLVisionConfig

    try:
        language, vision = dict(original["llm_config"]), dict(original["vision_config"])
        kind = _language_kind(language)
        text_config = CONFIG_MAPPING[_LANGUAGE_MODELS[kind]](
            **{key: language[key] for key in _KEPT if language.get(key) is not None}, tie_word_embeddings=tied
        )
        size, patch = int(vision["image_size"]), int(vision["patch_size"])
        ratio = float(original.get("downsample_ratio", 0.5))
        return InternVLConfig(
            text_config=text_config,
            vision_config=InternVLVisionConfig(
                hidden_size=vision["hidden_size"],
                num_hidden_layers=vision["num_hidden_layers"],
                num_attention_heads=vision["num_attention_heads"],
                intermediate_size=vision["intermediate_size"],
                hidden_act=vision.get("hidden_act", "gelu"),
                norm_type=vision.get("norm_type", "layer_norm"),
                layer_norm_eps=vision.get("layer_norm_eps", 1e-6),
                attention_bias=vision.get("qkv_bias", True),
                use_qk_norm=vision.get("qk_normalization", False),
                image_size=[size, size],
                patch_size=[patch, patch],
            ),
            image_token_id=image_token,
            image_seq_length=int((size // patch * ratio) ** 2),
            downsample_ratio=ratio,
            vision_feature_layer=original.get("select_layer", -1),
            tie_word_embeddings=tied,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"this is no InternVL that is known here: {error}",
            where=str(where / "config.json"),
            remedy="choose the -hf variant of the model, or one of InternVL2.5",
        ) from None


def native_weights(weights: Mapping[str, torch.Tensor], original: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Weights under transformers' names; fused query, key and value matrices taken apart.

    Args:
        weights: of the original layout.
        original: the original config.json's content.
    """
    return dict(_native(weights, original))


def _native(weights: Mapping[str, torch.Tensor], original: Mapping[str, Any]) -> Iterator[tuple[str, torch.Tensor]]:
    for key, weight in weights.items():
        if vision := _VISION_QKV.match(key):
            place, kind = vision.groups()
            for name, part in zip("qkv", weight.chunk(3), strict=True):
                yield f"{_VIT}.{place}.attention.{name}_proj.{kind}", part.contiguous()
        elif language := _LANGUAGE_QKV.match(key):
            layer, kind = language.groups()
            for name, part in zip("qkv", _ungrouped(weight, original["llm_config"]), strict=True):
                yield f"model.language_model.{layer}.self_attn.{name}_proj.{kind}", part
        else:
            yield next((p.sub(r, key) for p, r in _RENAMED if p.match(key)), key), weight


def _ungrouped(weight: torch.Tensor, language: Mapping[str, Any]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Query, key and value of InternLM2's fused matrix: for each key head its query heads, then the key, the value."""
    heads, groups = int(language["num_attention_heads"]), int(language["num_key_value_heads"])
    fused = weight.reshape(groups, heads // groups + 2, int(language["hidden_size"]) // heads, -1)
    query, key, value = fused[:, :-2], fused[:, -2], fused[:, -1]
    shape = weight.shape[1:]
    return query.reshape(-1, *shape), key.reshape(-1, *shape), value.reshape(-1, *shape)


def _language_kind(language: Mapping[str, Any]) -> str:
    """The kind of the language model, by its type or by its class."""
    named = f"{language.get('model_type', '')} {' '.join(language.get('architectures') or ())}".lower()
    for kind in _LANGUAGE_MODELS:
        if kind in named:
            return kind
    raise ValueError(f"its language model is {named.strip() or 'not named'}")
