"""How many connections a server can afford.

Everybody who connects takes a descriptor from the process, and who has said nothing yet may be anybody. So strangers,
requests and listeners have budgets of their own: none of them can use up what the others live on.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from dataclasses import dataclass, replace

# What the server itself has open: scenes, the job store, workers' pipes, sockets, and a file for each third request.
_RESERVED_DESCRIPTORS = 192
_FEWEST = 8
_UNLIMITED = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """How many of each kind a server holds at once.

    Attributes:
        strangers: connections that have not sent a request yet that was let in.
        requests: requests that are being answered; those for the server's health are not counted.
        listeners: WebSockets, and readers of server-sent events.
        of_one_address: connections of one address; the loopback, where proxies stand, may have all.
    """

    strangers: int = 1024
    requests: int = 512
    listeners: int = 2048
    of_one_address: int = 512

    @property
    def connections(self) -> int:
        """How many connections there may be in all."""
        return self.strangers + self.requests + self.listeners

    def within(self, descriptors: int) -> Budgets:
        """The same budgets, or smaller ones in proportion, so that a process with so many descriptors never runs out.

        >>> Budgets().within(1024).connections <= 1024 - 192
        True
        """
        # A request may hold a file beside its connection.
        share = (descriptors - _RESERVED_DESCRIPTORS) / (self.connections + self.requests)
        if share >= 1.0:
            return self
        strangers, requests, listeners = (
            max(int(number * share), _FEWEST) for number in (self.strangers, self.requests, self.listeners)
        )
        return replace(self, strangers=strangers, requests=requests, listeners=listeners)


def raise_descriptor_limit() -> int:
    """Let this process have as many descriptors open as its user may; returns how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems call it unlimited and then refuse that much.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return _UNLIMITED if soft == resource.RLIM_INFINITY else soft
