"""Live binaural sound for whoever asks for it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from binaural.head import live_head
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.loudness import integrated_lufs
from binaural.renderer import BinauralRenderer
from protocol.wire import LiveReport, LiveStart, LiveStarted
from server.api.live.engine import Deliver, LiveEngine
from server.api.live.feed import Feed
from server.api.live.stream import LiveStream
from server.api.live.voices import Voices
from server.api.stage.live_scene import LiveScene


class LiveHost:
    """Starts and ends streams; the first of all takes the seconds that compiling takes.

    Args:
        clip_path: from a scene's id and a clip's SHA-256 to the clip's file.
    """

    def __init__(self, clip_path: Callable[[str, str], Path]) -> None:
        self._voices = Voices(clip_path)
        self._engine: LiveEngine | None = None
        self._warming = asyncio.Lock()
        self._underruns = 0
        self._streams: set[LiveStream] = set()

    @property
    def streams(self) -> int:
        """How many there are."""
        return len(self._streams)

    @property
    def underruns(self) -> int:
        """Blocks that were late, of all streams there ever were."""
        return self._underruns + sum(stream.underruns for stream in tuple(self._streams))

    async def prepared(self, wish: LiveStart, live: LiveScene, *, stream_id: int) -> tuple[LiveStream, LiveStarted]:
        """A stream that can begin, and what its listener must be told before it does."""
        async with self._warming:
            latency_samples = await asyncio.to_thread(_warmed, wish.block_samples)
        # What is made meanwhile would make the first blocks late.
        await self._voices.loaded(live.scene_id, tuple(live.state.sources.values()))
        told = LiveStarted(
            stream_id=stream_id,
            scene_id=wish.scene_id,
            codec=wish.codec,
            sample_rate_hz=SAMPLE_RATE_HZ,
            block_samples=wish.block_samples,
            latency_samples=latency_samples,
        )
        return LiveStream(stream_id, codec=wish.codec, block_samples=wish.block_samples), told

    def begin(self, stream: LiveStream, live: LiveScene, deliver: Deliver) -> None:
        """From now on, deliver what a stream's listener hears of a scene."""
        if self._engine is None:
            self._engine = LiveEngine(asyncio.get_running_loop())
        self._streams.add(stream)

        def feed() -> Feed:
            return Feed(
                lambda: tuple(live.state.sources.values()),
                lambda source: self._voices.of(live.scene_id, source),
                block_samples=stream.block_samples,
            )

        self._engine.add(live.scene_id, stream, deliver, feed)

    def ended(self, stream: LiveStream) -> None:
        """No more blocks of a stream."""
        if self._engine is not None and stream in self._streams:
            self._engine.remove(stream)
            self._streams.discard(stream)
            self._underruns += stream.underruns

    def stop(self) -> None:
        """No more blocks at all."""
        self._voices.close()
        if self._engine is not None:
            self._engine.stop()


def report(stream: LiveStream, *, dropped: int, now_s: float) -> LiveReport:
    """How a stream is doing."""
    return LiveReport(
        stream_id=stream.stream_id,
        server_time_s=now_s,
        blocks=stream.blocks,
        underruns=stream.underruns,
        dropped=dropped,
    )


@cache
def _warmed(block_samples: int) -> int:
    """Load and compile all that a first block would wait for; returns the latency of renderers, in samples."""
    _load()
    return BinauralRenderer(live_head(), ["point"] * 16, block_samples=block_samples).latency_samples


@cache
def _load() -> None:
    """Have what voices and renderers are made with ready, and out of the way of the garbage collector.

    A look at all that compiling leaves behind takes the collector a tenth of a second, during which no block is made.
    """
    integrated_lufs(np.random.default_rng(0).normal(size=SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    BinauralRenderer(live_head(), ["point"])
    gc.collect()
    gc.freeze()
