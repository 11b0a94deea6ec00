"""The sources of a scene, made of what was located."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.scene import BoxReference, Provenance, Source, free_source_id
from server.pipeline.locate.location import Located
from server.pipeline.stages import Box


def scene_sources(chosen: Sequence[Located], *, identities: dict[str, str], seed: int) -> tuple[Source, ...]:
    """Sources of a scene, each with an id of its own and no clip yet.

    Args:
        chosen: what was located and selected, in the order of the scene.
        identities: the identity (name@revision) of the stage behind each verb.
        seed: of the run.
    """
    sources: dict[str, Source] = {}
    for located in chosen:
        proposal = located.proposal
        source_id = free_source_id(proposal.label, sources)
        sources[source_id] = Source(
            id=source_id,
            label=proposal.label,
            prompt=proposal.prompt,
            kind=proposal.kind,
            evidence=proposal.evidence,
            azimuth_deg=located.azimuth_deg,
            elevation_deg=located.elevation_deg,
            distance_m=located.distance_m,
            distance_sigma_m=located.distance_sigma_m,
            width_deg=located.width_deg,
            height_deg=located.height_deg,
            level_db_spl_1m=proposal.level_db_spl_1m,
            confidence=proposal.confidence,
            provenance=Provenance(boxes=tuple(map(_reference, located.boxes)), stages=identities, seed=seed),
        )
    return tuple(sources.values())


def _reference(box: Box) -> BoxReference:
    return BoxReference(
        window=box.view.name,
        left_px=box.left_px,
        top_px=box.top_px,
        right_px=box.right_px,
        bottom_px=box.bottom_px,
    )
