"""The autoencoder of Stable Diffusion 1.5: its configuration, and its keys and shapes, listed by hand."""

Shapes = dict[str, tuple[int, ...]]

SD15_VAE = {
    "_class_name": "AutoencoderKL",
    "_diffusers_version": "0.6.0",
    "act_fn": "silu",
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
    "out_channels": 3,
    "sample_size": 512,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
}


def vae_shapes() -> Shapes:
    """By today's names of its attention."""
    widths = (128, 256, 512, 512)
    shapes = _conv("quant_conv", 8, 8, 1) | _conv("post_quant_conv", 4, 4, 1)
    shapes |= _conv("encoder.conv_in", 3, 128) | _conv("decoder.conv_in", 4, 512)
    here = 128
    for level, width in enumerate(widths):
        for layer in range(2):
            shapes |= _residual(f"encoder.down_blocks.{level}.resnets.{layer}", here, width)
            here = width
        if level < 3:
            shapes |= _conv(f"encoder.down_blocks.{level}.downsamplers.0.conv", here, here)
    for level, width in enumerate(reversed(widths)):
        for layer in range(3):
            shapes |= _residual(f"decoder.up_blocks.{level}.resnets.{layer}", here, width)
            here = width
        if level < 3:
            shapes |= _conv(f"decoder.up_blocks.{level}.upsamplers.0.conv", here, here)
    for side, last, outside in (("encoder", 512, 8), ("decoder", 128, 3)):
        for layer in range(2):
            shapes |= _residual(f"{side}.mid_block.resnets.{layer}", 512, 512)
        attention = f"{side}.mid_block.attentions.0"
        shapes |= _norm(f"{attention}.group_norm", 512)
        for name in ("to_q", "to_k", "to_v", "to_out.0"):
            shapes |= {f"{attention}.{name}.weight": (512, 512), f"{attention}.{name}.bias": (512,)}
        shapes |= _norm(f"{side}.conv_norm_out", last) | _conv(f"{side}.conv_out", last, outside)
    return shapes


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _conv(name: str, inside: int, outside: int, side: int = 3) -> Shapes:
    return {f"{name}.weight": (outside, inside, side, side), f"{name}.bias": (outside,)}


def _residual(name: str, inside: int, outside: int) -> Shapes:
    shapes = _norm(f"{name}.norm1", inside) | _conv(f"{name}.conv1", inside, outside)
    shapes |= _norm(f"{name}.norm2", outside) | _conv(f"{name}.conv2", outside, outside)
    return shapes | (_conv(f"{name}.conv_shortcut", inside, outside, 1) if inside != outside else {})
