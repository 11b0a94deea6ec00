"""A walk through a place becomes a file of some format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile

from protocol.coordinates import polar_from_scene
from protocol.errors import InputError
from protocol.place import Place, PlacedSource, Point
from protocol.scene import LOUDEST_DB_SPL, MOST_SOURCES, NEAREST_M, QUIETEST_DB_SPL, Clip, Scene, SceneListener, Source
from server.audio.clip_file import SAMPLE_RATE_HZ
from server.export.formats import FORMATS
from server.export.options import LONGEST_S, ExportOptions
from server.export.report import QUIET, Report
from server.files.digest import sha256_of
from server.library.place_folder import PlaceFolder
from server.place.hearing.ambience import AmbienceMap
from server.place.hearing.audible import AudibleFew
from server.place.hearing.pieces import pieces
from server.place.hearing.walk import Step, read_walk
from server.place.viewpoints import Floats

_LOOK_EVERY_M = 2.0


def render_place(
    folder: Path,
    *,
    out: Path,
    format: str,  # noqa: A002 - the option
    options: ExportOptions,
    report: Report = QUIET,
) -> None:
    """Render what somebody hears who walks through a place.

    Args:
        folder: of the place.
        out: the file to write.
        format: its name, of :data:`server.export.formats.FORMATS`.
        options: those that the format takes; ``path`` is the walk.
        report: told how far it is.

    Raises:
        SceneError: there is no finished place, or a clip is missing or damaged.
        InputError: there is no walk or it can't be used, or the file's name or place won't do.
    """
    place = PlaceFolder(folder).place()
    if options.path is None:
        names = ", ".join(viewpoint.name for viewpoint in place.viewpoints[:3])
        raise InputError(
            "is a place, in which one walks",
            where=str(folder),
            remedy=f"give --path WALK.json, or render one of its viewpoints: {folder / 'viewpoints'}/NAME ({names} …)",
        )
    walk = read_walk(options.path, place.origin)
    with tempfile.TemporaryDirectory(prefix="sonorama-walk-") as scratch:
        scene = _scene(place, walk, folder, Path(scratch))
        path = Path(scratch) / "path.json"
        path.write_text(json.dumps({"poses": [_pose(step) for step in walk]}), encoding="utf-8")
        duration_s = options.duration_s or max(walk[-1].time_s, 1.0)
        if duration_s > LONGEST_S:
            raise InputError(
                f"takes {duration_s:.0f} s",
                where=str(options.path),
                remedy=f"give --duration-s {LONGEST_S:.0f} or less",
            )
        # The echoes of one viewpoint aren't those of the next.
        FORMATS[format].render(
            scene,
            Path(scratch),
            out=out,
            options=replace(options, path=path, room=False, duration_s=duration_s),
            report=report,
        )


def _pose(step: Step) -> dict[str, object]:
    return {
        "time_s": step.time_s,
        "yaw_deg": step.yaw_deg,
        "pitch_deg": step.pitch_deg,
        "roll_deg": step.roll_deg,
        "position_m": step.position_m,
    }


def _scene(place: Place, walk: Sequence[Step], folder: Path, scratch: Path) -> Scene:
    """All that is heard on the way, around the origin of the place, facing east."""
    walked_m = _walked(walk)
    sources: list[Source] = []
    for source in _loudest(place, walked_m):
        clip = _lent(source, folder, scratch)
        if source.position_m is None:
            continue
        if isinstance(source.shape, Point):
            sources.append(_at(source, source.id, source.position_m, source.level_db_spl_1m, clip))
            continue
        parts = pieces(source, walked_m)
        turns = _turned(clip, len(parts.position_m), scratch)
        for number, (position_m, turned) in enumerate(zip(parts.position_m, turns, strict=True), start=1):
            sources.append(_at(source, f"{source.id}-{number}", position_m, parts.level_db_spl_1m, turned))
    sources += _ambience(place, walked_m, folder, scratch)
    if len(sources) > MOST_SOURCES:
        raise InputError(
            f"passes {len(sources)} sources and pieces of lines and areas, of which {MOST_SOURCES} can be heard",
            where="the walk",
            remedy="render it in shorter parts",
        )
    return Scene(
        format="sonorama.scene",
        version=1,
        id=place.id,
        image=PlaceFolder(folder).viewpoint(place.viewpoints[0].name).scene().image,
        listener=SceneListener(camera_height_m=1.7, heading_deg=90.0),
        environment=place.viewpoints[0].environment,
        sources=tuple(sources),
    )


def _walked(walk: Sequence[Step]) -> Floats:
    """Places on the way, some metres apart, shape (W, 3)."""
    corners = np.array([step.position_m for step in walk])
    found = [corners[:1]]
    for first, second in pairwise(corners):
        count = max(1, int(np.ceil(np.linalg.norm(second - first) / _LOOK_EVERY_M)))
        found.append(first + (second - first) * np.arange(1, count + 1)[:, None] / count)
    return np.concatenate(found)


def _loudest(place: Place, walked_m: Floats) -> list[PlacedSource]:
    """Those that somewhere on the way are among the loudest."""
    few, kept = AudibleFew(place.sources), set[int]()
    for here in walked_m:
        kept.update(few.loudest(here).tolist())
    return [place.sources[number] for number in sorted(kept)]


def _at(
    source: PlacedSource, source_id: str, position_m: Floats | Sequence[float], level_db: float, clip: Clip
) -> Source:
    azimuth_deg, elevation_deg, distance_m = (float(value) for value in polar_from_scene(position_m))
    return Source(
        id=source_id,
        label=source.label,
        prompt=source.prompt,
        kind="point",
        evidence=source.evidence,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=max(distance_m, NEAREST_M),
        distance_sigma_m=0.0,
        level_db_spl_1m=min(max(level_db, QUIETEST_DB_SPL), LOUDEST_DB_SPL),
        confidence=source.confidence,
        clip=clip,
    )


def _ambience(place: Place, walked_m: Floats, folder: Path, scratch: Path) -> list[Source]:
    """What comes from everywhere, as loud as it is on the mean of the way."""
    around = [source for source in place.sources if source.kind == "ambient" and not source.muted and source.clip]
    if not around:
        return []
    ambience = AmbienceMap(place.viewpoints, around)
    power = np.mean([ambience.gains(here) ** 2 for here in walked_m], axis=0)
    found = []
    for source, share in zip(around, power, strict=True):
        if share > 1e-4:
            clip = _lent(source, folder, scratch)
            level_db = source.level_db_spl_1m + 10.0 * float(np.log10(share))
            found.append(
                replace(
                    _at(source, source.id, (1.0, 0.0, 0.0), level_db, clip),
                    kind="ambient",
                    distance_m=None,
                    distance_sigma_m=None,
                    width_deg=360.0,
                    height_deg=180.0,
                )
            )
    return found


def _lent(source: PlacedSource, folder: Path, scratch: Path) -> Clip:
    """The clip of a source, where the scene of the walk looks for it."""
    clip = source.clip
    if clip is None:
        raise InputError("has no clip", where=f"source {source.id}", remedy="make the place again")
    target = scratch / clip.path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to((folder / clip.path).resolve())
    return clip


def _turned(clip: Clip, count: int, scratch: Path) -> list[Clip]:
    """The same loop begun at as many places: pieces in step would sum to one loud piece, and to a comb."""
    if count == 1 or not clip.loop:
        return [clip] * count
    samples, _ = soundfile.read(scratch / clip.path, dtype="int32")
    turned = []
    for number in range(count):
        path = scratch / "clips" / f"{Path(clip.path).stem}-turned-{number}.wav"
        # Steps of the golden ratio: any few of them are far apart.
        start = round(len(samples) * (number * 0.618033988749895 % 1.0))
        soundfile.write(path, np.roll(samples, -start), SAMPLE_RATE_HZ, subtype="PCM_24")
        turned.append(replace(clip, path=f"clips/{path.name}", sha256=sha256_of(path)))
    return turned
