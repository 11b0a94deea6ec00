"""What sources sound like, loaded beside the thread that renders, which never waits for a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from binaural.head import live_head
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.loudness import integrated_lufs
from binaural.mix import PositionedSignal, binaural_mix, emitted
from protocol.errors import SonoramaError
from protocol.wire.sources import SourceState

Samples = NDArray[np.float32]

_LOG = logging.getLogger("sonorama.live")

_AT_1M_DB = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voice:
    """A source's sound as its emitters play it, or, of ambience, as both ears hear it.

    Attributes:
        samples: float32, shape (K, N): of K emitters, or left and right.
        unit_gain: what brings the samples to a level of 0 dB SPL at 1 m (of ambience, at the listener).
        loop: whether the end joins the beginning.
        is_field: whether this is what ears hear, whichever way they are turned.
    """

    samples: Samples = field(repr=False)
    unit_gain: float
    loop: bool
    is_field: bool

    def gain(self, source: SourceState) -> float:
        """The factor of the samples now; 0 for what isn't to be heard."""
        if source.muted or source.playing_since_s is None:
            return 0.0
        return self.unit_gain * float(10.0 ** ((source.level_db_spl_1m + source.gain_db) / 20.0))

    def played(self, begin: int, length: int) -> Samples:
        """Samples from ``begin`` on, shape (K, length); before the first, and after the last of no loop, silence."""
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


def voice_of(path: Path, source: SourceState) -> Voice:
    """A source's voice from its clip's file.

    Raises:
        SonoramaError: it can't be made of this file.
        OSError: the file can't be read.
    """
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    mono = np.ascontiguousarray(samples[:, 0])
    loudness = integrated_lufs(mono, SAMPLE_RATE_HZ)
    signal = PositionedSignal(
        samples=mono,
        loudness_lufs=loudness if np.isfinite(loudness) else 0.0,
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
        return Voice(samples=np.ascontiguousarray(ears), unit_gain=1.0, loop=signal.loop, is_field=True)
    emitters = len(signal.directions(0.0))
    gain = 10.0 ** (signal.gain_at_1m_db / 20.0) / emitters**0.5
    return Voice(samples=emitted(signal, emitters, SAMPLE_RATE_HZ), unit_gain=gain, loop=signal.loop, is_field=False)


class Voices:
    """Voices by what they are made of, each made once, by a thread of its own.

    Args:
        clip_path: from a scene's id and a clip's SHA-256 to the clip's file.
    """

    _MOST = 512

    def __init__(self, clip_path: Callable[[str, str], Path]) -> None:
        self._clip_path = clip_path
        self._made: dict[tuple[object, ...], Future[Voice | None]] = {}
        self._maker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voices")

    def of(self, scene_id: str, source: SourceState) -> Voice | None:
        """A source's voice; None while it is being made, or if it can't be."""
        if source.clip is None:
            return None
        future = self._future(scene_id, source, source.clip.sha256)
        return future.result() if future.done() else None

    async def loaded(self, scene_id: str, sources: Iterable[SourceState]) -> None:
        """Wait until all voices of sources that have a clip are made."""
        made = [self._future(scene_id, one, one.clip.sha256) for one in sources if one.clip is not None]
        await asyncio.gather(*map(asyncio.wrap_future, made))

    def _future(self, scene_id: str, source: SourceState, sha256: str) -> Future[Voice | None]:
        key = (sha256, source.kind, source.width_deg, source.height_deg)
        future = self._made.get(key)
        if future is None:
            while len(self._made) >= self._MOST:
                self._made.pop(next(iter(self._made)))
            future = self._made[key] = self._maker.submit(self._voice, scene_id, source)
        return future

    def _voice(self, scene_id: str, source: SourceState) -> Voice | None:
        clip = source.clip
        if clip is None:
            return None
        try:
            return voice_of(self._clip_path(scene_id, clip.sha256), source)
        except (SonoramaError, OSError, soundfile.LibsndfileError) as error:
            _LOG.warning("a clip can't be heard", extra={"fields": {"source": source.id, "why": str(error)}})
            return None

    def close(self) -> None:
        """Make no more."""
        self._maker.shutdown(wait=False, cancel_futures=True)
