"""One listener's stream: a head, and the blocks that it hears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.head import live_head
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.levels import Spreading
from binaural.listener import Listener
from binaural.renderer import BinauralRenderer
from protocol.frames import Frame, FrameKind, frame_bytes
from protocol.wire import ListenerPose
from protocol.wire.base import LiveCodec
from server.api.live.feed import FeedBlock

Block = NDArray[np.float32]

# −1 dB: what is louder is turned down within a block, and up again by 6 dB a second.
_CEILING = 10.0 ** (-1.0 / 20.0)
_RECOVERY_DB_PER_S = 6.0


class LiveStream:
    """Blocks for one head.

    Args:
        stream_id: under which its frames go.
        codec: of the blocks.
        block_samples: length of a block.

    Attributes:
        stream_id: the same.
        block_samples: the same.
        listener: where the head is; the newest pose is what counts.
        blocks: rendered so far.
        underruns: of these, those that were late.
    """

    def __init__(self, stream_id: int, *, codec: LiveCodec, block_samples: int) -> None:
        self.stream_id = stream_id
        self.listener = Listener()
        self.blocks = self.underruns = 0
        self._first: int | None = None
        self._codec, self.block_samples = codec, block_samples
        self._renderer: BinauralRenderer | None = None
        self._kinds: tuple[Spreading, ...] = ()
        self._gain = 1.0
        rising = (np.arange(block_samples, dtype=np.float32) + 1.0) / block_samples
        self._rising = rising[:, None]
        self._recovery = 10.0 ** (_RECOVERY_DB_PER_S * block_samples / SAMPLE_RATE_HZ / 20.0)

    def turn(self, pose: ListenerPose) -> None:
        """The head is here now."""
        x, y, z, w = pose.orientation
        self.listener = Listener(position_m=pose.position_m, quaternion=(w, x, y, z))

    def frame(self, feed: FeedBlock, *, number: int, due_s: float) -> bytes:
        """The next block as a binary frame.

        Args:
            feed: what the scene plays.
            number: of the block on the server's clock; the stream's first one is where its positions begin.
            due_s: the server time at which its first sample is due.
        """
        if self._first is None:
            self._first = number
        heard = self._levelled(self._heard(feed, self.listener) + feed.field.T)
        if self._codec == "pcm16":
            payload = np.clip(np.rint(heard * 32768.0), -32768, 32767).astype("<i2").tobytes()
        else:
            payload = heard.astype("<f4").tobytes()
        sequence, self.blocks = self.blocks, self.blocks + 1
        return frame_bytes(
            Frame(
                kind=FrameKind.LIVE_BLOCK,
                codec=self._codec,
                channels=2,
                stream_id=self.stream_id,
                sequence=sequence,
                position=(number - self._first) * self.block_samples,
                sample_rate_hz=SAMPLE_RATE_HZ,
                payload=payload,
                time_s=due_s,
            )
        )

    def _heard(self, feed: FeedBlock, listener: Listener) -> Block:
        """What the head hears; where there is room for more emitters, an old renderer fades into a new one."""
        before, known = self._renderer, len(self._kinds)
        if before is not None and len(feed.kinds) == known:
            if feed.kinds != self._kinds:
                before.spread_as(feed.kinds)
                self._kinds = feed.kinds
            return before.process(feed.signals, feed.positions_m, listener, feed.gains)
        after = self._renderer = BinauralRenderer(live_head(), feed.kinds, block_samples=self.block_samples)
        self._kinds = feed.kinds
        heard = after.process(feed.signals, feed.positions_m, listener, feed.gains)
        if before is None:
            return np.multiply(heard, self._rising, dtype=np.float32)
        faded = before.process(feed.signals[:known], feed.positions_m[:known], listener, np.zeros(known))
        return np.asarray(heard * self._rising + faded, dtype=np.float32)

    def _levelled(self, heard: Block) -> Block:
        """Never beyond the ceiling: turned down at once, and up again slowly."""
        peak = float(np.abs(heard).max(initial=0.0))
        wanted = min(1.0, self._gain * self._recovery)
        if peak * wanted > _CEILING:
            wanted = _CEILING / peak
        levelled = heard * np.float32(wanted)
        if wanted > self._gain:
            levelled = heard * (np.float32(self._gain) + self._rising * np.float32(wanted - self._gain))
        self._gain = wanted
        return levelled
