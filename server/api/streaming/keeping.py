"""What is live of a scene and what is kept of it: which of both holds, and how the one becomes the other.

Kept is what lies in ``scene.json``. Live is what was changed beyond that, for those who listen together, until the
server forgets the scene. A change of either leaves the other alone but for what it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from protocol.scene import LOUDEST_DB_SPL, QUIETEST_DB_SPL, Scene
from protocol.wire import Command, Keep, Mute, SetSource
from protocol.wire.base import LEAST_TRIM_DB, MOST_TRIM_DB
from protocol.wire.sources import SourceState
from server.api.scenes.editing import SourceChange, changed, source_of

_PLACE = ("azimuth_deg", "elevation_deg", "distance_m")
# What may be changed live and be kept; a place is one thing.
_TOGETHER = (_PLACE, ("label",), ("level_db_spl_1m",), ("muted",))
_ALL = frozenset(name for names in _TOGETHER for name in names)


def kept_by(command: Command) -> frozenset[str]:
    """Which fields of a source, or of all, are to be in the scene's file once a command was carried out."""
    match command:
        case Keep():
            return _ALL
        case Mute(keep=True):
            return frozenset({"muted"})
        case SetSource(keep=True):
            given = {name for name in _ALL - {"muted"} if getattr(command, name) is not None}
            place = _PLACE if given & {*_PLACE} else ()
            level = ("level_db_spl_1m",) if command.gain_db is not None else ()
            return frozenset({*given, *place, *level})
        case _:
            return frozenset()


def with_live_kept(scene: Scene, live: Iterable[SourceState], *, source_id: str | None, names: frozenset[str]) -> Scene:
    """A scene of the library with what is live written into it.

    Args:
        scene: as it lies on the disk.
        live: its sources as they are live.
        source_id: which source; None for all of them.
        names: which of its fields.

    Raises:
        NotFoundError: there is no such source.
    """
    on_disk = {source.id: source for source in scene.sources}
    if source_id is not None:
        on_disk = {source_id: source_of(scene, source_id)}
    for known in live:
        if (source := on_disk.get(known.id)) is None:
            continue
        values = {name: getattr(known, name) for name in names}
        if known.kind == "ambient":
            values = {name: value for name, value in values.items() if name not in _PLACE}
        if "level_db_spl_1m" in values:
            trimmed_db = known.level_db_spl_1m + known.gain_db
            values["level_db_spl_1m"] = min(max(trimmed_db, QUIETEST_DB_SPL), LOUDEST_DB_SPL)
        news = {name: value for name, value in values.items() if value != getattr(source, name)}
        if news:
            scene = changed(scene, source.id, SourceChange(**news))
    return scene


def with_level_kept(live: SourceState, level_db_spl_1m: float) -> SourceState:
    """A live source, as loud as before, whose level is the one that is kept: what is left of its trim is the rest."""
    rest_db = live.level_db_spl_1m + live.gain_db - level_db_spl_1m
    return replace(live, level_db_spl_1m=level_db_spl_1m, gain_db=min(max(rest_db, LEAST_TRIM_DB), MOST_TRIM_DB))


def with_what_is_live(fresh: SourceState, known: SourceState, *, since: SourceState) -> SourceState:
    """A source as the library has it now, with what was changed live: only what the library has changed is new.

    Args:
        fresh: as the library has it now.
        known: as it is live.
        since: as the library had it before.
    """
    for names in _TOGETHER:
        if all(getattr(fresh, name) == getattr(since, name) for name in names):
            fresh = replace(fresh, **{name: getattr(known, name) for name in names})
    return fresh
