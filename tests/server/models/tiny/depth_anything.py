"""Depth Anything V2, metric outdoors, in the published layout, small and random."""

import json
from pathlib import Path

PATCH_PX = 14
SIZE_PX = 70
FARTHEST_M = 80


def make_depth_anything(folder: Path, *, kind: str = "metric") -> Path:
    """The folder of the checkpoint; ``kind`` is metric or relative."""
    import torch
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config

    backbone = Dinov2Config(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        mlp_ratio=2,
        image_size=SIZE_PX,
        patch_size=PATCH_PX,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
        apply_layernorm=True,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        patch_size=PATCH_PX,
        reassemble_hidden_size=16,
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        head_hidden_size=8,
        depth_estimation_type=kind,
        max_depth=FARTHEST_M,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = DepthAnythingForDepthEstimation(config)
        # As it comes, the last layers are so small that all depths would be alike.
        for parameter in model.head.parameters():
            parameter.data.normal_(std=0.5)
        model.save_pretrained(folder)
    processor = {
        "do_normalize": True,
        "do_pad": False,
        "do_rescale": True,
        "do_resize": True,
        "ensure_multiple_of": PATCH_PX,
        "image_mean": [0.485, 0.456, 0.406],
        "image_processor_type": "DPTImageProcessor",
        "image_std": [0.229, 0.224, 0.225],
        "keep_aspect_ratio": True,
        "resample": 3,
        "rescale_factor": 0.00392156862745098,
        "size": {"height": SIZE_PX, "width": SIZE_PX},
        "size_divisor": None,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder
