"""One scene in ADM-OSC v1.0: changes in, OSC messages out; what a receiver sends in, commands out. See OSC.md.

A pure machine: no socket, no clock. Its cost grows with what has changed since it was last asked, never with how often:
whoever takes late gets the newest value of each address.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from protocol.errors import WireError
from protocol.osc.commands import OBJECT_WORDS, Head, OscCommand, PacketReader
from protocol.osc.packet import OscMessage, OscPacket
from protocol.osc.pattern import AddressPattern, pattern_of
from protocol.osc.values import Values, adm_values, asked_values, messages, own_values
from protocol.session.scene_state import SceneState
from protocol.wire import (
    AnyMessage,
    ListenerLeft,
    ListenerPose,
    SceneMessage,
    SceneProgress,
    SceneReady,
    SceneRemoved,
    SceneSnapshot,
    SourceAdded,
    SourceMoved,
    SourceRemoved,
    SourceUpdated,
)
from protocol.wire.sources import SourceState

_CHANGE, _SCENE = "/adm/env/change", "/sonorama/scene"
_COMMON = ("/adm/lis/ypr", "/adm/lis/xyz", _CHANGE, _SCENE)
MAX_ADDRESSES = 8192
"""How many addresses one packet may be for: a few characters can stand for all that there are."""

MAX_ASKERS = 64
"""How many may wait for answers at once: whoever asks beyond that is passed over."""

_OWN_WORDS = ("id", "label", "kind", "level", "distance", "clip", "play", "stop")


@dataclass(slots=True)
class _Object:
    """A source under its number."""

    number: int
    sent: dict[str, Values] = field(default_factory=dict)
    """By prefix, what was sent last."""
    is_whole: bool = False
    """Whether receivers have all of it, as far as one knows."""

    @property
    def was_sent(self) -> bool:
        """Whether a receiver may have it."""
        return bool(self.sent)


class AdmOsc:
    """A scene's sources as objects with numbers.

    The sources of the first snapshot have the numbers 1, 2, 3 in their order; each that comes later has the next. A
    number is never given to another source while the scene stays the same, and a source that comes back has its old
    one. Another scene begins at 1.

    Args:
        dmax_m: how many metres a normalised distance of 1 is, for all objects and the listener.
        http_url: scheme, host and port that clips' paths are put behind.

    Attributes:
        unix_offset_s: what server time lacks to be seconds since 1970 UTC.
    """

    def __init__(self, *, dmax_m: float = 100.0, http_url: str = "") -> None:
        self.unix_offset_s = 0.0
        self._dmax_m = dmax_m
        self._http_url = http_url
        self._state: SceneState | None = None
        self._scene_id = ""
        self._objects: dict[str, _Object] = {}
        self._changed: dict[str, None] = {}
        self._gone: dict[int, None] = {}
        self._scene_sent: Values = {}
        self._asked: dict[Hashable, dict[str, None]] = {}
        self._changed_by_osc: dict[str, SourceState] = {}
        self._head: Head = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    # ------------------------------------------------------------------------------------------------ the scene

    def apply(self, message: AnyMessage) -> None:
        """Take in what has changed, a snapshot first; what is before that, or about other scenes, changes nothing."""
        if isinstance(message, SceneSnapshot):
            self._begin(message)
            return
        if self._state is None or not isinstance(message, SceneMessage) or message.scene_id != self._scene_id:
            return
        self._state.apply(message)
        match message:
            case SourceAdded(source=source) | SourceUpdated(source=source):
                self._touch(source.id)
            case SourceMoved(moves=moves):
                for move in moves:
                    if move.source_id in self._state.sources:
                        self._touch(move.source_id)
            case SourceRemoved(source_id=source_id):
                if source_id in self._objects:
                    self._drop(source_id)
            case SceneRemoved():
                for source_id in self._objects:
                    self._drop(source_id)
            case SceneProgress() | SceneReady() | ListenerPose() | ListenerLeft():
                # The state has what is sent of these.
                pass
            case _:
                assert_never(message)

    def _begin(self, snapshot: SceneSnapshot) -> None:
        if snapshot.scene_id != self._scene_id:
            for source_id in self._objects:
                self._drop(source_id)
            self._scene_id = snapshot.scene_id
            self._objects, self._changed = {}, {}
        self._state = SceneState(snapshot)
        for source_id in self._objects:
            if source_id not in self._state.sources:
                self._drop(source_id)
        for source_id in self._state.sources:
            self._touch(source_id)

    def _touch(self, source_id: str) -> None:
        known = self._objects.setdefault(source_id, _Object(len(self._objects) + 1))
        self._gone.pop(known.number, None)
        self._changed[source_id] = None
        self._changed_by_osc.pop(source_id, None)

    def _drop(self, source_id: str) -> None:
        known = self._objects[source_id]
        if known.was_sent:
            self._gone[known.number] = None
        known.is_whole = False
        self._changed.pop(source_id, None)
        self._changed_by_osc.pop(source_id, None)

    def number(self, source_id: str) -> int | None:
        """A source's number; None for one that was never there."""
        known = self._objects.get(source_id)
        return None if known is None else known.number

    # ------------------------------------------------------------------------------------------------ going out

    def resend_all(self) -> None:
        """Tell everything again the next time: receivers that came late, or lost something, have it then."""
        self._scene_sent, self._changed_by_osc = {}, {}
        sources = {} if self._state is None else self._state.sources
        for source_id, known in self._objects.items():
            known.is_whole = False
            if source_id in sources:
                self._changed[source_id] = None
            elif known.was_sent:
                self._gone[known.number] = None

    @property
    def is_due(self) -> bool:
        """Whether ``take_changes`` may have something."""
        return bool(self._changed or self._gone) or self._scene_values() != self._scene_sent

    def take_changes(self, *, most_messages: int) -> list[tuple[OscMessage, ...]]:
        """What has changed since it was last taken: the scene, then for each source a group that belongs together.

        Args:
            most_messages: after so many about sources the others wait; those that have waited longest go first.
        """
        groups = []
        now = self._scene_values()
        news = {address: value for address, value in now.items() if self._scene_sent.get(address) != value}
        if news:
            groups.append(tuple(OscMessage(address, value, tags) for address, (tags, value) in news.items()))
            self._scene_sent = now
        groups += [
            (OscMessage(f"/adm/obj/{number}/mute", (1,), "i"), OscMessage(f"/sonorama/obj/{number}/gone", (1,), "i"))
            for number in self._gone
        ]
        self._gone = {}
        count = 0
        while self._changed and count < most_messages:
            source_id = next(iter(self._changed))
            del self._changed[source_id]
            group = self._news(source_id)
            if group:
                groups.append(group)
                count += len(group)
        return groups

    def _scene_values(self) -> Values:
        if self._state is None:
            return {}
        size = len(self._state.sources)
        return {
            _CHANGE: ("s", (self._scene_id,)),
            _SCENE: ("sii", (self._scene_id, int(self._state.complete), size)),
        }

    def _news(self, source_id: str) -> tuple[OscMessage, ...]:
        if self._state is None:
            return ()
        source, known = self._state.sources[source_id], self._objects[source_id]
        news: list[OscMessage] = []
        for prefix, values in (
            ("/adm/obj", adm_values(source, dmax_m=self._dmax_m)),
            ("/sonorama/obj", self._own(source)),
        ):
            sent = known.sent.get(prefix, {}) if known.is_whole else {}
            fresh = {word: value for word, value in values.items() if sent.get(word) != value}
            known.sent[prefix] = values
            news += messages(f"{prefix}/{known.number}", fresh)
        known.is_whole = True
        return tuple(news)

    def _own(self, source: SourceState) -> Values:
        return own_values(source, http_url=self._http_url, unix_offset_s=self.unix_offset_s)

    @property
    def askers(self) -> tuple[Hashable, ...]:
        """Who waits for answers."""
        return tuple(self._asked)

    def take_answers(self, asker: Hashable = None) -> list[tuple[OscMessage, ...]]:
        """The newest value of each address that somebody asked for since the last call, a group for each object."""
        asked = self._asked.pop(asker, {})
        words: dict[str, list[str]] = {}
        for address in asked:
            prefix, _, word = address.rpartition("/")
            words.setdefault(prefix, []).append(word)
        sources = self._numbered
        groups = []
        for prefix, wanted in words.items():
            known = self._values_of(prefix, sources)
            group = messages(prefix, {word: known[word] for word in wanted if word in known})
            if group:
                groups.append(group)
        return groups

    def _values_of(self, prefix: str, sources: Mapping[int, SourceState]) -> Values:
        match prefix.split("/"):
            case [_, root, "obj", number]:
                source = sources.get(int(number))
                if source is None:
                    return {}
                if root == "sonorama":
                    return self._own(source)
                return adm_values(source, dmax_m=self._dmax_m) | asked_values(source, dmax_m=self._dmax_m)
            case [_, "adm", "lis"]:
                return {"ypr": ("fff", self._head[:3]), "xyz": ("fff", self._head[3:])}
            case _:
                return {address.rpartition("/")[2]: value for address, value in self._scene_values().items()}

    # ------------------------------------------------------------------------------------------------ coming in

    def receive(self, packet: OscPacket, *, now_s: float, asker: Hashable = None) -> list[OscCommand]:
        """What a packet commands. Queries are noted for ``take_answers``; what isn't understood is passed over.

        Angles wrap; other numbers out of range are taken as the nearest in it, as the standard asks. A pose, and each
        source's place, comes once, with all that the packet says of it.

        Args:
            packet: whatever came. Its time tag isn't waited for.
            now_s: the server's time.
            asker: whose queries they are.

        Raises:
            WireError: an address is no pattern, the packet is for more than ``MAX_ADDRESSES`` addresses, or arguments
                are of the wrong number or kind (``bad_message``). Then nothing of the packet counts.
        """
        if self._state is None:
            return []
        sources = {number: self._changed_by_osc.get(source.id, source) for number, source in self._numbered.items()}
        reader = PacketReader(
            self._scene_id, sources, self._head, dmax_m=self._dmax_m, now_s=now_s, unix_offset_s=self.unix_offset_s
        )
        asked: dict[str, None] = {}
        addresses = 0
        for message in packet.messages:
            pattern = pattern_of(message.address)
            numbers = _numbers(pattern, sources)
            if message.is_query:
                found = dict.fromkeys(_addresses(pattern, numbers))
                asked |= found
                addresses += len(found)
            else:
                reader.read(message, numbers)
                addresses += len(numbers)
            if addresses > MAX_ADDRESSES:
                raise WireError(
                    f"is for more than {MAX_ADDRESSES} addresses",
                    where="OSC packet",
                    remedy="send less at once",
                    code="bad_message",
                )
        if asked and (asker in self._asked or len(self._asked) < MAX_ASKERS):
            self._asked.setdefault(asker, {}).update(asked)
        self._changed_by_osc |= reader.changed
        self._head = reader.head
        return reader.commands()

    @property
    def _numbered(self) -> dict[int, SourceState]:
        """The sources that are there, under their numbers."""
        sources = {} if self._state is None else self._state.sources
        return {self._objects[source.id].number: source for source in sources.values()}


def _numbers(pattern: AddressPattern, sources: Mapping[int, SourceState]) -> tuple[int, ...]:
    """The objects that a pattern is for."""
    if len(pattern.parts) != 5 or not pattern.parts[2].matches("obj"):
        return ()
    return tuple(number for number in sources if pattern.parts[3].matches(str(number)))


def _addresses(pattern: AddressPattern, numbers: tuple[int, ...]) -> Iterator[str]:
    """The addresses that a pattern is for, where it's for these objects."""
    if len(pattern.parts) != 5:
        yield from filter(pattern.matches, _COMMON)
        return
    _, root, _, _, word = pattern.parts
    for name, known in (("adm", OBJECT_WORDS), ("sonorama", _OWN_WORDS)):
        words = tuple(filter(word.matches, known)) if root.matches(name) else ()
        yield from (f"/{name}/obj/{number}/{word}" for number in numbers for word in words)
