"""Commands from the OSC messages that come in: a pose of the listener, and changes of a scene's sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from protocol.coordinates import (
    adm_from_scene,
    polar_from_scene,
    quaternion_from_ypr,
    scene_from_adm,
    scene_from_polar,
    wrapped_azimuth_deg,
)
from protocol.errors import WireError
from protocol.osc.packet import OscMessage
from protocol.osc.pattern import pattern_of
from protocol.osc.values import gain, gain_db, name, normalised_distance
from protocol.scene import FARTHEST_M, NEAREST_M
from protocol.wire import Keep, ListenerPose, Mute, Play, SetSource, Stop
from protocol.wire.sources import SourceState

MAX_NAME_CHARACTERS = 128
MOST_AHEAD_S = 3600.0
"""How long before its time a clip may be asked to play."""

# Of numbers that were float32 on their way.
_CLOSE = 1e-6

_ARGUMENTS = {
    **dict.fromkeys(("azim", "elev", "dist", "x", "y", "z", "w", "gain", "dref", "dmax", "dRef", "dMax", "mute"), 1),
    "aed": 3,
    "xyz": 3,
    "xy": 2,
    "name": 1,
}
OBJECT_WORDS = tuple(_ARGUMENTS)
"""What may follow ``/adm/obj/{n}/``."""
_LISTENER_WORDS = {
    "ypr": (0, 1, 2),
    "yaw": (0,),
    "pitch": (1,),
    "roll": (2,),
    "xyz": (3, 4, 5),
    "x": (3,),
    "y": (4,),
    "z": (5,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneWanted:
    """A receiver sent ``/adm/env/change``: it asks for another scene."""

    type: Literal["scene_wanted"] = "scene_wanted"
    name: str
    """At most 128 characters; it needn't be a scene's."""


OscCommand = ListenerPose | Play | Stop | Mute | SetSource | Keep | SceneWanted

Head = tuple[float, float, float, float, float, float]
"""Yaw, pitch and roll in degrees; right, front and up, normalised."""


class PacketReader:
    """Turns the messages of one packet into commands: one for each source's place, and one for the pose.

    Args:
        scene_id: that they are about.
        sources: by number, as they are, or as earlier commands leave them.
        head: how the listener's head is so far.
        dmax_m: how many metres a normalised distance of 1 is.
        now_s: the server's time.
        unix_offset_s: what server time lacks to be seconds since 1970 UTC.

    Attributes:
        head: as the messages so far have it.
        changed: sources as the commands leave them, by id.
    """

    def __init__(
        self,
        scene_id: str,
        sources: Mapping[int, SourceState],
        head: Head,
        *,
        dmax_m: float,
        now_s: float,
        unix_offset_s: float,
    ) -> None:
        self.head = head
        self.changed: dict[str, SourceState] = {}
        self._scene_id = scene_id
        self._sources = sources
        self._dmax_m = dmax_m
        self._now_s = now_s
        self._unix_offset_s = unix_offset_s
        self._turned = False
        self._commands: dict[tuple[str, str], OscCommand] = {}

    def commands(self) -> list[OscCommand]:
        """What all messages together come to."""
        return [*([self._pose()] if self._turned else []), *self._commands.values()]

    def read(self, message: OscMessage, numbers: tuple[int, ...]) -> None:
        """Take in a message that has arguments.

        Args:
            message: whatever came.
            numbers: the objects that its address is for; empty where it's for none.

        Raises:
            WireError: the arguments are of the wrong number or kind (``bad_message``).
        """
        pattern = pattern_of(message.address)
        match pattern.parts:
            case (_, root, kind, _, word) if root.matches("adm") and kind.matches("obj"):
                for plain in filter(word.matches, OBJECT_WORDS):
                    self._read_object(message, plain, numbers)
            case (_, root, kind, _, word) if root.matches("sonorama") and kind.matches("obj"):
                for number in numbers:
                    self._read_own(message, word.plain, self._sources[number].id)
            case (_, root, kind, word) if root.matches("adm") and kind.matches("lis"):
                for plain in filter(word.matches, _LISTENER_WORDS):
                    self._read_head(message, plain)
            case (_, root, kind, word) if root.matches("adm") and kind.matches("env") and word.matches("change"):
                wanted = SceneWanted(name=_text(message)[:MAX_NAME_CHARACTERS])
                self._commands["", "scene"] = wanted
            case (_, root, word) if root.matches("sonorama"):
                self._read_own(message, word.plain, None)
            case _:
                # Other addresses are for other programs on the same port.
                pass

    # ------------------------------------------------------------------------------------------------ the listener

    def _read_head(self, message: OscMessage, word: str) -> None:
        places = _LISTENER_WORDS[word]
        if len(message.arguments) != len(places) and not pattern_of(message.address).is_plain:
            return
        head = list(self.head)
        for place, number in zip(places, _numbers(message, len(places)), strict=True):
            head[place] = _wrapped(number) if place < 3 else _clamped(number, 1.0)
        yaw_deg, pitch_deg, roll_deg, right, front, up = head
        self.head = (yaw_deg, pitch_deg, roll_deg, right, front, up)
        self._turned = True

    def _pose(self) -> ListenerPose:
        position_m = scene_from_adm(self.head[3:], dmax_m=self._dmax_m)
        front, left, up = (float(part) for part in position_m)
        return ListenerPose(
            scene_id=self._scene_id,
            position_m=(front, left, up),
            orientation=quaternion_from_ypr(*self.head[:3]),
            client_time_s=self._now_s,
        )

    # ------------------------------------------------------------------------------------------------ sources

    def _read_object(self, message: OscMessage, word: str, numbers: tuple[int, ...]) -> None:
        first = message.arguments[0]
        if isinstance(first, str) and first in ("touch", "release"):
            # A hand on a fader, as some controllers tell it.
            return
        if len(message.arguments) != _ARGUMENTS[word] and not pattern_of(message.address).is_plain:
            return
        if word == "name":
            label = name(_text(message)[:MAX_NAME_CHARACTERS])
            for source in self._named(numbers):
                if label and label != name(source.label):
                    self._set(replace(source, label=label), label=label)
            return
        values = _numbers(message, _ARGUMENTS[word])
        for source in self._named(numbers):
            match word:
                case "gain":
                    self._set_gain(source, values[0])
                case "mute":
                    self._mute(source, muted=values[0] >= 0.5)
                case "w" | "dref" | "dmax" | "dRef" | "dMax":
                    pass
                case _:
                    self._move(source, word, values)

    def _named(self, numbers: tuple[int, ...]) -> list[SourceState]:
        """The sources with these numbers as they would be by now."""
        sources = (self._sources[number] for number in numbers)
        return [self.changed.get(source.id, source) for source in sources]

    def _set(self, source: SourceState, **changes: float | str) -> None:
        self.changed[source.id] = source
        before = self._commands.get((source.id, "set"))
        command = before if isinstance(before, SetSource) else SetSource(scene_id=self._scene_id, source_id=source.id)
        self._commands[source.id, "set"] = replace(command, **changes)  # type: ignore[arg-type]

    def _set_gain(self, source: SourceState, factor: float) -> None:
        if not math.isclose(factor, gain(source), rel_tol=_CLOSE):
            trim_db = gain_db(source, factor)
            self._set(replace(source, gain_db=trim_db), gain_db=trim_db)

    def _mute(self, source: SourceState, *, muted: bool) -> None:
        if muted != source.muted:
            self.changed[source.id] = replace(source, muted=muted)
            self._commands[source.id, "mute"] = Mute(scene_id=self._scene_id, source_id=source.id, muted=muted)

    def _move(self, source: SourceState, word: str, values: list[float]) -> None:
        if source.kind == "ambient" or source.distance_m is None:
            # It's all around.
            return
        before = (source.azimuth_deg, source.elevation_deg, normalised_distance(source, dmax_m=self._dmax_m))
        after = _polar(before, word, values)
        azimuth_deg, elevation_deg = after[:2]
        # Who says 1 of what is farther than dmax leaves it where it is.
        asked_m = min(max(after[2] * self._dmax_m, NEAREST_M), FARTHEST_M)
        distance_m = source.distance_m if after[2] == before[2] else asked_m
        is_still = all(math.isclose(a, b, rel_tol=_CLOSE, abs_tol=_CLOSE) for a, b in zip(before, after, strict=True))
        if is_still:
            # Receivers send back what they received: that would go round for ever.
            return
        moved = replace(source, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, distance_m=distance_m)
        self._set(moved, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, distance_m=distance_m)

    # ------------------------------------------------------------------------------------------------ our own words

    def _read_own(self, message: OscMessage, word: str | None, source_id: str | None) -> None:
        if word == "stop":
            self._commands[source_id or "", "play"] = Stop(scene_id=self._scene_id, source_id=source_id)
        elif word == "keep":
            self._commands[source_id or "", "keep"] = Keep(scene_id=self._scene_id, source_id=source_id)
        elif word == "play":
            number = _numbers(message, 1)[0]
            # Only float64 holds the time of day; any other number says: now.
            at_s = max(number - self._unix_offset_s, 0.0) if message.tags == "d" else None
            if at_s is not None and at_s - self._now_s > MOST_AHEAD_S:
                raise _bad(message, f"lies more than {MOST_AHEAD_S:g} s ahead", "send seconds since 1970 UTC")
            self._commands[source_id or "", "play"] = Play(scene_id=self._scene_id, source_id=source_id, at_s=at_s)


def _polar(before: tuple[float, float, float], word: str, values: list[float]) -> tuple[float, float, float]:
    """Where something is after a word: azimuth and elevation in degrees, normalised distance."""
    if word in ("azim", "elev", "dist", "aed"):
        azimuth_deg, elevation_deg, distance = before
        match word:
            case "azim":
                azimuth_deg = values[0]
            case "elev":
                elevation_deg = values[0]
            case "dist":
                distance = values[0]
            case _:
                azimuth_deg, elevation_deg, distance = values
        return _wrapped(azimuth_deg), _clamped(_wrapped(elevation_deg), 90.0), min(max(distance, 0.0), 1.0)
    point = adm_from_scene(scene_from_polar(*before), dmax_m=1.0).tolist()
    for axis, value in zip("xyz" if word == "xyz" else word, values, strict=True):
        point["xyz".index(axis)] = _clamped(value, 1.0)
    azimuth_deg, elevation_deg, distance = polar_from_scene(scene_from_adm(point, dmax_m=1.0))
    return float(azimuth_deg), float(elevation_deg), float(distance)


def _wrapped(angle_deg: float) -> float:
    """An angle in (−180, 180]: many trackers count from 0 to 360."""
    return float(wrapped_azimuth_deg(angle_deg))


def _clamped(value: float, most: float) -> float:
    return min(max(value, -most), most)


def _numbers(message: OscMessage, count: int) -> list[float]:
    values = [float(value) for value in message.arguments if isinstance(value, int | float)]
    if len(values) != count or len(message.arguments) != count:
        raise _bad(message, f"has {message.tags!r} for arguments", f"send {count} of type f")
    if not all(map(math.isfinite, values)):
        raise _bad(message, "has an argument that is no finite number", "send numbers")
    return values


def _text(message: OscMessage) -> str:
    text = message.arguments[0]
    if len(message.arguments) != 1 or not isinstance(text, str):
        raise _bad(message, f"has {message.tags!r} for arguments", "send one of type s")
    return text


def _bad(message: OscMessage, what: str, remedy: str) -> WireError:
    return WireError(what, where=f"OSC {message.address[:64]}", remedy=remedy, code="bad_message")
