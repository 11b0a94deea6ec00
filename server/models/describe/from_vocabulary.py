"""A proposer without a model: it names a fixed vocabulary in every view, and a grounding model finds what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from server.models.describe.vocabulary import VOCABULARY
from server.pipeline.stages import Impression, Proposal, Sees
from server.pipeline.views import Picture

# Nothing is known of a source before it is found; the grounding model brings a confidence.
_UNKNOWN = 0.0


class VocabularyProposer:
    """Proposes every entry of the vocabulary, without a box.

    No ambience: that needs no grounding, so all of it would be in every scene, though nothing here has looked whether
    there is wind or the hum of a room. For the same reason the surroundings stay unknown.
    """

    identity = "street-vocabulary@1"
    sees: Sees = "views"

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        """One impression for each window, all alike."""
        everything = Impression(
            proposals=tuple(
                Proposal(
                    label=entry.phrase,
                    prompt=entry.caption,
                    kind=entry.kind,
                    level_db_spl_1m=entry.level_db_spl_1m,
                    evidence=entry.evidence,
                    confidence=_UNKNOWN,
                )
                for entry in VOCABULARY
            )
        )
        for _ in windows:
            yield everything
