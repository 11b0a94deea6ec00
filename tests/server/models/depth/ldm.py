"""The keys and shapes of latent diffusion's UNet, listed along its own constructor."""

from typing import Any

Shapes = dict[str, tuple[int, ...]]

PUBLISHED: dict[str, Any] = {
    "image_size": 32,
    "in_channels": 8,
    "out_channels": 4,
    "model_channels": 320,
    "attention_resolutions": [4, 2, 1],
    "num_res_blocks": 2,
    "channel_mult": [1, 2, 4, 4],
    "num_heads": 8,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": True,
    "transformer_depth": 1,
    "context_dim": 1024,
    "legacy": False,
}


def ldm_unet_shapes(hyperparameters: dict[str, Any]) -> Shapes:
    """Of a UNet with a spatial transformer of linear projections in every attentive level."""
    width, context = hyperparameters["model_channels"], hyperparameters["context_dim"]
    multiples, layers = hyperparameters["channel_mult"], hyperparameters["num_res_blocks"]
    attentive = hyperparameters["attention_resolutions"]
    shapes = _linear("time_embed.0", width, 4 * width) | _linear("time_embed.2", 4 * width, 4 * width)
    shapes |= _conv("input_blocks.0.0", hyperparameters["in_channels"], width)
    skipped, here, block = [width], width, 0
    for level, multiple in enumerate(multiples):
        for _ in range(layers):
            block += 1
            shapes |= _residual(f"input_blocks.{block}.0", here, multiple * width, 4 * width)
            here = multiple * width
            if 2**level in attentive:
                shapes |= _transformer(f"input_blocks.{block}.1", here, context)
            skipped.append(here)
        if level < len(multiples) - 1:
            block += 1
            shapes |= _conv(f"input_blocks.{block}.0.op", here, here)
            skipped.append(here)
    shapes |= _residual("middle_block.0", here, here, 4 * width) | _residual("middle_block.2", here, here, 4 * width)
    shapes |= _transformer("middle_block.1", here, context)
    block = 0
    for level in reversed(range(len(multiples))):
        for layer in range(layers + 1):
            name = f"output_blocks.{block}"
            shapes |= _residual(f"{name}.0", here + skipped.pop(), multiples[level] * width, 4 * width)
            here = multiples[level] * width
            place = 1
            if 2**level in attentive:
                shapes |= _transformer(f"{name}.1", here, context)
                place = 2
            if level and layer == layers:
                shapes |= _conv(f"{name}.{place}.conv", here, here)
            block += 1
    return shapes | _norm("out.0", here) | _conv("out.2", here, hyperparameters["out_channels"])


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _linear(name: str, inside: int, outside: int) -> Shapes:
    return {f"{name}.weight": (outside, inside), f"{name}.bias": (outside,)}


def _conv(name: str, inside: int, outside: int, side: int = 3) -> Shapes:
    return {f"{name}.weight": (outside, inside, side, side), f"{name}.bias": (outside,)}


def _residual(name: str, inside: int, outside: int, times: int) -> Shapes:
    shapes = _norm(f"{name}.in_layers.0", inside) | _conv(f"{name}.in_layers.2", inside, outside)
    shapes |= _linear(f"{name}.emb_layers.1", times, outside)
    shapes |= _norm(f"{name}.out_layers.0", outside) | _conv(f"{name}.out_layers.3", outside, outside)
    return shapes | (_conv(f"{name}.skip_connection", inside, outside, 1) if inside != outside else {})


def _transformer(name: str, width: int, context: int) -> Shapes:
    shapes = _norm(f"{name}.norm", width) | _linear(f"{name}.proj_in", width, width)
    block = f"{name}.transformer_blocks.0"
    for attention, keyed in (("attn1", width), ("attn2", context)):
        shapes |= {
            f"{block}.{attention}.to_q.weight": (width, width),
            f"{block}.{attention}.to_k.weight": (width, keyed),
            f"{block}.{attention}.to_v.weight": (width, keyed),
        }
        shapes |= _linear(f"{block}.{attention}.to_out.0", width, width)
    shapes |= _linear(f"{block}.ff.net.0.proj", width, 8 * width) | _linear(f"{block}.ff.net.2", 4 * width, width)
    for number in (1, 2, 3):
        shapes |= _norm(f"{block}.norm{number}", width)
    return shapes | _linear(f"{name}.proj_out", width, width)
