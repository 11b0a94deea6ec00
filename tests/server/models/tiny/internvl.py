"""InternVL in the layout of transformers and in the original one, small; random, or saying a written answer."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

# An answer in pieces, each a token of its own and none twice.
SAYS = (
    '```json\n{"setting": "outdoor", "sounds": [',
    '{"thing": "stone fountain", "sound": "splashing water", "kind": "point", "level_db": 70, "seen": true},',
    '{"thing": "red car", "sound": "a car passing", "kind": "point", "level_db": "75 dB", "seen": true},',
    '{"thing": "church", "sound": "church bells ringing", "kind": "point", "level_db": 105, "seen": false},',
    '{"thing": "wall", "sound": "none", "kind": "area", "level_db": 0, "seen": true},',
    '{"thing": "wind", "sound": "light wind", "kind": "ambient", "level_db": 40, "seen": false},',
    "]}\n```",
)
MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>", "<video>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<IMG_CONTEXT>\n{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SIZE_PX, PATCH_PX = 56, 14
TOKENS_PER_TILE = (SIZE_PX // PATCH_PX // 2) ** 2


def make_internvl(folder: Path, *, says: tuple[str, ...] | None = SAYS, language: str = "qwen2", seed: int = 0) -> Path:
    """The folder of an ``-hf`` checkpoint that says the pieces of an answer about any picture; None: random."""
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer(says or ())
    if language != "qwen2":
        tokenizer = beginning_with_s(tokenizer)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    transformers.GotOcr2ImageProcessorPil(
        size={"height": SIZE_PX, "width": SIZE_PX},
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
        crop_to_patches=True,
    ).save_pretrained(folder)
    model = _model(tokenizer, language, seed)
    if says:
        teach(model, tokenizer, says)
    model.save_pretrained(folder)
    return folder


def make_original_internvl(folder: Path, *, language: str = "qwen2", seed: int = 0) -> Any:
    """A random checkpoint in the original layout, as the 1B's; returns transformers' model of the same weights."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer(())
    if language == "qwen2":
        _save_original_tokenizer(folder, tokenizer)
    else:
        beginning_with_s(tokenizer).save_pretrained(folder)
    model = _model(tokenizer, language, seed)
    (folder / "config.json").write_text(json.dumps(original_config(model.config, language)))
    weights = {name: weight.contiguous() for name, weight in original_weights(model, language).items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return model


def original_config(config: Any, language: str) -> dict[str, Any]:
    """The config.json of the original layout, with the old names of what transformers has renamed since."""
    text, vision = config.text_config, config.vision_config
    names = ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
    return {
        "architectures": ["InternVLChatModel"],
        "model_type": "internvl_chat",
        "auto_map": {"AutoModel": "modeling_internvl_chat.InternVLChatModel"},
        "downsample_ratio": 0.5,
        "dynamic_image_size": True,
        "force_image_size": vision.image_size[0],
        "llm_config": {
            **{name: getattr(text, name) for name in (*names, "num_key_value_heads", "rms_norm_eps", "hidden_act")},
            "architectures": ["Qwen2ForCausalLM" if language == "qwen2" else "InternLM2ForCausalLM"],
            "model_type": language,
            "max_position_embeddings": text.max_position_embeddings,
            "rope_theta": text.rope_parameters["rope_theta"],
            "bias": False,
            "torch_dtype": "bfloat16",
            "top_k": 50,
            "return_dict": True,
        },
        "select_layer": -1,
        "template": "internvl2_5",
        "vision_config": {
            **{name: getattr(vision, name) for name in names[1:]},
            "architectures": ["InternVisionModel"],
            "model_type": "intern_vit_6b",
            "hidden_act": "gelu",
            "norm_type": "layer_norm",
            "layer_norm_eps": vision.layer_norm_eps,
            "qkv_bias": True,
            "qk_normalization": False,
            "image_size": vision.image_size[0],
            "patch_size": vision.patch_size[0],
        },
    }


def original_weights(model: Any, language: str) -> dict[str, Any]:
    """A model's weights under the original names, query, key and value fused: each is looked up, none renamed."""
    import torch

    vision, projector, text = model.model.vision_tower, model.model.multi_modal_projector, model.model.language_model
    weights: dict[str, Any] = {
        "vision_model.embeddings.class_embedding": vision.embeddings.cls_token,
        "vision_model.embeddings.position_embedding": vision.embeddings.position_embeddings,
        **_both("vision_model.embeddings.patch_embedding", vision.embeddings.patch_embeddings.projection),
        **_both("mlp1.0", projector.layer_norm),
        **_both("mlp1.1", projector.linear_1),
        **_both("mlp1.3", projector.linear_2),
        "language_model.model.norm.weight": text.norm.weight,
    }
    for place, layer in enumerate(vision.encoder.layer):
        name, heads = f"vision_model.encoder.layers.{place}", layer.attention
        parts = (heads.q_proj, heads.k_proj, heads.v_proj)
        weights |= {
            f"{name}.attn.qkv.weight": torch.cat([part.weight for part in parts]),
            f"{name}.attn.qkv.bias": torch.cat([part.bias for part in parts]),
            f"{name}.ls1": layer.lambda_1,
            f"{name}.ls2": layer.lambda_2,
            **_both(f"{name}.attn.proj", heads.projection_layer),
            **_both(f"{name}.norm1", layer.layernorm_before),
            **_both(f"{name}.norm2", layer.layernorm_after),
            **_both(f"{name}.mlp.fc1", layer.mlp.fc1),
            **_both(f"{name}.mlp.fc2", layer.mlp.fc2),
        }
    if language == "qwen2":
        kept = {f"language_model.model.{name}": weight for name, weight in text.state_dict().items()}
        return {**weights, **kept, "language_model.lm_head.weight": model.lm_head.weight}
    heads, groups = text.config.num_attention_heads, text.config.num_key_value_heads
    size = text.config.hidden_size // heads
    weights["language_model.model.tok_embeddings.weight"] = text.embed_tokens.weight
    weights["language_model.output.weight"] = model.lm_head.weight
    for place, layer in enumerate(text.layers):
        name, own = f"language_model.model.layers.{place}", layer.self_attn
        rows = []
        for group in range(groups):
            queries = range(group * (heads // groups), (group + 1) * (heads // groups))
            rows += [own.q_proj.weight[head * size : (head + 1) * size] for head in queries]
            rows += [part.weight[group * size : (group + 1) * size] for part in (own.k_proj, own.v_proj)]
        weights |= {
            f"{name}.attention.wqkv.weight": torch.cat(rows),
            f"{name}.attention.wo.weight": own.o_proj.weight,
            f"{name}.feed_forward.w1.weight": layer.mlp.gate_proj.weight,
            f"{name}.feed_forward.w2.weight": layer.mlp.down_proj.weight,
            f"{name}.feed_forward.w3.weight": layer.mlp.up_proj.weight,
            f"{name}.attention_norm.weight": layer.input_layernorm.weight,
            f"{name}.ffn_norm.weight": layer.post_attention_layernorm.weight,
        }
    return weights


def _both(name: str, module: Any) -> dict[str, Any]:
    return {f"{name}.weight": module.weight, f"{name}.bias": module.bias}


def _model(tokenizer: Any, language: str, seed: int) -> Any:
    import torch
    import transformers

    text_class = transformers.Qwen2Config if language == "qwen2" else transformers.LlamaConfig
    text = text_class(
        vocab_size=len(tokenizer) + 3,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rope_parameters={"rope_type": "default", "rope_theta": 1_000_000.0},
        tie_word_embeddings=False,
        eos_token_id=tokenizer.convert_tokens_to_ids("<|im_end|>"),
    )
    config = transformers.InternVLConfig(
        text_config=text,
        vision_config={
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 48,
            "attention_bias": True,
            "image_size": [SIZE_PX, SIZE_PX],
            "patch_size": [PATCH_PX, PATCH_PX],
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=TOKENS_PER_TILE,
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = transformers.InternVLForConditionalGeneration(config).eval()
        for name, weight in model.named_parameters():
            if weight.ndim > 1 or "bias" in name:  # strong enough for the picture to change the answer
                torch.nn.init.normal_(weight, std=0.2)
    return model


def byte_tokenizer(pieces: tuple[str, ...]) -> Any:
    """A byte-level tokenizer without merges."""
    import transformers
    from tokenizers import AddedToken
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = {letter: place for place, letter in enumerate(bytes_to_unicode().values())}
    tokenizer = transformers.Qwen2Tokenizer(
        vocab=letters,
        merges=[],
        model_max_length=4096,
        extra_special_tokens={
            "start_image_token": "<img>",
            "end_image_token": "</img>",
            "context_image_token": "<IMG_CONTEXT>",
        },
    )
    tokenizer.add_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    tokenizer.add_tokens([AddedToken(piece, special=False, normalized=False) for piece in pieces])
    return tokenizer


def beginning_with_s(tokenizer: Any) -> Any:
    """The same tokenizer, which writes ``<s>`` before each text as that of InternLM2 does: by its post-processor."""
    import transformers
    from tokenizers import AddedToken
    from tokenizers.processors import TemplateProcessing

    tokenizer.add_tokens([AddedToken("<s>", special=True, normalized=False)])
    begin = tokenizer.convert_tokens_to_ids("<s>")
    backend = tokenizer.backend_tokenizer
    backend.post_processor = TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", begin)])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )


def _save_original_tokenizer(folder: Path, tokenizer: Any) -> None:
    """The files of a tokenizer as the published 1B has them."""
    added = {mark: tokenizer.convert_tokens_to_ids(mark) for mark in MARKS[:-1]}
    letters = {token: place for token, place in tokenizer.get_vocab().items() if token not in MARKS}
    flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    marks = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "additional_special_tokens": list(MARKS[1:-1])}
    config = {
        **marks,
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": {str(place): {"content": mark, **flags} for mark, place in added.items()},
        "bos_token": None,
        "clean_up_tokenization_spaces": False,
        "errors": "replace",
        "model_max_length": 8192,
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }
    (folder / "vocab.json").write_text(json.dumps(letters))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "added_tokens.json").write_text(json.dumps(added))
    (folder / "special_tokens_map.json").write_text(json.dumps(marks))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def teach(model: Any, tokenizer: Any, pieces: tuple[str, ...]) -> None:
    """Make each token of an answer call for the next, whatever the picture: the layers add nothing to a token."""
    import torch

    newline = tokenizer("\n")["input_ids"][0]
    chain = [newline, *(tokenizer.convert_tokens_to_ids(piece) for piece in pieces)]
    chain.append(tokenizer.convert_tokens_to_ids("<|im_end|>"))
    text = model.model.language_model
    with torch.no_grad():
        for layer in text.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        for row, (token, following) in enumerate(pairwise(chain)):
            text.embed_tokens.weight[token] = torch.eye(32)[row]
            model.lm_head.weight[following] = torch.eye(32)[row]
