"""Clips of sources, loaded by a thread of their own, so that the thread that renders never waits for a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.hrtf.interpolated_head import live_head
from binaural.mix.positioned_signal import PositionedSignal, emitter_signals
from binaural.mix.still import binaural_mix
from protocol.errors import SonoramaError
from protocol.wire.sources import SourceState
from server.audio.clip_file import clip_loudness_lufs, decoded_clip

Samples = NDArray[np.float32]

_LOG = logging.getLogger("sonorama.live")

_AT_1M_DB = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedClip:
    """A source's clip as its emitters play it; for ambience, as both ears hear it.

    Attributes:
        samples: float32, shape (K, N): the N samples of each of K emitters, or of the left and right ear.
        unit_gain: the factor that brings the samples to 0 dB SPL at 1 m (for ambience, at the listener).
        loop: whether the end joins the beginning.
        is_field: whether the samples are what the ears hear, whichever way they are turned.
    """

    samples: Samples = field(repr=False)
    unit_gain: float
    loop: bool
    is_field: bool

    def gain(self, source: SourceState) -> float:
        """The factor of the samples for a source as it is now; 0 if the source is muted or stopped."""
        if source.muted or source.playing_since_s is None:
            return 0.0
        return self.unit_gain * float(10.0 ** ((source.level_db_spl_1m + source.gain_db) / 20.0))

    def samples_from(self, begin: int, length: int) -> Samples:
        """Samples from number ``begin`` on, shape (K, length).

        Silent before the first sample, and after the last unless the clip loops.
        """
        count = self.samples.shape[1]
        if self.loop:
            first = begin % count
            if begin < 0 or first + length > count:
                wrapped: Samples = np.take(self.samples, np.arange(begin, begin + length) % count, axis=1)
                wrapped[:, : max(0, min(-begin, length))] = 0.0
                return wrapped
            return self.samples[:, first : first + length]
        out = np.zeros((len(self.samples), length), dtype=np.float32)
        start, stop = max(begin, 0), min(begin + length, count)
        if start < stop:
            out[:, start - begin : stop - begin] = self.samples[:, start:stop]
        return out


def load_clip(path: Path, source: SourceState) -> LoadedClip:
    """Load a source's clip from its file.

    Raises:
        SonoramaError: the file's content can't be played.
        OSError: the file can't be read.
    """
    samples = decoded_clip(path.read_bytes(), where=str(path))
    signal = PositionedSignal(
        samples=samples,
        loudness_lufs=clip_loudness_lufs(samples) or 0.0,
        level_db_spl_1m=_AT_1M_DB,
        kind=source.kind,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m,
        width_deg=source.width_deg,
        height_deg=source.height_deg,
        loop=source.clip is not None and source.clip.loop,
    )
    if source.kind == "ambient":
        ears = binaural_mix([signal], head=live_head()).T
        return LoadedClip(samples=np.ascontiguousarray(ears), unit_gain=1.0, loop=signal.loop, is_field=True)
    emitters = len(signal.directions(0.0))
    gain = 10.0 ** (signal.gain_at_1m_db / 20.0) / emitters**0.5
    return LoadedClip(
        samples=emitter_signals(signal, emitters, SAMPLE_RATE_HZ), unit_gain=gain, loop=signal.loop, is_field=False
    )


class ClipLoader:
    """Loads clips in a thread of its own, each once, and keeps the latest 512.

    Args:
        clip_path: returns the file of a clip, given the scene's id and the clip's SHA-256.
    """

    _MOST = 512

    def __init__(self, clip_path: Callable[[str, str], Path]) -> None:
        self._clip_path = clip_path
        self._loading: dict[tuple[object, ...], Future[LoadedClip | None]] = {}
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clips")

    def get(self, scene_id: str, source: SourceState) -> LoadedClip | None:
        """Return a source's clip, or None and begin to load it; None, too, if it can't be loaded."""
        if source.clip is None:
            return None
        future = self._submit(scene_id, source, source.clip.sha256)
        return future.result() if future.done() else None

    async def load_all(self, scene_id: str, sources: Iterable[SourceState]) -> None:
        """Load the clips of all sources that have one, and wait until they are loaded."""
        loading = [self._submit(scene_id, source, source.clip.sha256) for source in sources if source.clip is not None]
        await asyncio.gather(*map(asyncio.wrap_future, loading))

    def _submit(self, scene_id: str, source: SourceState, sha256: str) -> Future[LoadedClip | None]:
        key = (sha256, source.kind, source.width_deg, source.height_deg)
        future = self._loading.get(key)
        if future is None:
            while len(self._loading) >= self._MOST:
                self._loading.pop(next(iter(self._loading)))
            future = self._loading[key] = self._executor.submit(self._load, scene_id, source)
        return future

    def _load(self, scene_id: str, source: SourceState) -> LoadedClip | None:
        clip = source.clip
        if clip is None:
            return None
        try:
            return load_clip(self._clip_path(scene_id, clip.sha256), source)
        except (SonoramaError, OSError) as error:
            _LOG.warning("a clip can't be loaded", extra={"fields": {"source": source.id, "why": str(error)}})
            return None

    def close(self) -> None:
        """Stop the thread; clips that wait are not loaded any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)
