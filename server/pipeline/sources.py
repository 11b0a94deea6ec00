"""From what was located to the sources of a scene, each with a name of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from protocol.scene import BoxReference, Provenance, Source
from server.pipeline.locate import Located
from server.pipeline.stages import Box


def scene_sources(chosen: Sequence[Located], *, identities: dict[str, str], seed: int) -> list[Source]:
    """Scene sources of what was chosen, with an id made of the label and a number."""
    numbers: Counter[str] = Counter()
    sources = []
    for one in chosen:
        slug = re.sub(r"[^a-z0-9]+", "-", one.proposal.label.lower()).strip("-")[:48] or "source"
        numbers[slug] += 1
        sources.append(
            Source(
                id=f"{slug}-{numbers[slug]}",
                label=one.proposal.label,
                prompt=one.proposal.prompt,
                kind=one.proposal.kind,
                evidence=one.proposal.evidence,
                azimuth_deg=one.azimuth_deg,
                elevation_deg=one.elevation_deg,
                distance_m=one.distance_m,
                distance_sigma_m=one.distance_sigma_m,
                width_deg=one.width_deg,
                height_deg=one.height_deg,
                level_db_spl_1m=one.proposal.level_db_spl_1m,
                confidence=one.proposal.confidence,
                provenance=Provenance(boxes=tuple(map(_reference, one.boxes)), stages=identities, seed=seed),
            )
        )
    return sources


def _reference(box: Box) -> BoxReference:
    return BoxReference(
        window=box.view.name,
        left_px=box.left_px,
        top_px=box.top_px,
        right_px=box.right_px,
        bottom_px=box.bottom_px,
    )
