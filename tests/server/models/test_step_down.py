"""A device whose memory runs out, played by a stage that says so; the processor and its model are real."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from protocol.errors import UnavailableError
from server.models.depth.depth_anything import DepthAnythingV2
from server.models.runtime import MemoryExhaustedError, Runtime, in_batches
from server.models.step_down import StepDown
from tests.oracle.stubs import blank_views
from tests.server.models.tiny.depth_anything import make_depth_anything

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
