"""Any image-text model, here a tiny LLaVA."""

from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.describe.image_text import ImageTextProposer, LoadedImageText
from server.models.describe.question import QUESTION
from server.models.runtime import Runtime
from server.pipeline.views import Picture
from tests.server.models.tiny.grounding_dino import make_grounding_dino
from tests.server.models.tiny.llava import make_llava

CPU = Runtime()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llava(tmp_path_factory.mktemp("models") / "llava")


def test_what_the_model_writes_becomes_proposals(folder: Path, views: list[Picture]) -> None:
    impressions = list(ImageTextProposer(folder, runtime=CPU, revision="r1").propose(views))
    assert [[proposal.label for proposal in impression.proposals] for impression in impressions] == [
        ["stone fountain", "red car", "church", "wind"]
    ] * len(views)
    assert impressions[1].notes == ("view-1: left out, since it makes no sound: wall",)


def test_views_together_are_answered_as_one_by_one(tmp_path: Path, views: list[Picture]) -> None:
    model = LoadedImageText.load(make_llava(tmp_path, says=None), CPU)
    together = model.answers(views, QUESTION, max_new_tokens=16)
    single = [model.answers([view], QUESTION, max_new_tokens=16)[0] for view in views]
    assert together == single
    assert len(set(together)) > 1


def test_the_answer_is_that_of_the_published_way(tmp_path: Path, views: list[Picture]) -> None:
    """Picture and text given to processor and model by hand."""
    import torch
    from PIL import Image
    from transformers import LlavaForConditionalGeneration, LlavaProcessor

    own = LoadedImageText.load(make_llava(tmp_path, says=None), CPU)
    model = LlavaForConditionalGeneration.from_pretrained(tmp_path).eval()
    processor = LlavaProcessor.from_pretrained(tmp_path)
    text = f"<|im_start|>user\n<IMG_CONTEXT>\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n"
    inputs = processor(images=Image.fromarray(np.asarray(views[0].pixels)), text=text, return_tensors="pt")
    with torch.inference_mode():
        written = model.generate(**inputs, do_sample=False, max_new_tokens=16)
    expected = processor.tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert own.answers(views[:1], QUESTION, max_new_tokens=16) == [expected]


def test_a_model_that_does_not_talk_is_told_in_one_line(tmp_path: Path, views: list[Picture]) -> None:
    with pytest.raises(InputError) as caught:
        list(ImageTextProposer(make_grounding_dino(tmp_path), runtime=CPU, revision="r1").propose(views))
    assert "\n" not in str(caught.value)
