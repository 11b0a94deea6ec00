"""The published, full-size UNet: every key, with its shape, listed along the original's constructor."""

import math
from typing import Any

import pytest

from server.models.depth.ldm_unet import diffusers_names, unet_config
from tests.server.models.depth.ldm import PUBLISHED, ldm_unet_shapes


def empty_unet(hyperparameters: dict[str, Any]) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        return UNet2DConditionModel(**unet_config(hyperparameters))


def test_every_published_key_is_accounted_for() -> None:
    shapes = ldm_unet_shapes(PUBLISHED)
    assert len(shapes) == 686
    assert 2 * sum(map(math.prod, shapes.values())) / 2**30 == pytest.approx(1.61, abs=0.01)
    wanted = {name: tuple(value.shape) for name, value in empty_unet(PUBLISHED).state_dict().items()}
    names = diffusers_names(list(shapes), layers_per_block=2)
    assert sorted(names.values()) == sorted(shapes)
    assert {name: shapes[key] for name, key in names.items()} == wanted


def test_heads_are_given_by_number_or_by_width() -> None:
    assert [block.attentions[0].num_attention_heads for block in empty_unet(PUBLISHED).down_blocks[:3]] == [8, 8, 8]
    wide = PUBLISHED | {"num_heads": -1, "num_head_channels": 64}
    assert unet_config(wide)["attention_head_dim"] == (5, 10, 20, 20)


def test_there_is_attention_where_the_resolutions_say() -> None:
    config = unet_config(PUBLISHED | {"attention_resolutions": [2], "context_dim": [1024]})
    assert config["down_block_types"] == ("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D", "DownBlock2D")
    assert config["up_block_types"] == ("UpBlock2D", "UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")
    assert config["cross_attention_dim"] == 1024


@pytest.mark.parametrize(
    "other",
    [
        {"use_scale_shift_norm": True},
        {"num_classes": 10},
        {"use_spatial_transformer": False},
        {"num_res_blocks": [2, 2, 2, 1]},
        {"model_channels": "320"},
        {"in_channels": 0},
        {"channel_mult": []},
        {"context_dim": None},
        {"num_heads": -1},
        {"disable_self_attentions": [True, False, False, False]},
    ],
)
def test_what_the_unet_cannot_be_is_refused_by_its_name(other: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(other))):
        unet_config(PUBLISHED | other)
