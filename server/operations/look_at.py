"""One picture of a place is looked at, in this process or in another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError

from protocol.errors import SonoramaError, printable
from protocol.events import Notice
from protocol.scene import Environment, Image
from server.library.folder import SceneFolder
from server.library.packing import read_packed, write_packed
from server.pipeline.settings import GenerateOptions
from server.pipeline.stage_cache import key_of
from server.pipeline.stages import Stages
from server.place.alignment.features import NO_FEATURES, Features, features
from server.place.found import Found, found

if TYPE_CHECKING:
    from server.models.choices import Learned

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookOrder:
    """What to look at, and how.

    Attributes:
        name: of the viewpoint.
        path: of the picture.
        folder: of the viewpoint.
        preset: which stages look.
        learned: which models, and where they run.
        options: what the user chose; the height of the camera is this picture's.
    """

    name: str
    path: Path
    folder: Path
    preset: str
    learned: Learned | None
    options: GenerateOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of an order.

    Attributes:
        name: of the viewpoint.
        problem: why it failed, in one line; empty where it didn't.
        reused: whether an earlier run had looked.
    """

    name: str
    problem: str = ""
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What else is kept of a picture that was looked at.

    Attributes:
        image: the picture as it was looked at.
        environment: of its camera.
        heading_deg: what its file says.
    """

    image: Image
    environment: Environment
    heading_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kept:
    found: Found
    about: str
    """JSON, since its types are strict about what they are made of."""


_ABOUT = TypeAdapter(About)


def look_at(order: LookOrder) -> Looked:
    """Look at a picture, unless an earlier run has done so; what it told lies in the viewpoint's folder then.

    A picture that can't be used is no error: the others go on.
    """
    try:
        return _looked(order)
    except SonoramaError as error:
        return Looked(name=order.name, problem=printable(str(error)))


def read_found(folder: Path) -> tuple[Found, About] | None:
    """What a picture told, from its viewpoint's folder; None where nothing lies there."""
    return _read(folder, key=None)


def _read(folder: Path, *, key: str | None) -> tuple[Found, About] | None:
    kept = read_packed(_kept_at(folder), key=key, kind=list[_Kept])
    if not kept:
        return None
    try:
        return kept[0].found, _ABOUT.validate_json(kept[0].about)
    except ValidationError:
        return None


def read_points(folder: Path) -> Features:
    """The points of a picture, from its viewpoint's folder; none where nothing lies there."""
    kept = read_packed(_points_at(folder), key=None, kind=list[Features])
    return kept[0] if kept else NO_FEATURES


def _points_at(folder: Path) -> Path:
    return folder / "work" / "points.npz"


def _kept_at(folder: Path) -> Path:
    return folder / "work" / "found.npz"


def _looked(order: LookOrder) -> Looked:
    from server.pipeline.picture.image import read_picture

    stages = _stages(order.preset, order.learned)
    key = key_of(_file_key(order.path), asdict(order.options), stages.identities)
    kept = _read(order.folder, key=key)
    if kept is not None and (order.folder / kept[1].image.path).is_file():
        return Looked(name=order.name, problem="", reused=True)

    from server.perception.ground_plane.upright import upright
    from server.pipeline.flow import looked

    options = order.options
    picture = upright(
        read_picture(order.path, projection=options.projection, hfov_deg=options.hfov_deg, level=options.level)
    )
    notices = []
    journey = looked(picture, settings=options.settings, stages=stages, cache=_Forgetful())
    while True:
        try:
            event = next(journey)
        except StopIteration as stop:
            look = stop.value
            break
        if isinstance(event, Notice):
            notices.append(event.text)
    folder = SceneFolder(order.folder)
    folder.prepare()
    folder.begin(picture)
    about = About(image=folder.keep_picture(picture), environment=look.environment, heading_deg=picture.heading_deg)
    told = found(
        look.sightings,
        look.distinct,
        camera_height_m=options.camera_height_m,
        notices=notices,
    )
    write_packed(_points_at(order.folder), key=key, kind=list[Features], value=[features(picture)])
    record = _Kept(found=told, about=_ABOUT.dump_json(about).decode())
    write_packed(_kept_at(order.folder), key=key, kind=list[_Kept], value=[record])
    return Looked(name=order.name)


@lru_cache(maxsize=1)
def _stages(preset: str, learned: Learned | None) -> Stages:
    """The stages of a process, loaded once for all of its pictures."""
    from server import presets

    return presets.stages(preset, learned=learned)


def _file_key(path: Path) -> list[int | str]:
    """Tells a file from another one of its name without reading it."""
    try:
        status = path.stat()
    except OSError:
        return [str(path)]
    return [path.name, status.st_size, status.st_mtime_ns]


class _Forgetful:
    """A cache that keeps nothing: of a picture only what it told is kept."""

    def recalled(self, stage: str, key: str, kind: type[T]) -> T | None:  # noqa: ARG002
        return None

    def keep(self, stage: str, key: str, kind: type[T], value: T) -> None:
        pass
