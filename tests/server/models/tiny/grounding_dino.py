"""Grounding DINO and MM-Grounding-DINO in the published layout, small and random."""

from pathlib import Path
from string import ascii_lowercase
from typing import Any

# A BERT vocabulary with the four marks where the published one has them.
_PLACES = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: ".", 1029: "?"}
_WORDS = """
an the red stone water small fountain dog cat car tree bell tower person people crowd road bird bus train river
street musician traffic light wind church boat ##s ##ing ##er - '
"""
SIZE = 1_100


def make_grounding_dino(folder: Path, *, mm: bool = False, seed: int = 0) -> Path:
    """The folder of the checkpoint: 20 queries, pictures of 96 pixels, every query of another box and score."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    words = iter([*_WORDS.split(), *ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase)])
    vocabulary = [_PLACES.get(place) or next(words, f"[unused{place}]") for place in range(SIZE)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    transformers.BertTokenizer(
        vocab={word: place for place, word in enumerate(vocabulary)}, do_lower_case=True, model_max_length=512
    ).save_pretrained(folder)
    transformers.GroundingDinoImageProcessorPil(
        size={"shortest_edge": 96, "longest_edge": 160}, do_pad=True
    ).save_pretrained(folder)
    kind = transformers.MMGroundingDinoConfig if mm else transformers.GroundingDinoConfig
    made = transformers.MMGroundingDinoForObjectDetection if mm else transformers.GroundingDinoForObjectDetection
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = made(kind(**sizes())).eval()
        # Heads as they are made before training give every query much the same box.
        for name, weight in model.named_parameters():
            if "bbox_embed" in name or name.endswith("query_position_embeddings.weight"):
                torch.nn.init.normal_(weight, std=0.12)
    model.save_pretrained(folder)
    return folder


def sizes() -> dict[str, Any]:
    """The configuration of the tiny model, beside its defaults."""
    return {
        "backbone_config": {
            "model_type": "swin",
            "image_size": 96,
            "embed_dim": 16,
            "depths": [1, 1, 1, 1],
            "num_heads": [2, 2, 2, 2],
            "window_size": 4,
            "out_indices": [2, 3, 4],
        },
        "text_config": {
            "model_type": "bert",
            "vocab_size": SIZE,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 48,
        },
        "num_queries": 20,
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_ffn_dim": 48,
        "decoder_ffn_dim": 48,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
    }
