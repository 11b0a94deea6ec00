"""A device whose memory runs out, played by a stage that says so; the processor and its model are real."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from protocol.errors import UnavailableError
from server.models.depth.depth_anything import DepthAnythingV2
from server.models.describe.internvl.proposer import InternVLProposer
from server.models.runtime import MemoryExhaustedError, NumbersOverflowError, Runtime, in_batches
from server.models.step_down import StepDown
from tests.oracle.stubs import blank_views
from tests.server.models.tiny.depth_anything import make_depth_anything
from tests.server.models.tiny.internvl import make_internvl

CARD = Runtime(device="cuda", dtype="bfloat16")


class Stage:
    """Doubles; on a card it holds so many items before its memory is exhausted, however few there are at once."""

    sees = "views"

    def __init__(self, runtime, *, holds, loads=True):
        self.identity = f"doubling@1/{runtime.dtype}"
        self.runtime, self.holds, self.loads = runtime, holds, loads
        self.answered = []

    def propose(self, items):
        if self.runtime.device != "cpu" and not self.loads:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

        def run(batch):
            if self.runtime.device != "cpu" and len(self.answered) + len(batch) > self.holds:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
            self.answered += batch
            return [2 * item for item in batch]

        return in_batches(items, run, size=4)


def made(**options):
    stages = []

    def make(runtime):
        stages.append(Stage(runtime, **options))
        return stages[-1]

    return StepDown(make, CARD), stages


def test_the_processor_does_what_the_card_has_not_done(caplog):
    stage, stages = made(holds=3)
    with caplog.at_level(logging.WARNING):
        assert list(stage.propose([1, 2, 3, 4, 5])) == [2, 4, 6, 8, 10]
    assert [(one.runtime.device, one.runtime.dtype) for one in stages] == [("cuda", "bfloat16"), ("cpu", "float32")]
    assert [one.answered for one in stages] == [[1, 2, 3], [4, 5]]
    assert "propose: the memory of cuda is exhausted; the processor goes on, slowly" in caplog.text


def test_a_model_that_does_not_fit_runs_on_the_processor():
    stage, stages = made(holds=9, loads=False)
    assert list(stage.propose([1, 2])) == [2, 4]
    assert stages[1].answered == [1, 2]


def test_it_stays_on_the_processor_and_keeps_its_name():
    stage, stages = made(holds=0)
    assert [list(stage.propose([1])), list(stage.propose([2]))] == [[2], [4]]
    assert len(stages) == 2
    assert stage.identity == "doubling@1/bfloat16"
    assert stage.sees == "views"


def test_where_memory_lasts_nothing_changes():
    stage, stages = made(holds=9)
    assert list(stage.propose([1, 2])) == [2, 4]
    assert len(stages) == 1


def test_other_errors_pass():
    def fail(items):
        raise UnavailableError("x", where="y", remedy="z")

    stage, stages = made(holds=9)
    stages[0].propose = fail
    with pytest.raises(UnavailableError):
        list(stage.propose([1]))
    assert len(stages) == 1


def test_a_processor_without_memory_says_so():
    class Full(Stage):
        def propose(self, items):
            raise MemoryExhaustedError("x", where="y", remedy="z")

    stage = StepDown(lambda runtime: Full(runtime, holds=0), Runtime())
    with pytest.raises(MemoryExhaustedError):
        list(stage.propose([1]))


def test_a_models_answers_are_those_of_the_processor(tmp_path):
    class OnCard(DepthAnythingV2):
        def _model(self):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    make_depth_anything(tmp_path / "model")

    def make(runtime):
        kind = DepthAnythingV2 if runtime.device == "cpu" else OnCard
        return kind(tmp_path / "model", runtime=runtime, revision="1")

    windows = blank_views(2, side_px=112)
    stage = StepDown(make, Runtime(device="cuda"))
    assert stage.relative_error == make(Runtime()).relative_error
    for one, other in zip(stage.predict_depth(windows), make(Runtime()).predict_depth(windows), strict=True):
        assert np.array_equal(one, other)


def overflowing_internvl(folder):
    """One whose layers pass beyond 65,504 within, as Qwen2's do, and answers rightly where there is room for that."""
    from safetensors.torch import load_file, save_file

    make_internvl(folder)
    weights = load_file(folder / "model.safetensors")
    for name, weight in weights.items():
        if "language_model" in name and name.endswith(("up_proj.weight", "gate_proj.weight")):
            weight *= 1e4
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_what_overflows_in_float16_is_answered_in_float32_on_the_same_device(tmp_path, caplog):
    folder = overflowing_internvl(tmp_path / "internvl")
    windows, runtimes = blank_views(2, side_px=56), []

    def make(runtime):
        runtimes.append(runtime)
        return InternVLProposer(folder, runtime=runtime, revision="1", most_tiles=1)

    with pytest.raises(NumbersOverflowError, match="not finite") as raised:
        list(make(Runtime(dtype="float16")).propose(windows))
    assert "--dtype float32" in raised.value.remedy
    runtimes.clear()
    with caplog.at_level(logging.WARNING):
        answers = list(StepDown(make, Runtime(dtype="float16")).propose(windows))
    assert runtimes == [Runtime(dtype="float16"), Runtime(dtype="float32")]
    assert [proposal.label for proposal in answers[1].proposals] == ["stone fountain", "red car", "church", "wind"]
    assert "propose: float16 is too narrow for the model, which goes on in float32" in caplog.text


def test_what_is_not_finite_in_float32_either_is_an_error():
    class Overflowing(Stage):
        def propose(self, items):
            raise NumbersOverflowError.of("what it would write")

    stages = []

    def make(runtime):
        stages.append(Overflowing(runtime, holds=9))
        return stages[-1]

    with pytest.raises(NumbersOverflowError):
        list(StepDown(make, CARD).propose([1]))
    assert [(one.runtime.device, one.runtime.dtype) for one in stages] == [("cuda", "bfloat16"), ("cuda", "float32")]
