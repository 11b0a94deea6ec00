"""Clips of sources, loaded by a thread of their own, so that the thread that renders never waits for a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.hrtf.interpolated_head import live_head
from binaural.mix.extent import emitter_count
from binaural.mix.positioned_signal import PositionedSignal, decorrelation, emitter_signals
from binaural.mix.still import binaural_mix
from protocol.coordinates import scene_from_polar
from protocol.errors import SonoramaError
from protocol.scene import Kind
from protocol.wire.sources import SourceState
from server.api.byte_cache import ByteCache
from server.audio.clip_file import clip_loudness_lufs, decoded_clip

Samples = NDArray[np.float32]

_LOG = logging.getLogger("sonorama.live")

_AT_1M_DB = 0.0
_BYTES_OF_A_SAMPLE = 4
# Emitters are as many as the source fills of the sphere, which depends little on how high it is.
_ELEVATION_STEP_DEG = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedClip:
    """A source's clip as its emitters play it; for ambience, as both ears hear it.

    Attributes:
        samples: float32, shape (C, N): the N samples of each emitter, or of the left and right ear; or of the one loop
            that all emitters play, each from another moment on.
        shifts: by how many samples each of the K emitters plays a loop later; empty where ``samples`` has them all.
        unit_gain: the factor that brings the samples to 0 dB SPL at 1 m (for ambience, at the listener).
        loop: whether the end joins the beginning.
        is_field: whether the samples are what the ears hear, whichever way they are turned.
    """

    samples: Samples = field(repr=False)
    shifts: tuple[int, ...] = ()
    unit_gain: float
    loop: bool
    is_field: bool

    @property
    def channels(self) -> int:
        """How many signals it plays, K."""
        return len(self.shifts) or len(self.samples)

    def gain(self, source: SourceState) -> float:
        """The factor of the samples for a source as it is now; 0 if the source is muted or stopped."""
        if source.muted or source.playing_since_s is None:
            return 0.0
        return self.unit_gain * float(10.0 ** ((source.level_db_spl_1m + source.gain_db) / 20.0))

    def samples_from(self, begin: int, length: int) -> Samples:
        """Samples from number ``begin`` on, shape (K, length).

        Silent before the first sample, and after the last unless the clip loops.
        """
        if self.loop:
            if self.shifts:
                looped = np.concatenate([self._looped(begin - shift, length) for shift in self.shifts])
            else:
                looped = self._looped(begin, length)
            if begin < 0:
                looped = looped.copy()
                looped[:, : min(-begin, length)] = 0.0
            return looped
        count = self.samples.shape[1]
        out = np.zeros((len(self.samples), length), dtype=np.float32)
        start, stop = max(begin, 0), min(begin + length, count)
        if start < stop:
            out[:, start - begin : stop - begin] = self.samples[:, start:stop]
        return out

    def _looped(self, begin: int, length: int) -> Samples:
        count = self.samples.shape[1]
        first = begin % count
        if first + length <= count:
            return self.samples[:, first : first + length]
        wrapped: Samples = np.take(self.samples, np.arange(first, first + length) % count, axis=1)
        return wrapped


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
    emitters = emitters_of(source)
    gain = 10.0 ** (signal.gain_at_1m_db / 20.0) / emitters**0.5
    if signal.loop:
        # Copies of a loop differ in when they begin: one of them is enough.
        shifts, _ = decorrelation(signal, emitters, SAMPLE_RATE_HZ)
        return LoadedClip(samples=samples[None], shifts=tuple(shifts), unit_gain=gain, loop=True, is_field=False)
    return LoadedClip(
        samples=emitter_signals(signal, emitters, SAMPLE_RATE_HZ)[1], unit_gain=gain, loop=False, is_field=False
    )


def emitters_of(source: SourceState) -> int:
    """How many emitters a source has now; 2 for ambience, which has none, but two ears."""
    if source.kind == "ambient":
        return 2
    elevation_deg = _ELEVATION_STEP_DEG * round(source.elevation_deg / _ELEVATION_STEP_DEG)
    return _emitters(source.kind, elevation_deg, source.width_deg, source.height_deg)


@lru_cache(maxsize=4096)
def _emitters(kind: Kind, elevation_deg: int, width_deg: float, height_deg: float) -> int:
    return 1 if kind == "point" else emitter_count(scene_from_polar(0.0, elevation_deg), width_deg, height_deg)


class ClipLoader:
    """Loads clips in a thread of its own, each once, and keeps those used last.

    Args:
        clip_path: returns the file of a clip, given the scene's id and the clip's SHA-256.
        memory_bytes: how much of them is kept.
    """

    def __init__(self, clip_path: Callable[[str, str], Path], *, memory_bytes: int) -> None:
        self._clip_path = clip_path
        self._loaded: ByteCache[LoadedClip | None] = ByteCache("clips", most_bytes=memory_bytes)
        self._without_room: set[str] = set()

    @property
    def kept_bytes(self) -> int:
        """How much memory the clips take."""
        return self._loaded.kept_bytes

    def get(self, scene_id: str, source: SourceState) -> LoadedClip | None:
        """Return a source's clip, or None and begin to load it.

        None, too, if it can't be loaded, or if there is no room for it beside the clips that are heard now.
        """
        future = self._wanted(scene_id, source)
        return future.result() if future is not None and future.done() else None

    async def load_all(self, scene_id: str, sources: Iterable[SourceState]) -> None:
        """Load the clips of all sources that have one, as far as there is room, and wait until they are loaded."""
        loading = [self._wanted(scene_id, source) for source in sources]
        await asyncio.gather(*(asyncio.wrap_future(future) for future in loading if future is not None))

    def forget_unused(self) -> None:
        """Keep only what is heard now."""
        self._loaded.forget_unused()
        self._without_room.clear()

    def _wanted(self, scene_id: str, source: SourceState) -> Future[LoadedClip | None] | None:
        clip = source.clip
        if clip is None:
            return None
        # A loop is kept once, whatever number of emitters plays it.
        emitters = emitters_of(source)
        copies = 1 if clip.loop and source.kind != "ambient" else emitters
        wanted = self._loaded.wanted(
            (clip.sha256, source.kind, emitters),
            lambda: self._load(scene_id, source),
            size_bytes=round(clip.duration_s * SAMPLE_RATE_HZ) * _BYTES_OF_A_SAMPLE * copies,
        )
        if wanted is None and clip.sha256 not in self._without_room:
            self._without_room.add(clip.sha256)
            _LOG.warning("no room for a clip: give more --memory", extra={"fields": {"source": source.id}})
        return wanted

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
        self._loaded.close()
