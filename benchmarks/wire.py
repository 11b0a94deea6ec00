"""What the wire costs without a socket: ``python -m benchmarks.wire``.

Messages a second of one core, for a scene of 32 sources that all move.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from protocol.session.memory import Sessions
from protocol.session.policy import ServerPolicy
from protocol.session.sending.outbox import Outbox
from protocol.session.server_session import ServerSession
from protocol.wire import Hello, ListenerPose, SourceMoved, SourceUpdated, Subscribe
from protocol.wire.codec import Prepared, decoded, encoded
from protocol.wire.frames import Frame, FrameKind, frame_bytes, frame_from_bytes
from protocol.wire.sources import SourceMove, SourceState

SOURCES = 32
CLIENTS = 200
SCENE = "square"


def rate(work: Callable[[], object], *, per_call: int = 1) -> float:
    """How often a second something can be done: the best of five half-seconds."""
    best = 0.0
    for _ in range(5):
        calls, began = 0, time.perf_counter()
        while time.perf_counter() - began < 0.5:
            work()
            calls += 1
        best = max(best, calls * per_call / (time.perf_counter() - began))
    return best


def moves(at_s: float = 0.0) -> SourceMoved:
    """All sources have moved."""
    return SourceMoved(
        scene_id=SCENE,
        at_s=at_s,
        moves=tuple(
            SourceMove(source_id=f"source-{number}", azimuth_deg=number + 0.25, elevation_deg=1.5, distance_m=7.125)
            for number in range(SOURCES)
        ),
    )


def broadcasting() -> Callable[[], None]:
    """One set of moves to every client, each with its own numbers."""
    sessions = Sessions(resume_s=60.0)
    clients = []
    for _ in range(CLIENTS):
        session = ServerSession(policy=ServerPolicy(server="bench"), sessions=sessions, now_s=0.0)
        session.receive(encoded(Hello(majors=(1,), client="bench"), seq=1), 0.0)
        session.receive(encoded(Subscribe(scene_id=SCENE), seq=2), 0.0)
        while session.next_frame(0.0) is not None:
            pass
        clients.append(session)

    def work() -> None:
        prepared = Prepared(moves())
        for session in clients:
            session.publish(prepared)
        for session in clients:
            while session.next_frame(0.0) is not None:
                pass

    return work


def stalled(clients: int = CLIENTS) -> Callable[[], None]:
    """The same to clients that never read."""
    boxes = [Outbox() for _ in range(clients)]

    def work() -> None:
        prepared = Prepared(moves())
        for box in boxes:
            box.put(prepared)

    return work


def main() -> None:
    """Print the table."""
    pose = ListenerPose(
        scene_id=SCENE, position_m=(0.1, 0.2, 0.3), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=12.5
    )
    pose_text = encoded(pose, seq=1)
    moves_text = encoded(moves(), seq=1)
    state = SourceState(
        id="a", label="a", kind="point", azimuth_deg=1.0, elevation_deg=2.0, distance_m=3.0, level_db_spl_1m=60.0
    )
    update = SourceUpdated(scene_id=SCENE, source=state)
    block = Frame(
        kind=FrameKind.LIVE_BLOCK,
        codec="float32",
        channels=2,
        stream_id=1,
        sequence=0,
        position=0,
        sample_rate_hz=48_000,
        payload=bytes(2048),
    )
    block_bytes = frame_bytes(block)
    rows = {
        "listener_pose, text to message": rate(lambda: decoded(pose_text, sender="client")),
        "source_updated, message to text": rate(lambda: encoded(update, seq=1)),
        f"{SOURCES} moves made and turned into text ({len(moves_text)} bytes)": rate(lambda: encoded(moves(), seq=1)),
        f"{SOURCES} moves, text to message": rate(lambda: decoded(moves_text, sender="server")),
        f"{SOURCES} moves to {CLIENTS} clients that read, frames": rate(broadcasting(), per_call=CLIENTS),
        f"{SOURCES} moves to {CLIENTS} clients that don't, messages": rate(stalled(), per_call=CLIENTS),
        "live block to bytes": rate(lambda: frame_bytes(block)),
        "live block from bytes": rate(lambda: frame_from_bytes(block_bytes)),
    }
    for name, value in rows.items():
        print(f"{name:<55}{value:>12,.0f} /s")


if __name__ == "__main__":
    main()
