"""Telling the time: four time stamps, as in NTP (RFC 5905, section 8)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from protocol.message import WIRE, Sender, WireMessage
from protocol.wire.base import ClockS
from protocol.wire.handshake import ServerTimeS


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClockPing(WireMessage):
    """What time is it? Also a client's sign of life."""

    sender: ClassVar[Sender] = "client"
    survives: ClassVar[bool] = False

    type: Literal["clock_ping"] = "clock_ping"
    client_sent_s: ClockS
    """By the client's own steady clock, just before sending."""


@dataclass(frozen=True, slots=True, kw_only=True, config=WIRE)
class ClockPong(WireMessage):
    """When the ping came in and when this goes out, by the server's clock."""

    sender: ClassVar[Sender] = "server"
    survives: ClassVar[bool] = False

    type: Literal["clock_pong"] = "clock_pong"
    client_sent_s: ClockS
    """As the ping had it."""
    server_received_s: ServerTimeS
    server_sent_s: ServerTimeS
