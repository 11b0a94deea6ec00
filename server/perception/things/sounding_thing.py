"""How a kind of thing sounds: a row of the table."""

from __future__ import annotations

from dataclasses import dataclass

from protocol.scene import Evidence, Kind, Surroundings
from server.perception.land_cover.classes import Cover

OUT_OF_DOORS: frozenset[Surroundings] = frozenset({"outdoor", "covered", "unknown"})
INDOORS: frozenset[Surroundings] = frozenset({"indoor", "unknown"})
ANYWHERE: frozenset[Surroundings] = OUT_OF_DOORS | INDOORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How things of a kind sound under a condition.

    Attributes:
        prompt: what it sounds like.
        level_db_spl_1m: typical equivalent level 1 m from one of them.
        least_count: so many stand together, at least.
        least_height_deg: one is so high in view, at least, which tells how near it is.
        surroundings: where they are.
        ground: what they stand on, fly before or swim in; empty for anything.
        ridden: only with a person upon it.
        aloft: only where it is seen above the horizon.
        beside: only where one of these is in the picture too, by the detector's names; empty for anything.
    """

    prompt: str
    level_db_spl_1m: float
    least_count: int = 1
    least_height_deg: float = 0.0
    surroundings: frozenset[Surroundings] = ANYWHERE
    ground: frozenset[Cover] = frozenset()
    ridden: bool = False
    aloft: bool = False
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundingThing:
    """A kind of thing that would sound.

    Attributes:
        name: the detector's, of COCO. Where it has several rows, the first with a variant that holds is heard.
        label: what the source is called.
        variants: the first whose condition holds is heard; where none does, the thing is silent.
        height_m: from the lowest such thing to the highest, whatever its posture.
        kind: how its level falls with distance.
        evidence: whether the sound is as good as seen, or the thing may as well be silent.
        stands: whether it rests on the ground or the water that the camera's place has, or else may be far above.
    """

    name: str
    label: str
    variants: tuple[Variant, ...]
    height_m: tuple[float, float]
    kind: Kind = "point"
    evidence: Evidence = "seen"
    stands: bool = True
