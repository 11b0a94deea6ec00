"""InternVL on tiny random checkpoints in both published layouts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from server.models.describe.internvl.checkpoint import LoadedInternVL
from server.models.describe.internvl.proposer import InternVLProposer
from server.models.describe.question import QUESTION
from server.models.runtime import Runtime
from server.pipeline.views import Picture, View
from tests.server.models.tiny.internvl import SIZE_PX, TOKENS_PER_TILE, make_internvl, make_original_internvl

CPU = Runtime()
# conversation.py of the original code, its template internvl2_5.
SYSTEM_TURN = (
    "<|im_start|>system\n你是书生·万象，英文名是InternVL，"
    "是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。<|im_end|>\n"
)


@pytest.fixture(scope="module")
def random(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_internvl(tmp_path_factory.mktemp("models") / "random", says=None, seed=1)


def wide(width_px: int, height_px: int) -> Picture:
    rng = np.random.default_rng(7)
    view = View(name="photo", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=65.0)
    return Picture(pixels=rng.integers(0, 255, (height_px, width_px, 3)).astype(np.uint8), view=view)


def own_logits(weights: dict[str, np.ndarray], pixels: np.ndarray, tokens: np.ndarray, config: Any) -> np.ndarray:
    """One tile and one conversation through the model, in float64 NumPy, from the papers' equations."""
    from scipy.special import erf, softmax

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"{name}.weight"].T + weights.get(f"{name}.bias", 0.0)

    def layer_norm(x: np.ndarray, name: str, eps: float) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def rms_norm(x: np.ndarray, name: str, eps: float) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * weights[f"{name}.weight"]

    def gelu(x: np.ndarray) -> np.ndarray:
        return x * (1 + erf(x / np.sqrt(2))) / 2

    def heads(x: np.ndarray, count: int) -> np.ndarray:
        return x.reshape(len(x), count, -1).transpose(1, 0, 2)

    vision, text = config.vision_config, config.text_config
    tower, side = "model.vision_tower", vision.image_size[0] // vision.patch_size[0]
    patches = pixels[0].reshape(3, side, vision.patch_size[0], side, vision.patch_size[0])
    patches = patches.transpose(1, 3, 0, 2, 4).reshape(side * side, -1)
    kernel = weights[f"{tower}.embeddings.patch_embeddings.projection.weight"]
    x = patches @ kernel.reshape(len(kernel), -1).T + weights[f"{tower}.embeddings.patch_embeddings.projection.bias"]
    x = np.concatenate([weights[f"{tower}.embeddings.cls_token"][0], x])
    x = x + weights[f"{tower}.embeddings.position_embeddings"][0]
    for place in range(vision.num_hidden_layers):
        layer = f"{tower}.encoder.layer.{place}"
        y = layer_norm(x, f"{layer}.layernorm_before", vision.layer_norm_eps)
        q, k, v = (heads(linear(y, f"{layer}.attention.{one}_proj"), vision.num_attention_heads) for one in "qkv")
        y = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]), axis=-1) @ v
        y = linear(y.transpose(1, 0, 2).reshape(x.shape), f"{layer}.attention.projection_layer")
        x = x + weights[f"{layer}.lambda_1"] * y
        y = gelu(linear(layer_norm(x, f"{layer}.layernorm_after", vision.layer_norm_eps), f"{layer}.mlp.fc1"))
        x = x + weights[f"{layer}.lambda_2"] * linear(y, f"{layer}.mlp.fc2")
    # Pixel shuffle, second version: the four neighbours of a 2×2 square become channels, the square's column outermost.
    grid = x[1:].reshape(side // 2, 2, side // 2, 2, -1).transpose(0, 2, 1, 3, 4)
    image = grid.reshape((side // 2) ** 2, -1)
    image = gelu(
        linear(
            layer_norm(image, "model.multi_modal_projector.layer_norm", 1e-5), "model.multi_modal_projector.linear_1"
        )
    )
    image = linear(image, "model.multi_modal_projector.linear_2")

    x = weights["model.language_model.embed_tokens.weight"][tokens]
    x[tokens == config.image_token_id] = image
    size = text.hidden_size // text.num_attention_heads
    frequency = text.rope_parameters["rope_theta"] ** (-np.arange(0, size, 2) / size)
    angle = np.concatenate([np.outer(np.arange(len(x)), frequency)] * 2, axis=1)

    def rotated(y: np.ndarray) -> np.ndarray:
        turned = np.concatenate([-y[..., size // 2 :], y[..., : size // 2]], axis=-1)
        return y * np.cos(angle) + turned * np.sin(angle)

    future = np.triu(np.full((len(x), len(x)), -np.inf), 1)
    for place in range(text.num_hidden_layers):
        layer = f"model.language_model.layers.{place}"
        y = rms_norm(x, f"{layer}.input_layernorm", text.rms_norm_eps)
        q = rotated(heads(linear(y, f"{layer}.self_attn.q_proj"), text.num_attention_heads))
        k = rotated(heads(linear(y, f"{layer}.self_attn.k_proj"), text.num_key_value_heads))
        v = heads(linear(y, f"{layer}.self_attn.v_proj"), text.num_key_value_heads)
        share = text.num_attention_heads // text.num_key_value_heads
        k, v = np.repeat(k, share, axis=0), np.repeat(v, share, axis=0)
        y = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(size) + future, axis=-1) @ v
        x = x + linear(y.transpose(1, 0, 2).reshape(len(x), -1), f"{layer}.self_attn.o_proj")
        y = rms_norm(x, f"{layer}.post_attention_layernorm", text.rms_norm_eps)
        gate = linear(y, f"{layer}.mlp.gate_proj")
        x = x + linear(gate / (1 + np.exp(-gate)) * linear(y, f"{layer}.mlp.up_proj"), f"{layer}.mlp.down_proj")
    return linear(rms_norm(x, "model.language_model.norm", text.rms_norm_eps), "lm_head")


def test_views_together_are_answered_as_one_by_one(random: Path, views: list[Picture]) -> None:
    model = LoadedInternVL.load(random, CPU, most_tiles=4)
    # Of other shapes they take other numbers of tiles, so the shorter conversations are padded.
    windows = [views[0], wide(200, 56), views[1], wide(40, 40)]
    together = model.answers(windows, "What do you hear?", max_new_tokens=24)
    single = [model.answers([window], "What do you hear?", max_new_tokens=24)[0] for window in windows]
    assert together == single
    assert len(set(single)) == len(single)  # each saw its own picture


@pytest.mark.parametrize(
    ("width_px", "height_px", "most", "tiles"),
    [
        (SIZE_PX, SIZE_PX, 12, 1),
        (2 * SIZE_PX, 2 * SIZE_PX, 1, 1),
        (2 * SIZE_PX, 2 * SIZE_PX, 4, 2 * 2 + 1),
        (128, 128, 12, 3 * 3 + 1),  # 2.29 tiles wide, as 1024 px are with tiles of 448
        (4 * SIZE_PX, 2 * SIZE_PX, 4, 2 + 1),
        (4 * SIZE_PX, 2 * SIZE_PX, 12, 4 * 2 + 1),
        (SIZE_PX, 3 * SIZE_PX, 6, 3 + 1),
    ],
)
def test_a_view_takes_its_tiles_and_they_their_tokens(
    random: Path, width_px: int, height_px: int, most: int, tiles: int
) -> None:
    inputs = LoadedInternVL.load(random, CPU, most_tiles=most).inputs
    made = inputs([wide(width_px, height_px)], "?")
    assert made["pixel_values"].shape == (tiles, 3, SIZE_PX, SIZE_PX)
    context = inputs.tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>")
    assert int((made["input_ids"] == context).sum()) == tiles * TOKENS_PER_TILE


def test_tiles_cover_the_view_from_left_to_right_and_down_and_then_all_of_it(random: Path) -> None:
    window = wide(2 * SIZE_PX, 2 * SIZE_PX)
    made = LoadedInternVL.load(random, CPU, most_tiles=4).inputs([window], "?")["pixel_values"].numpy()
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    normal = ((window.pixels / 255.0 - mean) / deviation).transpose(2, 0, 1)
    for place, tile in enumerate(made[:4]):
        top, left = SIZE_PX * (place // 2), SIZE_PX * (place % 2)
        np.testing.assert_allclose(tile, normal[:, top : top + SIZE_PX, left : left + SIZE_PX], rtol=1e-4, atol=1e-5)
    assert abs(made[4].mean() - normal.mean()) < 0.05


def test_the_conversation_is_the_templates_with_the_picture_before_the_question(
    random: Path, views: list[Picture]
) -> None:
    inputs = LoadedInternVL.load(random, CPU, most_tiles=1).inputs
    made = inputs([views[0], wide(40, 40)], QUESTION)
    text = inputs.tokenizer.decode(made["input_ids"][0])
    picture = "<img>" + "<IMG_CONTEXT>" * TOKENS_PER_TILE + "</img>"
    assert text == f"{SYSTEM_TURN}<|im_start|>user\n{picture}\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n"
    assert made["attention_mask"].all()


def test_a_template_in_a_file_of_its_own_counts_and_one_for_text_alone_does_not(random: Path, tmp_path: Path) -> None:
    for file in random.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "chat_template.jinja").write_text("{{ 'Text: ' + messages[0]['content'] }}")
    inputs = LoadedInternVL.load(tmp_path, CPU, most_tiles=1).inputs
    original = f"{SYSTEM_TURN}<|im_start|>user\n<IMG_CONTEXT>\n?<|im_end|>\n<|im_start|>assistant\n"
    assert inputs.template("?") == original
    parts = "{% for part in message['content'] %}{{ part['text'] or '<image>' }}{% endfor %}"
    theirs = f"{{% for message in messages %}}{parts}:{{% endfor %}}"
    (tmp_path / "chat_template.json").write_text(json.dumps({"chat_template": theirs}))
    inputs = LoadedInternVL.load(tmp_path, CPU, most_tiles=1).inputs
    system = SYSTEM_TURN.removeprefix("<|im_start|>system\n").removesuffix("<|im_end|>\n")
    assert inputs.template("?") == f"{system}:<image>?:"
    assert inputs.expanded("<image>?:", 1) == f"<img>{'<IMG_CONTEXT>' * TOKENS_PER_TILE}</img>?:"
    without_system = theirs.replace("in messages", "in messages[1:]")
    (tmp_path / "chat_template.json").write_text(json.dumps({"chat_template": without_system}))
    assert LoadedInternVL.load(tmp_path, CPU, most_tiles=1).inputs.template("?") == original


def test_shorter_conversations_are_padded_on_the_left(random: Path, views: list[Picture]) -> None:
    inputs = LoadedInternVL.load(random, CPU, most_tiles=4).inputs
    mask = inputs([wide(40, 40), views[0]], "?")["attention_mask"]
    assert mask[1].all()
    assert not mask[0, 0]
    assert mask[0, -1]


def test_prefill_logits_are_those_of_an_own_derivation(random: Path, views: list[Picture]) -> None:
    """The whole model, from tiles to logits, re-derived: InternViT, pixel shuffle, projector, Qwen2."""
    model = LoadedInternVL.load(random, CPU, most_tiles=1)
    made = model.inputs(views[:1], "What do you hear?")
    with torch.inference_mode():
        logits = model.model(**made).logits[0].numpy()
    weights = {name: weight.double().numpy() for name, weight in model.model.state_dict().items()}
    expected = own_logits(
        weights, made["pixel_values"].double().numpy(), made["input_ids"][0].numpy(), model.model.config
    )
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("language", ["qwen2", "internlm2"])
def test_the_original_layout_is_the_same_model(language: str, tmp_path: Path, views: list[Picture]) -> None:
    native = make_original_internvl(tmp_path, language=language)
    model = LoadedInternVL.load(tmp_path, CPU, most_tiles=4)
    made = model.inputs(views[:2], "What do you hear?")
    with torch.inference_mode():
        torch.testing.assert_close(model.model(**made).logits, native(**made).logits, rtol=1e-5, atol=1e-5)
    text = model.inputs.tokenizer.decode(made["input_ids"][0])
    assert text.startswith(("<s>" if language == "internlm2" else "") + SYSTEM_TURN)
    assert text.endswith("</img>\nWhat do you hear?<|im_end|>\n<|im_start|>assistant\n")
    context = model.inputs.tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>")
    assert int((made["input_ids"] == context).sum()) == 2 * 5 * TOKENS_PER_TILE
    assert len(list(InternVLProposer(tmp_path, runtime=CPU, revision="r1", max_new_tokens=4).propose(views[:1]))) == 1


@pytest.mark.parametrize(("language", "beginning"), [("qwen2", ""), ("internlm2", "<s>")])
def test_both_layouts_of_a_model_begin_alike_and_read_the_same_tokens(
    language: str, beginning: str, tmp_path: Path, views: list[Picture]
) -> None:
    make_original_internvl(tmp_path / "original", language=language)
    make_internvl(tmp_path / "hf", says=None, language=language)
    original, hf = (LoadedInternVL.load(tmp_path / name, CPU, most_tiles=4) for name in ("original", "hf"))
    windows = [views[0], wide(40, 40)]
    ours, theirs = (model.inputs(windows, QUESTION) for model in (original, hf))
    assert torch.equal(ours["input_ids"], theirs["input_ids"])
    assert torch.equal(ours["attention_mask"], theirs["attention_mask"])
    text = hf.inputs.tokenizer.decode(theirs["input_ids"][0])
    assert text.startswith(f"{beginning}{SYSTEM_TURN}<|im_start|>user\n<img>")
    assert text.count("<s>") == len(beginning) // 3
    with torch.inference_mode():
        torch.testing.assert_close(original.model(**ours).logits, hf.model(**theirs).logits, rtol=1e-5, atol=1e-5)


def test_a_template_that_writes_the_beginning_itself_writes_it_once(tmp_path: Path) -> None:
    make_internvl(tmp_path, says=None, language="internlm2")
    template = (tmp_path / "chat_template.jinja").read_text()
    (tmp_path / "chat_template.jinja").write_text("{{ bos_token }}" + template)
    text = LoadedInternVL.load(tmp_path, CPU, most_tiles=1).inputs.template("?")
    assert text.startswith(f"<s>{SYSTEM_TURN}")
    assert text.count("<s>") == 1


def test_a_fused_matrix_of_internlm2_comes_apart_by_groups(tmp_path: Path) -> None:
    """Row by row: each names its role and head in its value."""
    from server.models.describe.internvl.layout import native_weights

    heads, groups, size, hidden = 6, 2, 3, 18
    rows: list[float] = []
    for group in range(groups):
        rows += [100.0 + 3 * group + place for place in range(3) for _ in range(size)]
        rows += [200.0 + group] * size + [300.0 + group] * size
    fused = torch.tensor(rows)[:, None].repeat(1, hidden)
    language = {"num_attention_heads": heads, "num_key_value_heads": groups, "hidden_size": hidden}
    apart = native_weights({"language_model.model.layers.4.attention.wqkv.weight": fused}, {"llm_config": language})
    name = "model.language_model.layers.4.self_attn.{}_proj.weight"
    assert apart[name.format("q")][::size, 0].tolist() == [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]
    assert apart[name.format("k")][::size, 0].tolist() == [200.0, 201.0]
    assert apart[name.format("v")][::size, 0].tolist() == [300.0, 301.0]
    assert sum(len(part) for part in apart.values()) == len(fused)


def test_an_untied_output_stays_its_own_though_the_configuration_says_nothing(random: Path, tmp_path: Path) -> None:
    for file in random.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    config.pop("tie_word_embeddings")
    (tmp_path / "config.json").write_text(json.dumps(config))
    model = LoadedInternVL.load(tmp_path, CPU, most_tiles=1).model
    kept = LoadedInternVL.load(random, CPU, most_tiles=1).model
    torch.testing.assert_close(model.lm_head.weight, kept.lm_head.weight, rtol=0, atol=0)
    assert not torch.equal(model.lm_head.weight, model.model.language_model.embed_tokens.weight)


def test_the_names_of_both_generations_of_hf_checkpoints_are_understood(
    random: Path, tmp_path: Path, views: list[Picture]
) -> None:
    """Files have the names of either generation: with ``model.`` before, as the model's own, or without."""
    from safetensors.torch import load_file, save_file

    made = LoadedInternVL.load(random, CPU, most_tiles=1).inputs(views[:1], "?")
    own = LoadedInternVL.load(random, CPU, most_tiles=1).model
    assert set(load_file(random / "model.safetensors")) != set(own.state_dict())
    for file in random.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    save_file(own.state_dict(), tmp_path / "model.safetensors", metadata={"format": "pt"})
    with torch.inference_mode():
        torch.testing.assert_close(
            LoadedInternVL.load(tmp_path, CPU, most_tiles=1).model(**made).logits, own(**made).logits
        )
