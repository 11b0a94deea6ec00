"""The panoramas of a place, each with what is known of where it was taken.

A folder of pictures, each of which may have a JSON file beside it, of its own name or one for all; or a manifest: a
CSV file or GeoJSON whose rows name the pictures.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from protocol.errors import InputError, os_reason
from server.files.json_text import utf8_json
from server.place.poses.gps import gps_pose
from server.place.poses.pose import Pose
from server.place.poses.vocabularies import FILE_NAMES, known_names, pose_of

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".avif", ".heic", ".heif", ".jxl", ".insp", ".hdr"}
)
"""Of files that a folder's pictures have."""

_LONGEST_NAME = 56
_GEOJSON = "give a GeoJSON FeatureCollection of points"


@dataclass(frozen=True, slots=True, kw_only=True)
class PosedPicture:
    """A picture of a place.

    Attributes:
        name: of its viewpoint.
        path: of its file.
        pose: what is known of where it was taken.
    """

    name: str
    path: Path
    pose: Pose


def read_pictures(path: Path) -> tuple[list[PosedPicture], list[str]]:
    """The pictures of a folder or a manifest, by name, and what a person should know of how they were read.

    Args:
        path: a folder, or a ``.csv``, ``.json`` or ``.geojson`` file.

    Raises:
        InputError: there is nothing, or it can't be read; a row names no file, or its pose is impossible.
    """
    if path.is_dir():
        files = sorted(
            each
            for each in path.iterdir()
            if each.suffix.lower() in SUFFIXES and not each.name.startswith(".") and each.is_file()
        )
        told = _beside(path)
        rows = [(each, told.get(each.name) or told.get(each.stem) or {}, str(each)) for each in files]
        if not rows:
            raise InputError("has no pictures", where=str(path), remedy="give a folder of panoramas, or a manifest")
    else:
        rows = list(_manifest(path))
        if not rows:
            raise InputError("names no pictures", where=str(path), remedy=f"give columns of: {known_names()}")
    ignored: set[str] = set()
    pictures: list[tuple[Path, Pose]] = []
    for file, said, where in rows:
        pose, unknown = pose_of(said, where=where)
        if not path.is_dir():
            ignored.update(unknown)
        pictures.append((file, pose.completed_by(gps_pose(file))))
    notices = [f"{path.name}: nothing was made of {', '.join(sorted(ignored))}"] if ignored else []
    return _named(pictures), notices


def _named(pictures: list[tuple[Path, Pose]]) -> list[PosedPicture]:
    """A name for each, from its file's: in the order of names, so that the order of rows doesn't matter."""
    taken: Counter[str] = Counter()
    renamed: dict[str, str] = {}
    named = []
    for file, pose in sorted(pictures, key=lambda each: (each[0].stem, str(each[0]))):
        slug = re.sub(r"[^\w.-]+", "-", file.stem).strip("-.")[:_LONGEST_NAME] or "view"
        taken[slug] += 1
        name = slug if taken[slug] == 1 else f"{slug}.{taken[slug]}"
        renamed |= {file.name: name, file.stem: name}
        named.append(PosedPicture(name=name, path=file, pose=pose))
    names = {each.name for each in named}
    # A link to what isn't here leads nowhere.
    return [
        replace(
            each,
            pose=replace(
                each.pose,
                links=tuple(sorted({renamed.get(link, link) for link in each.pose.links} & (names - {each.name}))),
            ),
        )
        for each in named
    ]


def _beside(folder: Path) -> dict[str, Mapping[str, Any]]:
    """What JSON files in a folder say of pictures, by the picture's name or its name without suffix.

    A file of its own name tells of one picture; a list, as Mapillary's tools and its API write, names the file or the
    id of each.
    """
    told: dict[str, Mapping[str, Any]] = {}
    for file in sorted(folder.glob("*.json")):
        if file.name.startswith("."):
            continue
        content = _read_json(file)
        entries = (
            content.get("data") if isinstance(content, dict) and isinstance(content.get("data"), list) else content
        )
        if isinstance(entries, Mapping):
            told[file.stem] = entries
        elif isinstance(entries, list):
            for entry in entries:
                if isinstance(entry, Mapping):
                    names = [entry[key] for key in (*FILE_NAMES, "id", "panoId") if isinstance(entry.get(key), str)]
                    told |= dict.fromkeys((Path(str(name)).name for name in names), entry)
    return told


def _manifest(path: Path) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    """The rows of a manifest: file, what is said of it, and where."""
    if path.suffix.lower() == ".csv":
        yield from _csv(path)
        return
    if path.suffix.lower() not in (".json", ".geojson"):
        raise InputError(
            "is neither a folder nor a manifest", where=str(path), remedy="give a folder, a .csv or a .geojson file"
        )
    content = _read_json(path)
    features = content.get("features") if isinstance(content, Mapping) else content
    if not isinstance(features, list):
        raise InputError(
            "has no list of features", where=str(path), remedy="give a GeoJSON FeatureCollection of points"
        )
    for number, feature in enumerate(features):
        where = f"{path}: feature {number + 1}"
        if not isinstance(feature, Mapping) or not isinstance(feature.get("properties") or {}, Mapping):
            raise InputError("isn't an object", where=where, remedy="give a GeoJSON FeatureCollection of points")
        said = dict(feature.get("properties") or {}) if "properties" in feature else dict(feature)
        if "geometry" in feature:
            said["geometry"] = feature["geometry"]
        yield _file_of(said, path, where), said, where


def _csv(path: Path) -> Iterator[tuple[Path, Mapping[str, Any], str]]:
    text = _text(path)
    # Spreadsheets of many countries part columns by semicolons.
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    for row in _rows(reader, path):
        where = f"{path}: line {reader.line_num}"
        cells = {(key or "").strip(): value.strip() for key, value in row.items() if isinstance(value, str)}
        said = {key: value for key, value in cells.items() if value}
        if said:
            yield _file_of(said, path, where), said, where


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from reader
    except csv.Error as error:
        raise InputError(f"isn't a table ({error})", where=str(path), remedy="save it as CSV in UTF-8") from error


def _file_of(said: Mapping[str, Any], path: Path, where: str) -> Path:
    for name in FILE_NAMES:
        file = said.get(name)
        if isinstance(file, str) and file:
            return path.parent / file
    raise InputError("names no file", where=where, remedy="give each picture in a column named file")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(utf8_json(path.read_bytes()))
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    except (ValueError, RecursionError) as error:
        raise InputError("isn't JSON", where=str(path), remedy="mend the file, or take it away") from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"can't be read ({os_reason(error)})", where=str(path), remedy="check the path") from error
    except UnicodeDecodeError as error:
        raise InputError("isn't text in UTF-8", where=str(path), remedy="save it as CSV in UTF-8") from error
