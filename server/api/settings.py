"""The settings of one server."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.api.connections.budgets import Budgets
from server.api.connections.visits import Deadlines
from server.api.http.limits import RequestLimits
from server.api.http.proxies import Reach
from server.api.http.token import Token
from server.api.jobs.bounds import JobBounds
from server.api.streaming.osc.settings import OscSettings


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """What a server serves, and how.

    Attributes:
        folder: the folder of the scenes, or of a single scene.
        state_dir: the folder of what the server keeps for itself, of all folders that it ever served.
        worker: the command that starts a worker; see :mod:`server.api.jobs.orders`.
        presets: the presets that scenes can be made with; the first is the default.
        unused_options: the options that a preset has no use for, by its name; a request that gives one is refused.
        token: the token that clients must send; None on the loopback alone.
        names: the host names that the server answers to; None for all.
        reach: how clients reach it: its public address, and the proxies before it.
        limits: how much the server takes from its clients.
        budgets: how many connections there may be; fewer, where the process may not have so many descriptors.
        deadlines: how long clients may take.
        memory_bytes: how much of clips is kept, loaded to be heard or encoded to be sent.
        workers: how many jobs run at once.
        job_bounds: how much each of them may take.
        osc: where a scene is sent by OSC; None for nowhere.
        osc_scene: the id or the name of the scene that is sent by OSC; empty for the only one.
    """

    folder: Path
    state_dir: Path
    worker: Sequence[str]
    presets: Sequence[str]
    unused_options: Mapping[str, Collection[str]] = field(default_factory=dict)
    token: Token | None = None
    names: frozenset[str] | None = None
    reach: Reach = field(default_factory=Reach)
    limits: RequestLimits = field(default_factory=RequestLimits)
    budgets: Budgets = field(default_factory=Budgets)
    deadlines: Deadlines = field(default_factory=Deadlines)
    memory_bytes: int = 2**30
    workers: int = 1
    job_bounds: JobBounds = field(default_factory=JobBounds)
    osc: OscSettings | None = None
    osc_scene: str = ""
