"""Every message of the wire, once: what the codec reads and writes, and what other languages' types are made from."""

from __future__ import annotations

from typing import get_args

from protocol.wire.clips import ClipAbort, ClipBegin, ClipEnd, ClipRequest, Credit
from protocol.wire.clocks import ClockPing, ClockPong
from protocol.wire.closing import Ack, Bye, ErrorMessage
from protocol.wire.commands import Mute, Play, SetSource, SourcePath, Stop
from protocol.wire.greeting import Hello, Welcome
from protocol.wire.listening import ListenerLeft, ListenerPose, LiveReport, LiveStart, LiveStarted, LiveStop
from protocol.wire.sources import SceneSnapshot, SourceAdded, SourceMoved, SourceRemoved, SourceUpdated
from protocol.wire.subscription import Notice, SceneProgress, SceneReady, Subscribe, Unsubscribe

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

MESSAGES: dict[str, type[AnyMessage]] = {
    message.__dataclass_fields__["type"].default: message for message in get_args(AnyMessage)
}
"""Each kind of message under its ``type``, in the order of the specification."""

__all__ = [
    "MESSAGES",
    "Ack",
    "AnyMessage",
    "Bye",
    "ClipAbort",
    "ClipBegin",
    "ClipEnd",
    "ClipRequest",
    "ClockPing",
    "ClockPong",
    "Credit",
    "ErrorMessage",
    "Hello",
    "ListenerLeft",
    "ListenerPose",
    "LiveReport",
    "LiveStart",
    "LiveStarted",
    "LiveStop",
    "Mute",
    "Notice",
    "Play",
    "SceneProgress",
    "SceneReady",
    "SceneSnapshot",
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
