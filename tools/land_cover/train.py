"""Trains the head of land cover on labelled panoramas, on photographs cut from them, and on drawings.

Run from the root of the repository, with a folder that holds the panoramas that the labels name as ``NAME.jpg``::

    python -m tools.land_cover.train PICTURES --out server/perception/land_cover/data/head.npz
    python -m tools.land_cover.train PICTURES --leave-one-out HEADS

The second writes a head for each panorama that has not seen it, HEADS/NAME.npz, and prints how well these do, and how
well a head that has seen all does on the pictures whose licences let them evaluate only. Looking at the pictures takes
most of the time; with ``--examples FOLDER`` what was seen is kept there. The same pictures give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from server.perception.detector.sight import sight
from server.perception.land_cover.classes import Cover
from server.perception.land_cover.context import OVERHEAD_DEG, WALLS_DEG, belief
from server.perception.land_cover.head import Head
from server.synthetic.painting import rendered
from server.synthetic.truth import truth
from server.synthetic.world import World
from tools.land_cover.examples import Examples, examples
from tools.land_cover.fit import Moments, Projection, fitted
from tools.land_cover.motorways import motorway
from tools.land_cover.polygons import LABELS, UNLABELLED, labels
from tools.land_cover.rooms import room
from tools.land_cover.score import Confusion, table
from tools.land_cover.streets import quay, street

_PANORAMAS, _PHOTOGRAPHS = 3, 24
_DRAWN_PX, _DRAWN_PANORAMAS, _DRAWN_PHOTOGRAPHS = 1536, 2, 8
_WORLDS: dict[str, tuple[Callable[[int], World], int]] = {
    "street": (street, 26),
    "quay": (quay, 8),
    "motorway": (motorway, 10),
}
_ROOMS = 16
_LABELS_PX = 2048
_OF_EACH, _OF_DRAWN = 3000, 1500
_FOR_MOMENTS = 700
_DRAWN = 0.6
# Rare covers are learned from more often than they are seen: by the inverse of their share to this power.
_BALANCE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """What one picture teaches.

    Attributes:
        name: of the picture.
        seen: its cells.
        cover: of each, uint8 (N,); 255 where that is unknown.
        teaches: whether it may be learned from.
        is_drawn: whether it is no photograph.
    """

    name: str
    seen: Examples = field(repr=False)
    cover: NDArray[np.uint8] = field(repr=False)
    teaches: bool = True
    is_drawn: bool = False

    def moments(self) -> Moments:
        """Of some of its cells."""
        chance = np.random.default_rng(0)
        return Moments.of(self.seen.known[np.sort(chance.permutation(len(self.cover))[:_FOR_MOMENTS])])

    def chosen(self) -> NDArray[np.intp]:
        """The cells to learn from."""
        known = np.flatnonzero(self.cover != UNLABELLED)
        share = np.bincount(self.cover[known], minlength=len(Cover)) / len(known)
        odds = share[self.cover[known]] ** -_BALANCE
        count = min(_OF_DRAWN if self.is_drawn else _OF_EACH, len(known) // 2)
        return known[np.random.default_rng(0).choice(len(known), count, replace=False, p=odds / odds.sum())]


def lessons(pictures: Path, kept: Path | None) -> Iterator[Lesson]:
    """Of all labelled panoramas, then of drawn worlds and rooms.

    Args:
        pictures: the folder with the panoramas, or one above it.
        kept: where examples are kept from one run to the next; None to keep nothing.
    """
    for path in sorted(LABELS.glob("*.json")):
        said = labels(path)
        seen, classes = _kept(kept, said.picture), said.classes(_LABELS_PX)
        if seen is None:
            with Image.open(next(pictures.rglob(f"{said.picture}.jpg"))) as image:
                pixels = np.asarray(image.convert("RGB"))
            seed = crc32(said.picture.encode())
            # What only evaluates stays as it is.
            repaved = classes if said.may_teach else None
            seen = examples(pixels, repaved, seed=seed, panoramas=_PANORAMAS, photographs=_PHOTOGRAPHS)
            _keep(kept, said.picture, seen)
        yield Lesson(name=path.stem, seen=seen, cover=seen.covers(classes), teaches=said.may_teach)
    for kind, (draw, count) in _WORLDS.items():
        for seed in range(count):
            world, name = draw(seed), f"{kind} {seed}"
            yield _drawn(
                name, seed, lambda world=world: rendered(world, _DRAWN_PX).pixels, truth(world, _DRAWN_PX).cover, kept
            )
    for seed in range(_ROOMS):
        drawn = room(seed, _DRAWN_PX)
        yield _drawn(f"room {seed}", seed, lambda drawn=drawn: drawn.pixels, drawn.cover, kept)


def _drawn(
    name: str, seed: int, pixels: Callable[[], NDArray[np.uint8]], cover: NDArray[np.uint8], kept: Path | None
) -> Lesson:
    """The lesson of a drawn panorama.

    Args:
        name: of it.
        seed: of what is drawn by chance.
        pixels: draws it.
        cover: of each of its pixels.
        kept: where examples are kept.
    """
    seen = _kept(kept, name)
    if seen is None:
        seen = examples(pixels(), cover, seed=seed, panoramas=_DRAWN_PANORAMAS, photographs=_DRAWN_PHOTOGRAPHS)
        _keep(kept, name, seen)
    return Lesson(name=name, seen=seen, cover=seen.covers(cover), is_drawn=True)


def _kept(folder: Path | None, name: str) -> Examples | None:
    if folder is None or not (folder / f"{name}.npz").exists():
        return None
    with np.load(folder / f"{name}.npz") as stored:
        return Examples(**{key: stored[key] for key in stored.files})


def _keep(folder: Path | None, name: str, seen: Examples) -> None:
    sight.cache_clear()
    print(f"looked at {name}", flush=True)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {key: getattr(seen, key) for key in ("known", "azimuth_deg", "elevation_deg", "look")}
        np.savez(folder / f"{name}.npz", **arrays)


def learned(taught: Sequence[Lesson], moments: Sequence[Moments]) -> Head:
    """The head that lessons teach.

    Args:
        taught: the lessons.
        moments: of each.
    """
    by = Projection.by(sum(moments[1:], moments[0]))
    chosen = [lesson.chosen() for lesson in taught]
    return fitted(
        np.concatenate([by(lesson.seen.known[at]) for lesson, at in zip(taught, chosen, strict=True)]),
        np.concatenate([lesson.cover[at] for lesson, at in zip(taught, chosen, strict=True)]),
        # Every photograph weighs the same, and what is drawn less.
        np.concatenate(
            [
                np.full(len(at), (_DRAWN if lesson.is_drawn else 1.0) / len(at), np.float32)
                for lesson, at in zip(taught, chosen, strict=True)
            ]
        ),
        by,
        covers=len(Cover),
    )


def write(head: Head, path: Path) -> None:
    """Write a head's weights as float16."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(head, name) for name in ("hidden", "hidden_bias", "output", "output_bias")}
    np.savez_compressed(path, **{name: array.astype(np.float16) for name, array in arrays.items()})


def leave_one_out(all_of_them: Sequence[Lesson], folder: Path) -> Iterator[str]:
    """Write a head for each panorama that has not seen it; the lines of the tables on what it makes of it.

    Args:
        all_of_them: the lessons.
        folder: where the heads are written.
    """
    teaching = [lesson for lesson in all_of_them if lesson.teaches]
    moments = {lesson.name: lesson.moments() for lesson in teaching}
    panoramas, photographs = {}, {}
    for judged in all_of_them:
        if judged.is_drawn:
            continue
        others = [lesson for lesson in teaching if lesson is not judged]
        head = learned(others, [moments[lesson.name] for lesson in others])
        write(head, folder / f"{judged.name}.npz")
        panoramas[judged.name] = _judged(head, judged, judged.seen.look == 0)
        photographs[judged.name] = _judged(head, judged, judged.seen.look >= _PANORAMAS)
    for what, found in (("Panoramas", panoramas), ("Photographs cut from them", photographs)):
        for who, teaches in ((", each left out", True), (" that only evaluate", False)):
            own = {one.name: found[one.name] for one in all_of_them if one.name in found and one.teaches == teaches}
            yield from (f"\n{what}{who}\n", *table(own))


def _judged(head: Head, judged: Lesson, looks: NDArray[np.bool_]) -> Confusion:
    """How well a head does in some of the pictures that a lesson is made of.

    Args:
        head: that has not seen them.
        judged: the lesson.
        looks: which of its cells count, (N,).
    """
    said = np.zeros(len(judged.cover), np.uint8)
    for look in np.unique(judged.seen.look[looks]):
        said[judged.seen.look == look] = _said(head, judged.seen, int(look))
    counts = looks & (judged.cover != UNLABELLED)
    return Confusion.of(judged.cover[counts], said[counts])


def _said(head: Head, seen: Examples, look: int) -> NDArray[np.uint8]:
    """The cover that a head and its context say of the cells of one picture, (N,)."""
    own = seen.look == look
    odds = head.odds(seen.known[own].astype(np.float32).T)
    elevation_deg = seen.elevation_deg[own]
    panorama = look < _PANORAMAS
    overhead = elevation_deg > (OVERHEAD_DEG if panorama else -90.0)
    walls = (elevation_deg > WALLS_DEG[0]) & (elevation_deg < WALLS_DEG[1])
    believed = belief(odds[:, overhead].mean(axis=1), odds[:, walls].mean(axis=1), overhead=panorama)
    return np.asarray((odds * believed[:, None]).argmax(axis=0), np.uint8)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, help="the folder with the panoramas")
    parser.add_argument("--out", type=Path, help="where to write the head")
    parser.add_argument("--leave-one-out", type=Path, metavar="HEADS", help="a folder for a head for each panorama")
    parser.add_argument("--examples", type=Path, help="a folder to keep what was seen in")
    said = parser.parse_args()
    taught = list(lessons(said.pictures, said.examples))
    if said.out:
        teaching = [lesson for lesson in taught if lesson.teaches]
        write(learned(teaching, [lesson.moments() for lesson in teaching]), said.out)
    if said.leave_one_out:
        print(*leave_one_out(taught, said.leave_one_out), sep="\n")


if __name__ == "__main__":
    main()
