"""What each cover sounds like, but roads, whose traffic also depends on the vehicles: see ``things.traffic``."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.scene import Evidence, Kind, Surroundings
from server.perception.land_cover.classes import Cover


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """How a cover sounds.

    Attributes:
        cover: what must be seen.
        label: what the source is called.
        little: what a little of it sounds like.
        much: what much of it sounds like.
        by_night: what it sounds like at night, if that is something else.
        much_sr: from how large a solid angle on, all its regions together, it is much.
        kind: how its level falls with distance.
        level_db_spl_1m: typical equivalent level 1 m from such a thing.
        least_sr: a smaller region is not worth a source, and too likely a mistake.
        evidence: leaves are seen, and so is what rustles; paving is seen, but footsteps on it only inferred.
        in_clumps: whether a gap in it parts two sources: trees stand in clumps, while ground goes on behind a post.
        surroundings: where it sounds. Under a roof green and blue are paint; in unknown surroundings they may be.
    """

    cover: Cover
    label: str
    little: str
    much: str
    much_sr: float
    kind: Kind
    level_db_spl_1m: float
    least_sr: float
    evidence: Evidence
    in_clumps: bool = False
    by_night: str = ""
    surroundings: frozenset[Surroundings] = frozenset({"outdoor"})

    def prompt(self, solid_sr: float, *, night: bool = False) -> str:
        """What a picture with so much of the cover sounds like, by day or by night."""
        if night and self.by_night:
            return self.by_night
        return self.much if solid_sr >= self.much_sr else self.little


SOUNDINGS = (
    Sounding(
        cover=Cover.WATER,
        label="water",
        little="gentle waves lapping on a quay",
        much="calm sea waves on a shore",
        much_sr=1.5,
        kind="area",
        level_db_spl_1m=60.0,
        least_sr=0.02,
        evidence="seen",
    ),
    Sounding(
        cover=Cover.TREES,
        label="trees",
        little="wind in the leaves of a tree",
        much="wind in leaves and songbirds",
        by_night="wind in leaves",
        much_sr=0.2,
        kind="area",
        level_db_spl_1m=50.0,
        least_sr=0.02,
        evidence="seen",
        in_clumps=True,
    ),
    Sounding(
        cover=Cover.GRASS,
        label="grass",
        little="wind in grass",
        much="crickets in a meadow",
        by_night="crickets in the grass at night",
        much_sr=2.0,
        kind="area",
        level_db_spl_1m=40.0,
        least_sr=0.08,
        evidence="seen",
    ),
    Sounding(
        cover=Cover.PAVED,
        label="paved ground",
        little="footsteps on stone",
        much="footsteps on stone",
        much_sr=0.0,
        kind="area",
        level_db_spl_1m=55.0,
        least_sr=0.8,
        evidence="inferred",
        surroundings=frozenset({"outdoor", "covered", "indoor", "unknown"}),
    ),
)
