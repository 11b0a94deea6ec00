"""LLaVA, an image-text model that has nothing to do with InternVL, small; saying a written answer, or random."""

from pathlib import Path

from tests.server.models.tiny.internvl import MARKS, SAYS, byte_tokenizer, teach

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<IMG_CONTEXT>\n{% else %}{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_llava(folder: Path, *, says: tuple[str, ...] | None = SAYS) -> Path:
    """The folder of the checkpoint."""
    import torch
    import transformers

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer(says or ())
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    processor = transformers.LlavaProcessor(
        transformers.CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}),
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token=MARKS[5],
        chat_template=TEMPLATE,
    )
    processor.save_pretrained(folder)
    shape = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**shape, image_size=28, patch_size=14, projection_dim=32),
        text_config=transformers.LlamaConfig(**shape, vocab_size=len(tokenizer), eos_token_id=end),
        image_token_index=tokenizer.convert_tokens_to_ids(MARKS[5]),
        tie_word_embeddings=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.LlavaForConditionalGeneration(config).eval()
        for weight in model.parameters():
            if weight.ndim > 1:
                torch.nn.init.normal_(weight, std=0.2)
    if says:
        teach(model, tokenizer, says)
    model.save_pretrained(folder)
    return folder
