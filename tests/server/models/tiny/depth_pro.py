"""Depth Pro in the published layout, small and random, with the field-of-view network that is not used here."""

from pathlib import Path

SIDE_PX = 128


def make_depth_pro(folder: Path) -> Path:
    """The folder of the checkpoint."""
    import torch
    from transformers import DepthProConfig, DepthProForDepthEstimation

    network = {
        "model_type": "dinov2",
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "mlp_ratio": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    config = DepthProConfig(
        fusion_hidden_size=16,
        patch_size=32,
        intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.25, 0.5, 1],
        scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[16, 16, 8],
        merge_padding_value=1,
        use_fov_model=True,
        num_fov_head_layers=1,
        image_model_config=dict(network),
        patch_model_config=dict(network),
        fov_model_config=dict(network),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = DepthProForDepthEstimation(config)
        # Inverse depths of a fraction of a metre, none below zero.
        model.head.layers[-2].weight.data.mul_(0.01)
        model.head.layers[-2].bias.data.fill_(0.3)
        model.save_pretrained(folder)
    return folder
