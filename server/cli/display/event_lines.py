"""Events from a server as lines of text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import assert_never

from protocol.errors import printable
from protocol.session.clock_sync import Clock
from protocol.session.events import ClipFailed, ClipReceived, Connected
from protocol.wire import (
    Ack,
    Bye,
    ClipAbort,
    ClipBegin,
    ClipEnd,
    ClipRequest,
    ClockPing,
    ClockPong,
    Credit,
    ErrorMessage,
    Hello,
    Keep,
    ListenerLeft,
    ListenerPose,
    LiveReport,
    LiveStart,
    LiveStarted,
    LiveStop,
    Mute,
    Notice,
    Play,
    SceneProgress,
    SceneReady,
    SceneRemoved,
    SceneSnapshot,
    SetSource,
    SourceAdded,
    SourceMoved,
    SourcePath,
    SourceRemoved,
    SourceUpdated,
    Stop,
    Subscribe,
    Unsubscribe,
    Welcome,
)
from protocol.wire.frames import Frame
from protocol.wire.sources import SourceState
from server.client.link import BadMessage, Disconnected, LinkEvent
from server.export.pictures.lettering.words import direction_words

# How often events that come many times a second are summed up.
_SUM_EVERY_S = 1.0


class EventLines:
    """Writes events as lines, each with the seconds since the beginning.

    Args:
        write: called with each line.
        clock: the session's clock, which knows how exactly the server's time is known.
        now_s: the client's clock.
    """

    def __init__(self, write: Callable[[str], None], *, clock: Clock, now_s: Callable[[], float]) -> None:
        self._write, self._clock, self._now_s = write, clock, now_s
        self._began_s = self._summed_s = now_s()
        self._counts: Counter[str] = Counter()
        self._underruns = 0

    def add(self, event: LinkEvent) -> None:
        """Write an event as a line, or count it if it is one of many."""
        now_s = self._now_s()
        for line in self._lines(event, now_s):
            self._write_line(now_s, line)
        if now_s - self._summed_s >= _SUM_EVERY_S:
            self.sum_up(now_s)

    def sum_up(self, now_s: float) -> None:
        """Write how many events were only counted since the last time."""
        if self._counts:
            counts = ", ".join(f"{count} {what}" for what, count in sorted(self._counts.items()))
            self._write_line(now_s, f"{counts} in {now_s - self._summed_s:.1f} s")
        self._counts.clear()
        self._summed_s = now_s

    def _write_line(self, now_s: float, line: str) -> None:
        # Labels and reasons come from others, and a terminal obeys what it is sent.
        self._write(f"{now_s - self._began_s:8.2f} s  {printable(line)}")

    def _lines(self, event: LinkEvent, now_s: float) -> Iterator[str]:
        """The lines for an event; counts it instead if it is one of many."""
        match event:
            case Frame():
                self._counts["live blocks"] += 1
            case SourceMoved(moves=moves):
                self._counts["moves"] += len(moves)
            case ListenerPose():
                self._counts["poses of others"] += 1
            case LiveReport(underruns=underruns, dropped=dropped):
                if underruns + dropped > self._underruns:
                    yield f"the server was late with {underruns} blocks and dropped {dropped} so far"
                self._underruns = underruns + dropped
            case Connected(welcome=welcome):
                again = "again to" if welcome.resumed else "to"
                yield f"connected {again} {welcome.server}, protocol {welcome.major}"
            case Disconnected(reason=reason, retry_after_s=retry_after_s):
                yield f"{reason}; the next try in {retry_after_s:.1f} s"
            case BadMessage(error=error):
                yield f"ignored: {error}"
            case SceneSnapshot(scene_id=scene_id, complete=complete, sources=sources):
                clock = self._clock.estimate(now_s)
                sure = "" if clock is None else f"; clocks agree to {1000.0 * clock.error_s:.1f} ms"
                state = "" if complete else " so far; it is being made"
                yield f"scene {scene_id}: {len(sources)} sources{state}{sure}"
                yield from (f"  {source_words(source)}" for source in sources)
            case SceneProgress(stage=stage, state=state, done=done, steps=steps):
                yield f"{stage} {state}" + (f" {done}/{steps}" if steps else "")
            case SceneReady(scene_id=scene_id):
                yield f"scene {scene_id} is complete"
            case SceneRemoved(scene_id=scene_id):
                yield f"scene {scene_id} was deleted"
            case SourceAdded(source=source):
                yield f"new: {source_words(source)}"
            case SourceUpdated(source=source):
                yield f"changed: {source_words(source)}"
            case SourceRemoved(source_id=source_id):
                yield f"gone: {source_id}"
            case ListenerLeft(listener_id=listener_id):
                yield f"{listener_id} has left"
            case LiveStarted(codec=codec, sample_rate_hz=rate_hz, block_samples=block):
                yield f"live sound begins: {codec}, {rate_hz} Hz, blocks of {block}"
            case ErrorMessage(code=code, message=message):
                yield f"error {code}: {message}"
            case Notice(text=text):
                yield text
            case Bye() | Welcome() | ClockPong() | Ack():
                # The connection's own; Disconnected and Connected say the same.
                pass
            case ClipReceived() | ClipFailed() | ClipBegin() | ClipEnd() | ClipAbort():
                # This client asks for no clips.
                pass
            case (
                Hello() | Subscribe() | Unsubscribe() | ClipRequest() | Credit() | ClockPing()
                | Play() | Stop() | Mute() | SetSource() | SourcePath() | Keep() | LiveStart() | LiveStop()
            ):  # fmt: skip
                # Only clients send these.
                pass
            case _:
                assert_never(event)


def source_words(source: SourceState) -> str:
    """A source in a line, such as "fountain-1  fountain, 32° left, 4.5 m, 62 dB, playing"."""
    parts = [source.label, direction_words(source)]
    if source.distance_m is not None:
        parts.append(f"{source.distance_m:.1f} m")
    parts.append(f"{source.level_db_spl_1m + source.gain_db:.0f} dB at 1 m")
    if source.path is not None:
        parts.append("moving")
    is_silent = source.clip is not None and source.playing_since_s is None
    parts.append(
        "muted" if source.muted else "no sound yet" if source.clip is None else "silent" if is_silent else "playing"
    )
    return f"{source.id}  {', '.join(parts)}"
