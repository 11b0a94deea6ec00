"""Live binaural sound for the listeners who ask for it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.hrtf.interpolated_head import live_head
from binaural.live.renderer import BinauralRenderer
from binaural.loudness.meter import integrated_lufs
from protocol.errors import UnavailableError
from protocol.wire import LiveReport, LiveStart, LiveStarted
from protocol.wire.sources import SourceState
from server.api.byte_cache import IN_USE_S
from server.api.rendering.engine import Deliver, LiveEngine
from server.api.rendering.live_stream import LiveStream
from server.api.rendering.loaded_clips import ClipLoader
from server.api.rendering.scene_player import ScenePlayer
from server.api.streaming.live_scene import LiveScene

# Above it, a stall of a few milliseconds would make blocks late.
_MOST_LOAD = 0.6
# Who has a stream already leaves some room to those who have none.
_MOST_LOAD_OF_MANY = 0.4


class LiveHost:
    """Starts and ends streams. The very first stream waits some seconds while kernels are compiled.

    Args:
        clip_path: returns the file of a clip, given the scene's id and the clip's SHA-256.
        memory_bytes: how much of the clips is kept.
    """

    def __init__(self, clip_path: Callable[[str, str], Path], *, memory_bytes: int) -> None:
        self._clips = ClipLoader(clip_path, memory_bytes=memory_bytes)
        self._engine: LiveEngine | None = None
        self._warming = asyncio.Lock()
        self._underruns = 0
        self._streams: set[LiveStream] = set()

    @property
    def streams(self) -> int:
        """The number of streams that run."""
        return len(self._streams)

    @property
    def load(self) -> float:
        """Which part of its time the thread that renders is busy."""
        return 0.0 if self._engine is None else self._engine.load

    @property
    def underruns(self) -> int:
        """The number of late blocks, of all streams since the server started."""
        return self._underruns + sum(stream.underruns for stream in tuple(self._streams))

    async def prepare(
        self, request: LiveStart, live: LiveScene, *, stream_id: int, others: int
    ) -> tuple[LiveStream, LiveStarted]:
        """Load all that a stream needs; returns the stream, and the message that must reach its listener first.

        Args:
            request: what the listener asks for.
            live: the scene to be heard.
            stream_id: the number of the new stream.
            others: how many streams the same client has already.

        Raises:
            UnavailableError: one more would make the blocks of all late.
        """
        self._check_room(others=others)
        async with self._warming:
            latency_samples = await asyncio.to_thread(_warm_up, request.block_samples)
        # Loading clips while rendering would make the first blocks late.
        await self._clips.load_all(live.scene_id, tuple(live.state.sources.values()))
        started = LiveStarted(
            stream_id=stream_id,
            scene_id=request.scene_id,
            codec=request.codec,
            sample_rate_hz=SAMPLE_RATE_HZ,
            block_samples=request.block_samples,
            latency_samples=latency_samples,
        )
        return LiveStream(stream_id, codec=request.codec, block_samples=request.block_samples), started

    def _check_room(self, *, others: int) -> None:
        if self._engine is None:
            return
        room = _MOST_LOAD if not others else _MOST_LOAD_OF_MANY
        if self._engine.load + self._engine.load_of_one > room:
            fit = max(int(room / self._engine.load_of_one), self.streams)
            raise UnavailableError(
                f"this server renders live sound for {self.streams} listeners, and no more than {fit} fit",
                where="live_start",
                remedy="ask again later, or render with your own head-related filters",
            )

    def begin(self, stream: LiveStream, live: LiveScene, deliver: Deliver, *, on_fault: Callable[[str], None]) -> None:
        """Render a scene for a stream from now on.

        Args:
            stream: as :meth:`prepare` returned it.
            live: the scene.
            deliver: called in the event loop with each frame and the server time at which it is due.
            on_fault: called in the event loop with the id of a source that can't be played, and is left out.
        """
        loop = asyncio.get_running_loop()
        if self._engine is None:
            self._engine = LiveEngine(loop)
        self._streams.add(stream)

        def fault(source: SourceState) -> None:
            loop.call_soon_threadsafe(on_fault, source.id)

        def player() -> ScenePlayer:
            return ScenePlayer(
                lambda: tuple(live.state.sources.values()),
                lambda source: self._clips.get(live.scene_id, source),
                block_samples=stream.block_samples,
                on_fault=fault,
            )

        self._engine.add(live.scene_id, stream, deliver, player)

    def end(self, stream: LiveStream) -> None:
        """Stop rendering for a stream; does nothing if it has not begun."""
        if self._engine is not None and stream in self._streams:
            self._engine.remove(stream)
            self._streams.discard(stream)
            self._underruns += stream.underruns
            # What this listener alone has heard goes with it, once nobody has heard it for a while.
            asyncio.get_running_loop().call_later(2.0 * IN_USE_S, self._clips.forget_unused)

    def stop(self) -> None:
        """Stop rendering for all streams."""
        self._clips.close()
        if self._engine is not None:
            self._engine.stop()


def live_report(stream: LiveStream, *, dropped: int, now_s: float) -> LiveReport:
    """The message that tells a listener how a stream is doing.

    Args:
        stream: the stream.
        dropped: how many of its blocks were rendered, but not sent.
        now_s: the server time.
    """
    return LiveReport(
        stream_id=stream.stream_id,
        server_time_s=now_s,
        blocks=stream.blocks,
        underruns=stream.underruns,
        dropped=dropped,
    )


@cache
def _warm_up(block_samples: int) -> int:
    """Load and compile all that the first block would wait for; returns the latency of renderers, in samples."""
    _load()
    return BinauralRenderer(live_head(), ["point"] * 16, block_samples=block_samples).latency_samples


@cache
def _load() -> None:
    """Load and compile what clips and renderers need, and hide it from the garbage collector.

    Compiling leaves so many objects behind that a collection takes a tenth of a second, in which no block is rendered.
    """
    integrated_lufs(np.random.default_rng(0).normal(size=SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    BinauralRenderer(live_head(), ["point"])
    gc.collect()
    gc.freeze()
