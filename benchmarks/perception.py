"""How well the embedded eyes name what sounds in real panoramas, and where.

Run with ``python -m benchmarks.perception [FOLDER]`` from the root of the repository. The folder holds panoramas as
``NAME.jpg`` and what is in them as ``truth.json``. The truth need not list all that a picture shows: a tree that it
leaves out counts against the precision.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from server.embedded.eyes.listening import EmbeddedProposer
from server.pipeline.locate import Located, located
from server.pipeline.merge import merged
from server.pipeline.stages import DistanceMap, Impression
from server.pipeline.views import Picture, View

UNJUDGED = frozenset({"wind", "room tone"})
"""Labels of which the truth says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Hits and misses of one label."""

    reported: int = 0
    right: int = 0
    present: int = 0
    found: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            reported=self.reported + other.reported,
            right=self.right + other.right,
            present=self.present + other.present,
            found=self.found + other.found,
        )

    @property
    def precision(self) -> float | None:
        """The share of reported sources that lie in an interval of their label; None where none was reported."""
        return self.right / self.reported if self.reported else None

    @property
    def recall(self) -> float | None:
        """The share of intervals with the centre of a source of their label; None where there are none."""
        return self.found / self.present if self.present else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one picture went.

    Attributes:
        tallies: by label.
        violations: labels that were reported although they are not there.
        setting: what was said.
        setting_right: whether that is so.
    """

    tallies: Mapping[str, Tally]
    violations: tuple[str, ...]
    setting: str
    setting_right: bool


def holds(interval: Mapping[str, Any], azimuth_deg: float) -> bool:
    """Whether an azimuth lies between ``right_deg`` and, counter-clockwise from there, ``left_deg``.

    >>> holds({"right_deg": 150, "left_deg": 225}, -170.0)
    True
    >>> holds({"right_deg": -180, "left_deg": 20}, 30.0)
    False
    """
    width_deg = float(interval["left_deg"]) - float(interval["right_deg"])
    return bool(np.mod(azimuth_deg - float(interval["right_deg"]), 360.0) <= width_deg)


def verdict(sources: Sequence[tuple[str, float]], said: str, truth: Mapping[str, Any]) -> Verdict:
    """How sources (label and azimuth in degrees) and a setting compare with an entry of ``truth.json``."""
    judged = [(label, azimuth_deg) for label, azimuth_deg in sources if label not in UNJUDGED]
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for label, azimuth_deg in judged:
        right = any(one["label"] == label and holds(one, azimuth_deg) for one in truth["present"])
        tallies[label] += Tally(reported=1, right=int(right))
    for one in truth["present"]:
        found = any(label == one["label"] and holds(one, azimuth_deg) for label, azimuth_deg in judged)
        tallies[one["label"]] += Tally(present=1, found=int(found))
    return Verdict(
        tallies=dict(tallies),
        violations=tuple(sorted({label for label, _ in judged} & set(truth["absent"]))),
        setting=said,
        setting_right=str(truth["setting"]).startswith(said),
    )


def pooled(verdicts: Sequence[Verdict]) -> dict[str, Tally]:
    """Tallies over many pictures, by label in alphabetical order."""
    total: defaultdict[str, Tally] = defaultdict(Tally)
    for one in verdicts:
        for label, tally in one.tallies.items():
            total[label] += tally
    return dict(sorted(total.items()))


def panorama(path: Path) -> Picture:
    """A panorama as the pipeline sees it."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    height_px, width_px = pixels.shape[:2]
    view = View(name="picture", projection="equirectangular", width_px=width_px, height_px=height_px)
    return Picture(pixels=pixels, view=view)


def heard(picture: Picture) -> tuple[Impression, tuple[Located, ...]]:
    """What the embedded eyes make of a picture, located and merged; everything is put 10 m away."""
    (impression,) = EmbeddedProposer().propose([picture])
    shape = (64, 128)
    far = DistanceMap(
        view=picture.view.resized(shape[1], shape[0]),
        distance_m=np.full(shape, 10.0, dtype=np.float32),
        sigma_m=np.full(shape, 1.0, dtype=np.float32),
    )
    return impression, merged([located(one, [far]) for one in impression.proposals])


def report(folder: Path) -> Iterator[str]:
    """The lines of the report on a folder of panoramas."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    verdicts = []
    yield "| picture | setting | sources (azimuth, width, confidence) | of them absent |"
    yield "|---|---|---|---|"
    for name in sorted(truth):
        impression, sources = heard(panorama(folder / f"{name}.jpg"))
        one = verdict([(s.proposal.label, s.azimuth_deg) for s in sources], impression.setting, truth[name])
        verdicts.append(one)
        listed = ", ".join(
            f"{s.proposal.label} ({s.azimuth_deg:.0f}°, {s.width_deg:.0f}°, {s.proposal.confidence:.2f})"
            for s in sources
        )
        mark = "" if one.setting_right else " (wrong)"
        where = f"{one.setting} {impression.setting_confidence:.2f}{mark}"
        yield f"| {name} | {where} | {listed} | {', '.join(one.violations)} |"
    yield ""
    yield "| label | reported | precision | present | recall |"
    yield "|---|---|---|---|---|"
    for label, tally in pooled(verdicts).items():
        yield f"| {label} | {tally.reported} | {_share(tally.precision)} | {tally.present} | {_share(tally.recall)} |"
    yield ""
    right = sum(one.setting_right for one in verdicts)
    violations = sum(len(one.violations) for one in verdicts)
    yield f"Settings right: {right} of {len(verdicts)}. Reported although absent: {violations}."


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    for line in report(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/panoramas")):
        print(line)
