"""The head: from what is known of a cell to how likely each cover is there; one hidden layer, learned.

Its weights are made by ``tools/land_cover/train.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from server.perception.detector.feature_grid import grid_view, weighted_features
from server.perception.detector.sight import sight
from server.perception.land_cover.inputs import OWN_INPUTS, Floats, own_inputs
from server.pipeline.views import Picture


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Head:
    """Weights of a network with one hidden layer of rectified units.

    Attributes:
        hidden: float32 (units, inputs): from what cells own, then from the detector's features.
        hidden_bias: (units,).
        output: (covers, units).
        output_bias: (covers,).
    """

    hidden: Floats = field(repr=False)
    hidden_bias: Floats = field(repr=False)
    output: Floats = field(repr=False)
    output_bias: Floats = field(repr=False)

    def odds(self, known: Floats) -> Floats:
        """How likely each cover is, (covers, N), where it is known what the head is told, (inputs, N)."""
        return self._answer(self.hidden @ known)

    def odds_in(self, picture: Picture) -> Floats:
        """How likely each cover is in each cell of a picture, float32 (covers, H, W); they sum to 1."""
        seen = sight(picture)
        channels = np.cumsum([OWN_INPUTS, *(len(features) for features in seen.features)])
        # A weighted sum of features may be refined as well as the features themselves, and there are fewer of it.
        excited = weighted_features(seen, [self.hidden[:, start:stop] for start, stop in pairwise(channels)])
        excited += np.tensordot(self.hidden[:, :OWN_INPUTS], own_inputs(picture, grid_view(seen)), axes=1)
        return self._answer(excited.reshape(len(excited), -1)).reshape(-1, *excited.shape[1:])

    def _answer(self, excited: Floats) -> Floats:
        """Odds (covers, N), by what the inputs add up to, (units, N)."""
        logits = self.output @ np.maximum(excited + self.hidden_bias[:, None], 0.0) + self.output_bias[:, None]
        odds = np.exp(logits - logits.max(axis=0))
        return np.asarray(odds / odds.sum(axis=0), np.float32)


_IN_USE: ContextVar[Head | None] = ContextVar("land cover's head", default=None)


def head_at(path: Path) -> Head:
    """The head whose weights a file holds."""
    with np.load(path) as stored:
        return Head(**{name: stored[name].astype(np.float32) for name in stored.files})


def head_in_use() -> Head:
    """The head that ships, unless another is in use."""
    return _IN_USE.get() or _shipped()


@contextmanager
def in_use(head: Head) -> Iterator[None]:
    """Use another head, so as to judge it: one that has not seen a picture, say."""
    token = _IN_USE.set(head)
    try:
        yield
    finally:
        _IN_USE.reset(token)


@lru_cache(maxsize=1)
def _shipped() -> Head:
    return head_at(Path(__file__).parent / "data" / "head.npz")
