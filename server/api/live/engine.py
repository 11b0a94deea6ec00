"""The thread that renders everybody's blocks, each before it is due."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from binaural.hrtf import SAMPLE_RATE_HZ
from server.api.live.feed import Feed
from server.api.live.stream import LiveStream

_LOG = logging.getLogger("sonorama.live")

LEAD_S = 0.025
"""Blocks are rendered so long before they are due: time to travel, and to be late without being heard."""

LATE_S = 0.1
"""A block that is so late is played by nobody: it isn't sent, and rendering goes on from the present."""

Deliver = Callable[[bytes, float], None]


@dataclass(slots=True, eq=False)
class _Stage:
    """One scene in blocks of one length, and who listens."""

    feed: Feed
    block_s: float
    next_number: int
    listeners: dict[LiveStream, Deliver]


class LiveEngine:
    """Renders in a thread of its own, on the server's clock.

    Blocks of all streams of a scene begin together, at multiples of their length, so that what sources play is worked
    out once for all listeners.

    Args:
        loop: where frames are delivered.
        now_s: the server's clock, which is :func:`time.monotonic`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, now_s: Callable[[], float] = time.monotonic) -> None:
        self._loop, self._now_s = loop, now_s
        self._stages: dict[tuple[str, int], _Stage] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread: threading.Thread | None = None

    @property
    def streams(self) -> int:
        """How many there are."""
        return sum(len(stage.listeners) for stage in tuple(self._stages.values()))

    def add(self, scene_id: str, stream: LiveStream, deliver: Deliver, feed: Callable[[], Feed]) -> None:
        """Render for a listener from now on.

        Args:
            scene_id: what is heard.
            stream: the listener's.
            deliver: called in the event loop with each frame and the time at which it is due.
            feed: makes what the scene plays, if nobody hears it yet.
        """
        with self._changed:
            key = (scene_id, stream.block_samples)
            stage = self._stages.get(key)
            if stage is None:
                block_s = stream.block_samples / SAMPLE_RATE_HZ
                first = math.ceil((self._now_s() + LEAD_S) / block_s)
                stage = self._stages[key] = _Stage(feed=feed(), block_s=block_s, next_number=first, listeners={})
            stage.listeners[stream] = deliver
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, stream: LiveStream) -> None:
        """Render no more for a listener."""
        with self._changed:
            for key, stage in tuple(self._stages.items()):
                stage.listeners.pop(stream, None)
                if not stage.listeners:
                    del self._stages[key]

    def stop(self) -> None:
        """Render no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                stage = min(self._stages.values(), key=_begin_s, default=None)
                wait_s = None if stage is None else _begin_s(stage) - LEAD_S - self._now_s()
                if wait_s is None or wait_s > 0.0:
                    self._changed.wait(wait_s)
                    continue
                if stage is None:
                    continue
                listeners = tuple(stage.listeners.items())
            self._render(stage, listeners)

    def _render(self, stage: _Stage, listeners: tuple[tuple[LiveStream, Deliver], ...]) -> None:
        due_s = _begin_s(stage)
        try:
            block, frames = stage.feed.block(due_s), []
            for stream, deliver in listeners:
                frames.append((deliver, stream.frame(block, number=stage.next_number, due_s=due_s)))
                if self._now_s() > due_s:
                    stream.underruns += 1
            # All at once: each call wakes the event loop, which then wants the interpreter for itself.
            self._loop.call_soon_threadsafe(_deliver, frames, due_s)
        except RuntimeError:
            if self._loop.is_closed():
                self._stopped = True
                return
            raise
        except Exception:
            # One scene that can't be rendered must not silence the others.
            _LOG.exception("a live scene can't be rendered")
            for stream, _ in listeners:
                self.remove(stream)
        stage.next_number += 1
        if self._now_s() - _begin_s(stage) > LATE_S:
            late = math.ceil((self._now_s() + LEAD_S) / stage.block_s) - stage.next_number
            stage.next_number += late
            for stream, _ in listeners:
                stream.underruns += late


def _deliver(frames: list[tuple[Deliver, bytes]], due_s: float) -> None:
    for deliver, frame in frames:
        deliver(frame, due_s)


def _begin_s(stage: _Stage) -> float:
    return stage.next_number * stage.block_s
