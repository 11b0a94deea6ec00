"""Where memory is too small for a model, the processor does the rest; where its numbers overflow, wider ones do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from server.models.runtime import MemoryExhaustedError, NumbersOverflowError, Runtime, free

_LOG = logging.getLogger("sonorama.models")


class StepDown:
    """A stage that goes on in float32 once its numbers overflow, and on the processor once memory is exhausted.

    It stays so. What was answered before is not answered again. Its identity is that of the stage as it was meant:
    numbers differ by no more than from one device to another.

    Args:
        make: a stage, or a model, on a runtime.
        runtime: where it is meant to run.
    """

    def __init__(self, make: Callable[[Runtime], Any], runtime: Runtime) -> None:
        self._make, self._runtime = make, runtime
        self._stage = make(runtime)
        self.identity: str = self._stage.identity

    def __getattr__(self, name: str) -> Any:
        """What the stage says of itself: ``sees``, ``relative_error``."""
        return getattr(self._stage, name)

    def propose(self, windows: Sequence[Any]) -> Iterator[Any]:
        """As the proposer answers."""
        return self._answers("propose", windows)

    def ground(self, windows: Sequence[Any], proposals: Sequence[Any]) -> Iterator[Any]:
        """As the grounder answers."""
        return self._answers("ground", windows, proposals)

    def predict_log_depth(self, windows: Sequence[Any]) -> Iterator[Any]:
        """As the model of relative depth answers."""
        return self._answers("predict_log_depth", windows)

    def predict_depth(self, windows: Sequence[Any]) -> Iterator[Any]:
        """As the model of metric depth answers."""
        return self._answers("predict_depth", windows)

    def voice(self, requests: Sequence[Any]) -> Iterator[Any]:
        """As the voicer answers."""
        return self._answers("voice", requests)

    def _answers(self, verb: str, items: Sequence[Any], *more: Any) -> Iterator[Any]:
        import torch

        done = 0
        while True:
            try:
                for answer in getattr(self._stage, verb)(items[done:], *more):
                    yield answer
                    done += 1
                return
            except NumbersOverflowError:
                if self._runtime.dtype == "float32":
                    raise
                lower = replace(self._runtime, dtype="float32")
                what = f"{self._runtime.dtype} is too narrow for the model, which goes on in float32"
            except (MemoryExhaustedError, torch.cuda.OutOfMemoryError):
                if self._runtime.device == "cpu":
                    raise
                lower = replace(self._runtime, device="cpu", dtype="float32")
                what = f"the memory of {self._runtime.device} is exhausted; the processor goes on, slowly"
            # Outside the handlers, since the exception holds the frames, and these the tensors.
            free()
            _LOG.warning("%s: %s", verb, what)
            self._runtime, self._stage = lower, self._make(lower)
