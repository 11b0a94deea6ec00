"""The grounder on a tiny random checkpoint in the published layout."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from protocol.errors import InputError
from server.models.ground.detections import decoded_detections, suppressed
from server.models.ground.grounding_dino import GroundingDinoGrounder
from server.models.ground.phrases import GroundingPrompt
from server.models.runtime import NumbersOverflowError, Runtime
from server.pipeline.stages import Proposal
from server.pipeline.views import Picture, View
from tests.server.models.tiny.grounding_dino import make_grounding_dino

CPU = Runtime()
RED_CAR = Proposal(label="Red car", prompt="a car", kind="point", level_db_spl_1m=75.0, evidence="seen", confidence=0.6)
ASKED = (
    RED_CAR,
    replace(RED_CAR, label="street musician", kind="area", level_db_spl_1m=80.0, evidence="inferred"),
    replace(RED_CAR, label="stone fountain", prompt="water"),
)


def views(count: int, width_px: int = 120, height_px: int = 120, seed: int = 0) -> list[Picture]:
    rng = np.random.default_rng(seed)
    return [
        Picture(
            pixels=rng.integers(0, 255, (height_px, width_px, 3)).astype(np.uint8),
            view=View(
                name=f"view-{i}", projection="perspective", width_px=width_px, height_px=height_px, hfov_deg=90.0
            ),
        )
        for i in range(count)
    ]


def boxes_of(answers: Iterable[Sequence[Proposal]]) -> list[list[tuple[object, ...]]]:
    return [
        [
            (
                proposal.label,
                proposal.box.left_px,
                proposal.box.top_px,
                proposal.box.right_px,
                proposal.box.bottom_px,
                proposal.confidence,
            )
            for proposal in view
        ]
        for view in answers  # type: ignore[attr-defined]
    ]


def assert_alike(first: list[list[tuple[object, ...]]], second: list[list[tuple[object, ...]]]) -> None:
    assert [[row[0] for row in view] for view in first] == [[row[0] for row in view] for view in second]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose([row[1:] for row in one], [row[1:] for row in other], rtol=1e-3, atol=1e-2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_grounding_dino(tmp_path_factory.mktemp("models") / "grounding-dino-tiny")


@pytest.fixture(scope="module")
def mm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_grounding_dino(tmp_path_factory.mktemp("models") / "mm-grounding-dino-tiny", mm=True)


def grounder(folder: Path, **options: object) -> GroundingDinoGrounder:
    return GroundingDinoGrounder(folder, runtime=CPU, revision="r1", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("mm", [False, True])
def test_boxes_and_scores_are_those_of_the_processor_and_the_model(folder: Path, mm_folder: Path, mm: bool) -> None:
    """The published way, text and all, one view at a time; only its joined labels are replaced."""
    import torch
    import transformers

    used, threshold = (mm_folder, 0.02) if mm else (folder, 0.5)
    name = "MMGroundingDinoForObjectDetection" if mm else "GroundingDinoForObjectDetection"
    model = getattr(transformers, name).from_pretrained(used).eval()
    tokenizer = transformers.BertTokenizer.from_pretrained(used)
    processor = transformers.GroundingDinoProcessor(
        transformers.GroundingDinoImageProcessorPil.from_pretrained(used), tokenizer
    )
    expected = []
    for view in views(2):
        inputs = processor(
            images=view.pixels, text=[["red car", "street musician", "stone fountain"]], return_tensors="pt"
        )
        with torch.inference_mode():
            outputs = model(**inputs)
        ids = inputs["input_ids"][0].tolist()
        dots = [place for place, token in enumerate(ids) if token == 1012]
        spans = tuple(zip([1, *(dot + 1 for dot in dots[:-1])], dots, strict=True))
        prompt = GroundingPrompt(tokens=tuple(ids), phrases=(0, 1, 2), spans=spans)
        kept = suppressed(
            [
                decoded_detections(
                    outputs.logits[0].sigmoid().numpy(), outputs.pred_boxes[0].numpy(), prompt, threshold=threshold
                )
            ]
        )
        published = processor.post_process_grounded_object_detection(
            outputs, threshold=threshold, target_sizes=[(120, 120)]
        )
        boxes = published[0]["boxes"].clamp(0, 120).numpy()
        rows = []
        for box, score, phrase in zip(kept.boxes * 120, kept.scores, kept.phrases, strict=True):
            # Each of ours is one of the published boxes.
            assert np.abs(boxes - box).max(axis=1).min() < 1e-3
            rows.append((ASKED[phrase].label, *box.tolist(), float(score)))
        expected.append(rows)
    assert all(expected)
    assert_alike(boxes_of(grounder(used, threshold=threshold).ground(views(2), ASKED)), expected)


def test_views_together_are_grounded_as_one_by_one(folder: Path) -> None:
    together = boxes_of(grounder(folder).ground(views(3), ASKED))
    single = [boxes_of(grounder(folder).ground([view], ASKED))[0] for view in views(3)]
    assert all(together)
    assert_alike(together, single)
    assert_alike(boxes_of(grounder(folder, at_once=1).ground(views(3), ASKED)), single)


def test_views_of_other_sizes_are_grounded_each_at_its_own(folder: Path) -> None:
    mixed = [*views(1), *views(1, width_px=160, height_px=80, seed=5)]
    assert_alike(
        boxes_of(grounder(folder).ground(mixed, ASKED)),
        [boxes_of(grounder(folder).ground([view], ASKED))[0] for view in mixed],
    )


def test_what_is_found_keeps_what_is_known_of_it_and_lies_in_its_view(folder: Path) -> None:
    known = {proposal.label: proposal for proposal in ASKED}
    for window, found in zip(views(2), grounder(folder).ground(views(2), ASKED), strict=True):
        assert found
        assert [proposal.confidence for proposal in found] == sorted(
            (proposal.confidence for proposal in found), reverse=True
        )
        for proposal in found:
            assert proposal.box is not None
            assert replace(proposal, box=None, confidence=0.6) == known[proposal.label]
            assert proposal.box.view == window.view
            assert 0.0 <= proposal.box.left_px < proposal.box.right_px <= 120.0
            assert 0.0 <= proposal.box.top_px < proposal.box.bottom_px <= 120.0
            assert 0.3 < proposal.confidence <= 1.0


def test_more_phrases_than_fit_one_prompt_are_all_asked(folder: Path) -> None:
    many = [replace(RED_CAR, label=f"{first} {second}") for first in "abcdefghij" for second in "klmnopqrst"]
    found = next(grounder(folder, threshold=0.01).ground(views(1), many))
    assert {proposal.label[0] for proposal in found} - set("ab")  # phrases beyond the first 256 tokens
    assert len({proposal.label for proposal in found}) > 1


def test_labels_that_mean_one_phrase_are_asked_once_as_the_surer(folder: Path) -> None:
    unsure = replace(RED_CAR, label="red  CAR.", confidence=0.2)
    found = next(grounder(folder).ground(views(1), [unsure, RED_CAR]))
    assert {proposal.label for proposal in found} == {"Red car"}


def test_nothing_to_ask_needs_no_model(tmp_path: Path) -> None:
    nowhere = grounder(tmp_path / "missing")
    assert list(nowhere.ground(views(2), [])) == [(), ()]
    assert list(nowhere.ground(views(1), [replace(RED_CAR, label="?!".replace("!", "."))])) == [()]


def test_a_missing_a_foreign_and_a_damaged_checkpoint_are_told_in_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint here"):
        list(grounder(tmp_path / "missing").ground(views(1), ASKED))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InputError, match="checkpoint of 'bert'"):
        list(grounder(tmp_path).ground(views(1), ASKED))
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged or incomplete") as caught:
        list(grounder(tmp_path).ground(views(1), ASKED))
    assert "\n" not in str(caught.value)


def test_a_checkpoint_that_lacks_a_weight_is_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(tmp_path / "model.safetensors")
    del weights["model.text_projection.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"lacks weights: model\.text_projection\.weight"):
        list(grounder(tmp_path).ground(views(1), ASKED))


def test_reduced_numbers_find_much_the_same(folder: Path) -> None:
    exact = boxes_of(grounder(folder).ground(views(2), ASKED))
    reduced = GroundingDinoGrounder(folder, runtime=Runtime(dtype="bfloat16"), revision="r1")
    for one, other in zip(exact, boxes_of(reduced.ground(views(2), ASKED)), strict=True):
        np.testing.assert_allclose(one[0][1:], other[0][1:], rtol=0.05, atol=1.0)


def test_boxes_that_are_not_finite_are_an_error_and_not_silence(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(tmp_path / "model.safetensors")
    weights["model.text_projection.weight"] *= float("inf")
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(NumbersOverflowError, match="not finite"):
        list(grounder(tmp_path).ground(views(1), ASKED))


def test_the_identity_tells_what_changes_answers(folder: Path) -> None:
    assert grounder(folder).identity == "grounding-dino-tiny@r1/float32/over0.3"
    assert grounder(folder, threshold=0.25).identity != grounder(folder).identity


def test_cuda_agrees_with_the_cpu(folder: Path) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    on_cuda = GroundingDinoGrounder(folder, runtime=Runtime(device="cuda"), revision="r1")
    assert_alike(boxes_of(on_cuda.ground(views(3), ASKED)), boxes_of(grounder(folder).ground(views(3), ASKED)))


@pytest.mark.parametrize("early", [False, True])
def test_the_model_is_there_while_answers_come_and_gone_when_they_end(folder: Path, early: bool) -> None:
    import gc

    from transformers import GroundingDinoForObjectDetection

    def models() -> int:
        gc.collect()
        return sum(type(item) is GroundingDinoForObjectDetection for item in gc.get_objects())

    made = grounder(folder, at_once=1)
    answers = made.ground(views(3), ASKED)
    assert models() == 0
    next(answers)
    assert models() == 1
    if early:
        answers.close()  # type: ignore[attr-defined]
    else:
        assert len(list(answers)) == 2
    assert models() == 0
