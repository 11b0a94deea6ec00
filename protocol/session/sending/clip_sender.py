"""Clips on their way to one client: announced, cut into chunks that its credit allows, ended with a hash."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from protocol.wire import ClipBegin, ClipEnd
from protocol.wire.frames import NO_FLAGS, Frame, FrameFlag, FrameKind, frame_bytes
from protocol.wire.handshake import Limits


@dataclass(slots=True)
class _Clip:
    begin: ClipBegin
    payload: bytes
    sha256: str
    room_bytes: int
    announced: bool = False
    sequence: int = 0
    sent_bytes: int = 0


class ClipQueue:
    """Clips that wait or are under way, of which ``limits.streams`` at once share the connection chunk by chunk."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._clips: deque[_Clip] = deque()

    def __len__(self) -> int:
        return len(self._clips)

    def add(self, begin: ClipBegin, payload: bytes, *, sha256: str) -> int:
        """Let a clip wait for its turn; the same clip in the same codec only once.

        Args:
            begin: the announcement, whose ``size_bytes`` is the payload's.
            payload: the encoded clip.
            sha256: of the payload.

        Returns:
            The stream id under which it will come.
        """
        for clip in self._clips:
            if (clip.begin.scene_id, clip.begin.source_id, clip.begin.clip_sha256, clip.begin.codec) == (
                begin.scene_id,
                begin.source_id,
                begin.clip_sha256,
                begin.codec,
            ):
                return clip.begin.stream_id
        self._clips.append(_Clip(begin=begin, payload=payload, sha256=sha256, room_bytes=self._limits.window_bytes))
        return begin.stream_id

    def credit(self, stream_id: int, byte_count: int) -> None:
        """Make room for more of a clip, up to its window; a stream that's over is passed over."""
        for clip in self._clips:
            if clip.begin.stream_id == stream_id:
                clip.room_bytes = min(clip.room_bytes + byte_count, self._limits.window_bytes)

    def drop(self, stream_id: int) -> None:
        """Send no more of a clip."""
        self._clips = deque(clip for clip in self._clips if clip.begin.stream_id != stream_id)

    def drop_scene(self, scene_id: str, source_id: str | None = None) -> None:
        """Send no more clips of a scene, or of one of its sources."""
        self._clips = deque(
            clip
            for clip in self._clips
            if clip.begin.scene_id != scene_id or source_id not in (None, clip.begin.source_id)
        )

    def pop(self) -> ClipBegin | ClipEnd | bytes | None:
        """What to send next: an announcement, a chunk or an end; None where nothing waits or no client has room."""
        for place in range(min(len(self._clips), self._limits.streams)):
            clip = self._clips[place]
            if not clip.announced:
                clip.announced = True
                return clip.begin
            if clip.sent_bytes == len(clip.payload):
                del self._clips[place]
                return ClipEnd(stream_id=clip.begin.stream_id, sha256=clip.sha256)
            size = min(self._limits.chunk_bytes, len(clip.payload) - clip.sent_bytes)
            if size <= clip.room_bytes:
                chunk = self._chunk(clip, size)
                # Behind the others that are under way, and before those that still wait for their turn.
                del self._clips[place]
                self._clips.insert(min(len(self._clips), self._limits.streams - 1), clip)
                return chunk
        return None

    @staticmethod
    def _chunk(clip: _Clip, size: int) -> bytes:
        start, end = clip.sent_bytes, clip.sent_bytes + size
        frame = Frame(
            kind=FrameKind.CLIP_CHUNK,
            codec=clip.begin.codec,
            channels=clip.begin.channels,
            stream_id=clip.begin.stream_id,
            sequence=clip.sequence,
            position=start,
            sample_rate_hz=clip.begin.sample_rate_hz,
            flags=FrameFlag.LAST if end == len(clip.payload) else NO_FLAGS,
            payload=clip.payload[start:end],
        )
        clip.sequence += 1
        clip.sent_bytes = end
        clip.room_bytes -= size
        return frame_bytes(frame)
