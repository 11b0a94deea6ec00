"""What the OSC server is told, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass

ADM_PORT, RETURN_PORT = 4001, 4002
"""Where ADM-OSC v1.0 has streams arrive, and what is said back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OscSettings:
    """Where to send, and where to listen.

    Attributes:
        target_host: a name or an address of one machine.
        target_port: to which changes are sent.
        listen_host: the address of this machine that is listened at.
        listen_port: at which queries, poses and commands arrive; 0 takes a free one.
        reply_port: at the target, to which answers are sent; None for the port that asked, and ``target_port``, since
            some ask from a port at which they don't listen.
        http_url: scheme, host and port at which clips can be had.
        dmax_m: how many metres the normalised distance 1 is.
        rate_hz: how often changes are sent at most.
        time_tags: whether bundles carry the time at which they are sent, not "at once": receivers whose clock is
            behind hold them back for as long as it is.
        repeat_s: after so long everything is sent again, for receivers that came late or lost something.
    """

    target_host: str
    target_port: int = ADM_PORT
    listen_host: str = "127.0.0.1"
    listen_port: int = RETURN_PORT
    reply_port: int | None = None
    http_url: str = ""
    dmax_m: float = 100.0
    rate_hz: float = 60.0
    time_tags: bool = False
    repeat_s: float = 5.0


@dataclass(slots=True)
class OscCounts:
    """What has happened so far."""

    sent: int = 0
    heard: int = 0
    refused: int = 0
    """Packets that made no sense or weren't granted."""
    strangers: int = 0
    """Packets that didn't come from the target: passed over, as OSC has no tokens."""
    too_many: int = 0
    """Packets above the rate that one may send: passed over."""
    errors: int = 0
    """Errors that the system reported of the socket: nobody listens at the target, or no way leads there."""
