"""The denoiser of latent diffusion by the names of its original code, mapped to the UNet of diffusers.

R. Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Hyperparameters for which diffusers' UNet has one value only, which is also the default of the original code.
_FIXED: dict[str, Any] = {
    "conv_resample": True,
    "dims": 2,
    "num_classes": None,
    "use_scale_shift_norm": False,
    "resblock_updown": False,
    "n_embed": None,
    "num_attention_blocks": None,
    "disable_middle_self_attn": False,
    "adm_in_channels": None,
}


def unet_config(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of diffusers' ``UNet2DConditionModel``.

    Args:
        hyperparameters: the arguments of the original ``UNetModel``, which determine its keys and sizes:
            ``model_channels`` times ``channel_mult`` are the widths, ``attention_resolutions`` the downsamplings at
            which there is attention, and either ``num_heads`` or the width of a head, ``num_head_channels``, is given.

    Raises:
        ValueError: a hyperparameter is missing, or has a value that the UNet of diffusers doesn't know.
    """
    for name, only in _FIXED.items():
        if hyperparameters.get(name, only) != only:
            raise ValueError(f"{name} = {hyperparameters[name]!r}, where only {only!r} is known")
    if not hyperparameters.get("use_spatial_transformer", False):
        raise ValueError("use_spatial_transformer is not set, and only spatial transformers are known")
    if any(hyperparameters.get("disable_self_attentions") or ()):
        raise ValueError("disable_self_attentions is set, and only transformers with self-attention are known")
    channels = _size(hyperparameters, "model_channels")
    multiples = _sizes(hyperparameters.get("channel_mult", (1, 2, 4, 8)), "channel_mult")
    widths = tuple(channels * multiple for multiple in multiples)
    at = _sizes(hyperparameters.get("attention_resolutions"), "attention_resolutions")
    attentive = [2**level in at for level in range(len(widths))]
    heads = _heads(hyperparameters, widths)
    return {
        "in_channels": _size(hyperparameters, "in_channels"),
        "out_channels": _size(hyperparameters, "out_channels"),
        "block_out_channels": widths,
        "layers_per_block": _same(hyperparameters.get("num_res_blocks"), "num_res_blocks"),
        "down_block_types": tuple("CrossAttnDownBlock2D" if here else "DownBlock2D" for here in attentive),
        "up_block_types": tuple("CrossAttnUpBlock2D" if here else "UpBlock2D" for here in reversed(attentive)),
        "cross_attention_dim": _same(hyperparameters.get("context_dim"), "context_dim"),
        "transformer_layers_per_block": _same(hyperparameters.get("transformer_depth", 1), "transformer_depth"),
        # By this name diffusers means how many heads there are.
        "attention_head_dim": heads,
        "use_linear_projection": bool(hyperparameters.get("use_linear_in_transformer", False)),
        "flip_sin_to_cos": True,
        "freq_shift": 0,
    }


def diffusers_names(keys: Sequence[str], *, layers_per_block: int) -> dict[str, str]:
    """The original key of each weight by its name in diffusers; keys that have no place there are left out."""
    from diffusers.loaders.single_file_utils import LDM_UNET_KEY, convert_ldm_unet_checkpoint

    # The conversion only moves values about: here each value is its own key.
    found: dict[str, str] = convert_ldm_unet_checkpoint(
        {LDM_UNET_KEY + key: key for key in keys}, {"layers_per_block": layers_per_block}
    )
    return found


def _heads(hyperparameters: Mapping[str, Any], widths: Sequence[int]) -> tuple[int, ...]:
    """The number of heads at each width; where the width of a head is given, it decides, as in the original code."""
    head_width = hyperparameters.get("num_head_channels", -1)
    if head_width == -1:
        return (_size(hyperparameters, "num_heads"),) * len(widths)
    return tuple(width // _size(hyperparameters, "num_head_channels") for width in widths)


def _size(hyperparameters: Mapping[str, Any], name: str) -> int:
    value = hyperparameters.get(name)
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} = {value!r}, which is no size")
    return value


def _sizes(values: Any, name: str) -> tuple[int, ...]:
    if not isinstance(values, (list, tuple, set)) or not values:
        raise ValueError(f"{name} = {values!r}, which is no list of sizes")
    return tuple(_size({name: value}, name) for value in values)


def _same(value: Any, name: str) -> int:
    """A size, or a list with the same size for every level."""
    sizes = _sizes(value if isinstance(value, (list, tuple)) else [value], name)
    if len(set(sizes)) > 1:
        raise ValueError(f"{name} = {value!r}, where only the same for all is known")
    return sizes[0]
