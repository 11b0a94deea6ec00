"""Every message of the wire, once: what the codec reads and writes, and what other languages' types are made from.

A new message goes into ``AnyMessage``, where the specification has it, and into one of the unions below.
Whoever takes in one of these has a ``match`` over all its members: mypy says where a message is forgotten.
"""

from __future__ import annotations

from typing import get_args

from protocol.events import Notice, SceneRemoved, SourceRemoved
from protocol.wire.clips import ClipAbort, ClipBegin, ClipEnd, ClipRequest, Credit
from protocol.wire.clocks import ClockPing, ClockPong
from protocol.wire.commands import Keep, Mute, Play, SetSource, SourcePath, Stop
from protocol.wire.control import Ack, Bye, ErrorMessage
from protocol.wire.handshake import Hello, Welcome
from protocol.wire.listener import ListenerLeft, ListenerPose, LiveReport, LiveStart, LiveStarted, LiveStop
from protocol.wire.sources import SceneSnapshot, SourceAdded, SourceMoved, SourceUpdated
from protocol.wire.subscription import SceneProgress, SceneReady, Subscribe, Unsubscribe

AnyMessage = (
    Hello
    | Welcome
    | Subscribe
    | Unsubscribe
    | SceneSnapshot
    | SourceAdded
    | SourceUpdated
    | SourceMoved
    | SourceRemoved
    | SceneProgress
    | SceneReady
    | SceneRemoved
    | Notice
    | ClipRequest
    | ClipBegin
    | ClipEnd
    | ClipAbort
    | Credit
    | Play
    | Stop
    | Mute
    | SetSource
    | SourcePath
    | Keep
    | ListenerPose
    | ListenerLeft
    | LiveStart
    | LiveStarted
    | LiveStop
    | LiveReport
    | ClockPing
    | ClockPong
    | Ack
    | ErrorMessage
    | Bye
)

Command = Play | Stop | Mute | SetSource | SourcePath | Keep
"""What changes a live scene; ``subscribe`` and ``unsubscribe`` are acknowledged, too, but change none."""

Request = ListenerPose | ClipRequest | LiveStart | LiveStop
"""What a client asks of the program around its session, and what isn't acknowledged."""

ClientMessage = Command | Request | Hello | Subscribe | Unsubscribe | ClipAbort | Credit | ClockPing | Ack | Bye
"""What clients send."""

SceneMessage = (
    SceneSnapshot
    | SourceAdded
    | SourceUpdated
    | SourceMoved
    | SourceRemoved
    | SceneProgress
    | SceneReady
    | SceneRemoved
    | ListenerPose
    | ListenerLeft
)
"""What a scene's state is made of: see :class:`protocol.session.scene_state.SceneState`."""

Report = Notice | LiveStarted | LiveReport
"""What a server says to the program around a client's session."""

ServerMessage = SceneMessage | Report | Welcome | ClipBegin | ClipEnd | ClipAbort | ClockPong | Ack | ErrorMessage | Bye
"""What servers send."""

MESSAGES: dict[str, type[AnyMessage]] = {
    message.__dataclass_fields__["type"].default: message for message in get_args(AnyMessage)
}
"""Each kind of message under its ``type``, in the order of the specification."""

__all__ = [
    "MESSAGES",
    "Ack",
    "AnyMessage",
    "Bye",
    "ClientMessage",
    "ClipAbort",
    "ClipBegin",
    "ClipEnd",
    "ClipRequest",
    "ClockPing",
    "ClockPong",
    "Command",
    "Credit",
    "ErrorMessage",
    "Hello",
    "Keep",
    "ListenerLeft",
    "ListenerPose",
    "LiveReport",
    "LiveStart",
    "LiveStarted",
    "LiveStop",
    "Mute",
    "Notice",
    "Play",
    "Report",
    "Request",
    "SceneMessage",
    "SceneProgress",
    "SceneReady",
    "SceneRemoved",
    "SceneSnapshot",
    "ServerMessage",
    "SetSource",
    "SourceAdded",
    "SourceMoved",
    "SourcePath",
    "SourceRemoved",
    "SourceUpdated",
    "Stop",
    "Subscribe",
    "Unsubscribe",
    "Welcome",
]
