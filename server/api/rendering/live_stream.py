"""One listener's stream: a head, and the blocks rendered for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.hrtf.interpolated_head import live_head
from binaural.listener import Listener
from binaural.live.renderer import BinauralRenderer
from protocol.levels import Spreading
from protocol.wire import ListenerPose
from protocol.wire.base import LiveCodec
from protocol.wire.frames import Frame, FrameKind, frame_bytes
from server.api.rendering.scene_player import SceneBlock

Block = NDArray[np.float32]

# −1 dB of full scale: a louder block is turned down at once; afterwards the gain rises by 6 dB a second.
_CEILING = 10.0 ** (-1.0 / 20.0)
_RECOVERY_DB_PER_S = 6.0


class LiveStream:
    """Renders the blocks of a scene for one head.

    Args:
        stream_id: the stream's number, which its frames carry.
        codec: how the samples of blocks are encoded.
        block_samples: the length B of a block.

    Attributes:
        stream_id: the same.
        block_samples: the same.
        listener: the newest pose of the head.
        blocks: how many were rendered so far.
        underruns: how many of these were late.
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

    def set_pose(self, pose: ListenerPose) -> None:
        """Render for this pose of the head from now on."""
        self.listener = Listener(position_m=pose.position_m, quaternion=pose.orientation)

    def render_frame(self, block: SceneBlock, *, number: int, due_s: float) -> bytes:
        """Render the next block; returns it as a binary frame.

        Args:
            block: what the scene plays.
            number: of the block on the server's clock; the stream's positions count from its first block.
            due_s: the server time at which the block's first sample is due.
        """
        if self._first is None:
            self._first = number
        samples = self._limit(self._render(block, self.listener) + block.field.T)
        if self._codec == "pcm16":
            payload = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()
        else:
            payload = samples.astype("<f4").tobytes()
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

    def _render(self, block: SceneBlock, listener: Listener) -> Block:
        """What the head hears, shape (B, 2); when emitters are added, the old renderer fades into a new one."""
        before, known = self._renderer, len(self._kinds)
        if before is not None and len(block.kinds) == known:
            if block.kinds != self._kinds:
                before.spread_as(block.kinds)
                self._kinds = block.kinds
            return before.process(block.signals, block.positions_m, listener, block.gains)
        after = self._renderer = BinauralRenderer(live_head(), block.kinds, block_samples=self.block_samples)
        self._kinds = block.kinds
        rendered = after.process(block.signals, block.positions_m, listener, block.gains)
        if before is None:
            return np.multiply(rendered, self._rising, dtype=np.float32)
        faded = before.process(block.signals[:known], block.positions_m[:known], listener, np.zeros(known))
        return np.asarray(rendered * self._rising + faded, dtype=np.float32)

    def _limit(self, block: Block) -> Block:
        """Hold a block, shape (B, 2), below the ceiling: turned down at once, up again slowly."""
        peak = float(np.abs(block).max(initial=0.0))
        wanted = min(1.0, self._gain * self._recovery)
        if peak * wanted > _CEILING:
            wanted = _CEILING / peak
        limited = block * np.float32(wanted)
        if wanted > self._gain:
            limited = block * (np.float32(self._gain) + self._rising * np.float32(wanted - self._gain))
        self._gain = wanted
        return limited
