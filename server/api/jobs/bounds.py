"""How much memory and time a job may take, and who looks whether it does."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from server.api.http.problems import Problem

_LOOK_S = 0.25
_SHARE_OF_MACHINE = 0.75


def _share_of_machine() -> int:
    return round(_SHARE_OF_MACHINE * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobBounds:
    """What a job may take.

    Attributes:
        memory_bytes: resident, of its worker; by default, three quarters of the machine's.
        seconds: from its start on.
    """

    memory_bytes: int = field(default_factory=_share_of_machine)
    seconds: float = 6 * 3600.0

    async def exceeded(self, pid: int) -> Problem:
        """Wait until a process takes more than it may; returns what to tell of it. Cancel this when it has ended."""
        until_s = time.monotonic() + self.seconds
        while True:
            if time.monotonic() > until_s:
                return Problem(
                    code="too_long",
                    what=f"the job took more than {self.seconds:.0f} s",
                    where="worker",
                    remedy="ask for less: a shorter duration, fewer sources or a smaller picture",
                )
            if _resident_bytes(pid) > self.memory_bytes:
                return Problem(
                    code="too_large",
                    what=f"the job took more than {self.memory_bytes / 2**20:.0f} MB of memory",
                    where="worker",
                    remedy="ask for less: a shorter duration, fewer sources or a smaller picture",
                )
            await asyncio.sleep(_LOOK_S)


def _resident_bytes(pid: int) -> int:
    """How much memory a process has, where the system says so (Linux); 0 elsewhere and of one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
