"""Located sources, as tests need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from protocol.coordinates import wrapped_azimuth_deg
from protocol.scene import Kind
from server.pipeline.locate.location import Located
from server.pipeline.stages import Proposal


def source(
    label: str = "car",
    *,
    kind: Kind = "point",
    level_db: float = 70.0,
    distance_m: float | None = 10.0,
    confidence: float = 1.0,
    azimuth_deg: float = 0.0,
    elevation_deg: float = 0.0,
    width_deg: float = 0.0,
) -> Located:
    proposal = Proposal(
        label=label, prompt=label, kind=kind, level_db_spl_1m=level_db, evidence="seen", confidence=confidence
    )
    return Located(
        proposal=proposal,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        distance_sigma_m=None if distance_m is None else 1.0,
        width_deg=width_deg,
        height_deg=5.0,
    )


WIND = source("wind", kind="ambient", level_db=40.0, distance_m=None, width_deg=360.0)


@st.composite
def scenes(draw: st.DrawFn, most: int = 15) -> list[Located]:
    """Sources of few labels, all of different levels, perhaps with wind."""
    levels_db = draw(st.lists(st.integers(30, 100), max_size=most, unique=True))
    sources = [
        source(
            draw(st.sampled_from(["car", "tree", "person"])),
            kind=draw(st.sampled_from(["point", "line", "area"])),
            level_db=level_db,
            distance_m=draw(st.floats(1.0, 60.0)),
            confidence=draw(st.floats(0.2, 1.0)),
            azimuth_deg=draw(st.integers(-179, 180)),
            elevation_deg=draw(st.integers(-60, 60)),
            width_deg=draw(st.sampled_from([0.0, 20.0, 120.0, 360.0])),
        )
        for level_db in levels_db
    ]
    return sources + [WIND] * draw(st.integers(0, 1))


def turned(sources: Sequence[Located], yaw_deg: float) -> list[Located]:
    """The same scene, seen by a camera that was turned."""
    return [replace(one, azimuth_deg=float(wrapped_azimuth_deg(one.azimuth_deg + yaw_deg))) for one in sources]


def mirrored(sources: Sequence[Located]) -> list[Located]:
    """The same scene with left and right exchanged."""
    return [replace(one, azimuth_deg=float(wrapped_azimuth_deg(-one.azimuth_deg))) for one in sources]


def names(sources: Sequence[Located]) -> list[tuple[str, float]]:
    """What tells the sources of a scene, wherever they are."""
    return [(one.proposal.label, one.proposal.level_db_spl_1m) for one in sources]
