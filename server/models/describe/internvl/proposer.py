"""InternVL 2.5 and its kin (Chen et al. 2024, arXiv:2412.05271), asked what would sound in each view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from server.models.describe.generation import impressions
from server.models.describe.internvl.checkpoint import LoadedInternVL
from server.models.describe.internvl.inputs import CONVERSATION
from server.models.describe.question import VERSION
from server.models.runtime import Runtime
from server.pipeline.stages import Impression, Sees
from server.pipeline.views import Picture


class InternVLProposer:
    """Names what would sound in each view; one conversation for each, batched, decoded greedily.

    Args:
        folder: a checkpoint in the layout of transformers (``-hf``) or in the original one; its config.json says which.
        runtime: where it runs, and in which numbers.
        revision: of the checkpoint, for the identity.
        most_tiles: into how many tiles of 448 pixels a view is cut at most; 1 for little memory, 4 to see small things.
        max_new_tokens: where an answer is cut off.
        at_once: how many views to begin with; fewer where memory runs short.
    """

    sees: Sees = "views"

    def __init__(
        self,
        folder: Path,
        *,
        runtime: Runtime,
        revision: str,
        most_tiles: int = 4,
        max_new_tokens: int = 768,
        at_once: int = 8,
    ) -> None:
        self._folder = folder
        self._runtime = runtime
        self._most_tiles = most_tiles
        self._max_new_tokens = max_new_tokens
        self._at_once = at_once
        self.identity = (
            f"{folder.name}@{revision}/{runtime.dtype}/question{VERSION}/{CONVERSATION}/tiles{most_tiles}"
            f"/tokens{max_new_tokens}"
        )

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window.

        Raises:
            InputError: the checkpoint is missing, damaged, or of another model.
            UnavailableError: torch is missing, or memory runs out even for a single view.
        """
        yield from impressions(
            lambda: LoadedInternVL.load(self._folder, self._runtime, most_tiles=self._most_tiles),
            windows,
            max_new_tokens=self._max_new_tokens,
            at_once=self._at_once,
        )
