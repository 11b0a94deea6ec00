import hashlib
from dataclasses import replace

from protocol.session.sending.clip_sender import ClipQueue
from protocol.wire import ClipBegin, ClipEnd
from protocol.wire.frames import FrameFlag, frame_from_bytes
from protocol.wire.handshake import Limits
from tests.protocol.test_scene import SHA

LIMITS = Limits(chunk_bytes=4, window_bytes=8, streams=2)
BEGIN = ClipBegin(
    stream_id=1,
    scene_id="a",
    source_id="bell",
    clip_sha256=SHA,
    codec="flac",
    sample_rate_hz=48_000,
    channels=1,
    size_bytes=10,
)


def begin(stream_id):
    return replace(BEGIN, stream_id=stream_id, source_id=f"s{stream_id}")


def popped(queue):
    sent = []
    while (item := queue.pop()) is not None:
        sent.append(frame_from_bytes(item) if isinstance(item, bytes) else item)
    return sent


def test_a_clip_goes_in_chunks_as_far_as_its_window_and_on_with_credit():
    queue = ClipQueue(LIMITS)
    queue.add(BEGIN, b"0123456789", sha256=hashlib.sha256(b"0123456789").hexdigest())
    announced, *chunks = popped(queue)
    assert announced == BEGIN
    assert [(chunk.sequence, chunk.position, chunk.payload) for chunk in chunks] == [(0, 0, b"0123"), (1, 4, b"4567")]
    queue.credit(1, 1)
    assert popped(queue) == []
    queue.credit(1, 1)
    queue.credit(99, 8)
    last, end = popped(queue)
    assert (last.payload, last.flags) == (b"89", FrameFlag.LAST)
    assert end == ClipEnd(stream_id=1, sha256="84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882")
    assert len(queue) == 0


def test_credit_never_opens_more_than_the_window():
    queue = ClipQueue(LIMITS)
    queue.add(BEGIN, b"0123456789" * 10, sha256=hashlib.sha256(b"0123456789" * 10).hexdigest())
    queue.credit(1, 10**6)
    assert len(popped(queue)) == 1 + 2


def test_two_clips_take_turns_and_a_third_waits():
    queue = ClipQueue(LIMITS)
    for stream_id in (1, 2, 3):
        queue.add(begin(stream_id), b"0123456", sha256=hashlib.sha256(b"0123456").hexdigest())
    order = [f"{type(item).__name__} {item.stream_id}" for item in popped(queue)]
    together = ["ClipBegin 1", "Frame 1", "ClipBegin 2", "Frame 2", "Frame 1", "Frame 2", "ClipEnd 1", "ClipEnd 2"]
    assert order == [*together, "ClipBegin 3", "Frame 3", "Frame 3", "ClipEnd 3"]


def test_a_client_without_room_for_one_clip_gets_the_other():
    queue = ClipQueue(LIMITS)
    queue.add(begin(1), b"0123456789", sha256=hashlib.sha256(b"0123456789").hexdigest())
    queue.add(begin(2), b"0123456789", sha256=hashlib.sha256(b"0123456789").hexdigest())
    popped(queue)
    queue.credit(2, 8)
    assert {item.stream_id for item in popped(queue)} == {2}
    queue.drop(2)
    queue.drop_scene("a", "s9")
    assert len(queue) == 1
    queue.drop_scene("a")
    assert len(queue) == 0
