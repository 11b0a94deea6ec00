"""The settings of one server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.api.http.limits import RequestLimits
from server.api.http.token import Token
from server.api.streaming.osc.settings import OscSettings


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """What a server serves, and how.

    Attributes:
        folder: the folder of the scenes.
        worker: the command that starts a worker; see :mod:`server.api.jobs.orders`.
        presets: the presets that scenes can be made with; the first is the default.
        token: the token that clients must send; None on the loopback alone.
        names: the host names that the server answers to; None for all.
        limits: how much the server takes from its clients.
        workers: how many jobs run at once.
        osc: where a scene is sent by OSC; None for nowhere.
        osc_scene: the id of the scene that is sent by OSC.
    """

    folder: Path
    worker: Sequence[str]
    presets: Sequence[str]
    token: Token | None = None
    names: frozenset[str] | None = None
    limits: RequestLimits = field(default_factory=RequestLimits)
    workers: int = 1
    osc: OscSettings | None = None
    osc_scene: str = ""
