"""How well the embedded perception names what sounds in real panoramas, and where.

Run from the root of the repository, with a folder of panoramas, ``NAME.jpg``, and what is in them, ``truth.json``. The
truth need not list all that a picture shows: a tree that it leaves out counts against the precision::

    python -m tools.land_cover.train PICTURES --leave-one-out HEADS
    python -m benchmarks.perception PICTURES --heads HEADS

A picture that the head of land cover was trained on is judged with HEADS/NAME.npz, which has not seen it; where there
is none, the picture is marked as learned from. What is labelled by hand (``tools/land_cover/labels``) is judged pixel
by pixel, too, and counts as truth where ``truth.json`` has no entry. Polygons leave nothing out, so a second precision
counts as right, too, what is mostly labelled as the source's own cover.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from server.perception.detector.sight import sight
from server.perception.land_cover.classes import land_cover
from server.perception.land_cover.head import head_at, in_use
from server.perception.proposer import EmbeddedProposer
from server.pipeline.locate.location import Located, located
from server.pipeline.merge.grouping import merged
from server.pipeline.stages import DistanceMap, Impression
from server.pipeline.views import Picture, View
from tools.land_cover.polygons import COVERS, LABELS, UNLABELLED, Labels, labels
from tools.land_cover.score import Confusion, table

UNJUDGED = frozenset({"wind", "room tone"})
"""Labels of which the truth says nothing."""


_COVERS = {"trees": "trees", "grass": "grass", "water": "water", "paved ground": "paved", "road traffic": "road"}
"""What a source of a cover is labelled as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Hits and misses of one label."""

    reported: int = 0
    right: int = 0
    shown: int = 0
    present: int = 0
    found: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            reported=self.reported + other.reported,
            right=self.right + other.right,
            shown=self.shown + other.shown,
            present=self.present + other.present,
            found=self.found + other.found,
        )

    @property
    def precision(self) -> float | None:
        """The share of reported sources that lie in an interval of their label; None where none was reported."""
        return self.right / self.reported if self.reported else None

    @property
    def shown_precision(self) -> float | None:
        """The share of reported sources that lie in such an interval or are labelled so; None where there is none."""
        return self.shown / self.reported if self.reported else None

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


def is_labelled(source: Located, drawn: Labels) -> bool:
    """Whether most of what a source covers is labelled as the cover that sounds so."""
    cover, mask = _COVERS.get(source.proposal.label), source.proposal.mask
    if cover is None or mask is None:
        return False
    classes = drawn.classes(mask.shape[1])[mask]
    return bool(np.mean(classes == COVERS.index(cover)) > 0.5)


def verdict(sources: Sequence[Located], said: str, truth: Mapping[str, Any], drawn: Labels | None = None) -> Verdict:
    """How sources and a setting compare with what a person says.

    Args:
        sources: what was found.
        said: the setting.
        truth: an entry of ``truth.json``.
        drawn: the polygons of the picture; None where there are none.
    """
    judged = [source for source in sources if source.proposal.label not in UNJUDGED]
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for source in judged:
        label = source.proposal.label
        right = any(one["label"] == label and holds(one, source.azimuth_deg) for one in truth["present"])
        shown = right or (drawn is not None and is_labelled(source, drawn))
        tallies[label] += Tally(reported=1, right=int(right), shown=int(shown))
    for one in truth["present"]:
        found = any(one["label"] == each.proposal.label and holds(one, each.azimuth_deg) for each in judged)
        tallies[one["label"]] += Tally(present=1, found=int(found))
    return Verdict(
        tallies=dict(tallies),
        violations=tuple(sorted({source.proposal.label for source in judged} & set(truth["absent"]))),
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
    """What the embedded perception makes of a picture, located and merged; everything is put 10 m away."""
    (impression,) = EmbeddedProposer().propose([picture])
    shape = (64, 128)
    far = DistanceMap(
        view=picture.view.resized(shape[1], shape[0]),
        distance_m=np.full(shape, 10.0, dtype=np.float32),
        sigma_m=np.full(shape, 1.0, dtype=np.float32),
    )
    return impression, merged([located(one, [far]) for one in impression.proposals])


def truths(folder: Path) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What is in the panoramas of a folder, by their names, by who says so: ``truth.json``, or else a label."""
    told = json.loads((folder / "truth.json").read_text("utf-8"))
    labelled: dict[str, Mapping[str, Any]] = {}
    for path in sorted(LABELS.glob("*.json")):
        said = labels(path)
        if said.picture not in told and any(folder.rglob(f"{said.picture}.jpg")):
            labelled[said.picture] = {"setting": said.setting, "present": said.present, "absent": said.absent}
    return {"truth.json": told, "labels": labelled}


def report(folder: Path, heads: Path | None) -> Iterator[str]:
    """The lines of the report.

    Args:
        folder: the panoramas and their truth.
        heads: a head for each panorama that has not seen it; None to judge the one that ships.
    """
    verdicts = defaultdict(list)
    covers, things = {}, Counter[str]()
    yield "| picture | setting | sources (azimuth, width, confidence) | of them absent |"
    yield "|---|---|---|---|"
    said_by = truths(folder)
    for by, name, truth in ((by, name, truth) for by, told in said_by.items() for name, truth in told.items()):
        picture = panorama(next(folder.rglob(f"{name}.jpg")))
        unseen = None if heads is None or not (heads / f"{name}.npz").exists() else head_at(heads / f"{name}.npz")
        with in_use(unseen) if unseen else nullcontext():
            impression, sources = heard(picture)
            cover = land_cover(picture)
        things.update(one.name for one in sight(picture).detections)
        label = LABELS / f"{name}.json"
        drawn = labels(label) if label.exists() else None
        one = verdict(sources, impression.surroundings, truth, drawn)
        verdicts[by].append(one)
        listed = ", ".join(
            f"{s.proposal.label} ({s.azimuth_deg:.0f}°, {s.width_deg:.0f}°, {s.proposal.confidence:.2f})"
            for s in sources
        )
        mark = "" if one.setting_right else " (wrong)"
        where = f"{one.setting} {impression.surroundings_confidence:.2f}{mark}"
        learned_from = unseen is None and drawn is not None and drawn.may_teach
        marked = f"{name} (learned from)" if learned_from else name
        yield f"| {marked} | {where} | {listed} | {', '.join(one.violations)} |"
        if drawn is not None:
            true = drawn.classes(cover.view.width_px)
            known = true != UNLABELLED
            covers[name] = Confusion.of(true[known], cover.classes[known])
    for by, given in verdicts.items():
        yield f"\n| by {by} | reported | precision | or labelled so | present | recall |"
        yield "|---|---|---|---|---|---|"
        tallies = pooled(given)
        for sound, tally in [*tallies.items(), ("**all**", sum(tallies.values(), Tally()))]:
            precision = f"{_share(tally.precision)} | {_share(tally.shown_precision)}"
            yield f"| {sound} | {tally.reported} | {precision} | {tally.present} | {_share(tally.recall)} |"
        right = sum(one.setting_right for one in given)
        violations = sum(len(one.violations) for one in given)
        yield f"\nSettings right: {right} of {len(given)}. Reported although absent: {violations}."
    yield "\nLand cover, intersection over union:\n"
    yield from table(covers)
    yield "\nThings seen: " + ", ".join(f"{name} {count}" for name, count in sorted(things.items())) + "."


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="the folder with the panoramas and truth.json")
    parser.add_argument("--heads", type=Path, help="a folder with a head for each panorama that has not seen it")
    asked = parser.parse_args()
    for line in report(asked.pictures, asked.heads):
        print(line, flush=True)


if __name__ == "__main__":
    main()
