"""The thread that renders the blocks of all listeners, each before it is due."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from server.api.rendering.live_stream import LiveStream
from server.api.rendering.scene_player import ScenePlayer

_LOG = logging.getLogger("sonorama.live")

LEAD_S = 0.025
"""How long before they are due blocks are rendered: time for the network, and a reserve for delays."""

LATE_S = 0.1
"""A block that is this late can't be played any more: it isn't sent, and rendering continues at the present time."""

# A second's worth of blocks of 256 samples decides about the load.
_NEWEST = 0.01
# A scene of 16 sources takes less, on a core of 2020.
_LOAD_OF_ONE = 0.03

Deliver = Callable[[bytes, float], None]


@dataclass(slots=True, eq=False)
class _Group:
    """The listeners who hear the same scene in blocks of the same length."""

    player: ScenePlayer
    block_s: float
    next_number: int
    listeners: dict[LiveStream, Deliver]
    load: float = 0.0
    """Which part of the time its blocks take, lately."""


class LiveEngine:
    """Renders in a thread of its own, on the server's clock.

    The blocks of all streams of a scene begin at the same times, at multiples of their length, so that each block of
    the scene is played once for all listeners.

    Args:
        loop: the event loop in which frames are delivered.
        now_s: the server's clock, which is :func:`time.monotonic`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, now_s: Callable[[], float] = time.monotonic) -> None:
        self._loop, self._now_s = loop, now_s
        self._groups: dict[tuple[str, int], _Group] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread: threading.Thread | None = None

    @property
    def streams(self) -> int:
        """The number of streams."""
        return sum(len(group.listeners) for group in tuple(self._groups.values()))

    @property
    def load(self) -> float:
        """Which part of its time the thread renders: near 1, blocks are late."""
        return sum(group.load for group in tuple(self._groups.values()))

    @property
    def load_of_one(self) -> float:
        """What one stream adds to the load, as measured with those that run; at first, a guess that is rather high."""
        streams = self.streams
        measured = self.load / streams if streams else 0.0
        return measured or _LOAD_OF_ONE

    def add(self, scene_id: str, stream: LiveStream, deliver: Deliver, player: Callable[[], ScenePlayer]) -> None:
        """Render for a listener from now on.

        Args:
            scene_id: the scene that is heard.
            stream: the listener's stream.
            deliver: called in the event loop with each frame and the server time at which it is due.
            player: creates the player of the scene; called if nobody hears the scene in such blocks yet.
        """
        with self._changed:
            key = (scene_id, stream.block_samples)
            group = self._groups.get(key)
            if group is None:
                block_s = stream.block_samples / SAMPLE_RATE_HZ
                first = math.ceil((self._now_s() + LEAD_S) / block_s)
                group = self._groups[key] = _Group(player=player(), block_s=block_s, next_number=first, listeners={})
            group.listeners[stream] = deliver
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, stream: LiveStream) -> None:
        """Stop rendering for a listener."""
        with self._changed:
            for key, group in tuple(self._groups.items()):
                group.listeners.pop(stream, None)
                if not group.listeners:
                    del self._groups[key]

    def stop(self) -> None:
        """Stop rendering for all, and end the thread."""
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
                group = min(self._groups.values(), key=_begin_s, default=None)
                wait_s = None if group is None else _begin_s(group) - LEAD_S - self._now_s()
                if wait_s is None or wait_s > 0.0:
                    self._changed.wait(wait_s)
                    continue
                if group is None:
                    continue
                listeners = tuple(group.listeners.items())
            self._render(group, listeners)

    def _render(self, group: _Group, listeners: tuple[tuple[LiveStream, Deliver], ...]) -> None:
        due_s, began_s = _begin_s(group), time.perf_counter()
        try:
            block, frames = group.player.play_block(due_s), []
            for stream, deliver in listeners:
                frames.append((deliver, stream.render_frame(block, number=group.next_number, due_s=due_s)))
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
        took = (time.perf_counter() - began_s) / group.block_s
        group.load += _NEWEST * (took - group.load)
        group.next_number += 1
        if self._now_s() - _begin_s(group) > LATE_S:
            late = math.ceil((self._now_s() + LEAD_S) / group.block_s) - group.next_number
            group.next_number += late
            for stream, _ in listeners:
                stream.underruns += late


def _deliver(frames: list[tuple[Deliver, bytes]], due_s: float) -> None:
    for deliver, frame in frames:
        deliver(frame, due_s)


def _begin_s(group: _Group) -> float:
    return group.next_number * group.block_s
