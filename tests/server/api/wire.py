"""A client of the wire that does one thing after the other, as tests want it: plain JSON, no machine of ours."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.server.api.server_process import ServerProcess
from tests.timing import PATIENCE_S

HEADER = struct.Struct("<4sBBBBIIQIHHd")

_SIGN_OF_LIFE_S = 5.0
_SIGN_OF_LIFE = -1.0


class Wire:
    """A connection that has said hello."""

    def __init__(self, socket: ClientConnection, **hello: Any) -> None:
        self.socket = socket
        self.seq = 0
        self.passed: list[Any] = []
        self.say("hello", **{"majors": [1], "client": "test", **hello})
        self.welcome = self.hear("welcome")

    def say(self, kind: str, **fields: Any) -> int:
        self.seq += 1
        self.said_at_s = time.monotonic()
        self.socket.send(json.dumps({"type": kind, "seq": self.seq, **fields}))
        return self.seq

    def next(self) -> Any:
        """The next frame: a message, or the fields of a binary frame."""
        frame = self._frame()
        if isinstance(frame, str):
            return json.loads(frame)
        fields = HEADER.unpack_from(frame)
        names = [
            "magic",
            "version",
            "kind",
            "codec",
            "channels",
            "stream_id",
            "sequence",
            "position",
            "rate",
            "flags",
            "size",
            "time_s",
        ]
        return {"type": "binary", **dict(zip(names, fields, strict=True)), "payload": frame[fields[10] :]}

    def _frame(self) -> str | bytes:
        """The next frame but answers to signs of life, which are given as often as the server asks for them."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            if time.monotonic() - self.said_at_s > _SIGN_OF_LIFE_S:
                self.say("clock_ping", client_sent_s=_SIGN_OF_LIFE)
            try:
                frame = self.socket.recv(timeout=min(_SIGN_OF_LIFE_S, max(until_s - time.monotonic(), 0.0)))
            except TimeoutError:
                if time.monotonic() >= until_s:
                    raise
                continue
            if not (isinstance(frame, str) and _is_pong_of_a_sign_of_life(frame)):
                return frame

    def hear(self, kind: str, is_wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next message of a kind; what comes before is kept in ``passed``."""
        while True:
            message = self.next()
            if message["type"] == kind and is_wanted(message):
                return message
            self.passed.append(message)

    def subscribe(self, scene_id: str, **options: Any) -> Any:
        self.say("subscribe", scene_id=scene_id, **options)
        return self.hear("scene_snapshot")


def _is_pong_of_a_sign_of_life(frame: str) -> bool:
    message = json.loads(frame)
    return message["type"] == "clock_pong" and message["client_sent_s"] == _SIGN_OF_LIFE


@contextmanager
def wired(server: ServerProcess, *, headers: dict[str, str] | None = None, **hello: Any) -> Iterator[Wire]:
    with raw_socket(server, headers=headers) as socket:
        yield Wire(socket, **hello)


@contextmanager
def raw_socket(server: ServerProcess, *, headers: dict[str, str] | None = None) -> Iterator[ClientConnection]:
    url = str(server.client.base_url).replace("http", "ws", 1).rstrip("/")
    with connect(
        f"{url}/v1/stream", subprotocols=["sonorama.v1"], additional_headers=headers, open_timeout=PATIENCE_S,
        max_size=None, compression=None,
    ) as socket:  # fmt: skip
        yield socket
