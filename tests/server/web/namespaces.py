"""A server and a phone on machines of their own: network namespaces, joined by two networks, of which one is in use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

ADDRESS = "10.203.0.1"
"""Where the server is, whichever network leads there."""


class TwoNetworks:
    """Runs programs on either machine, and changes the network between them."""

    def __init__(self, server: str, phone: str) -> None:
        self.server, self.phone = server, phone

    def command(self, machine: str) -> list[str]:
        """What to put before the command of a program."""
        return ["ip", "netns", "exec", machine]

    def use(self, network: int) -> None:
        """Lead the phone's way through a network; the other one is gone."""
        _run("ip", "-n", self.phone, "link", "set", f"net{network}", "up")
        _run("ip", "-n", self.phone, "link", "set", f"net{3 - network}", "down")
        _run("ip", "-n", self.phone, "route", "replace", f"{ADDRESS}/32", "via", f"10.203.{network}.1")


@contextmanager
def two_networks() -> Iterator[TwoNetworks]:
    """Makes the namespaces, and takes them away again; skips the test where that isn't allowed."""
    if shutil.which("ip") is None:
        pytest.skip("there is no ip to make network namespaces with")
    networks = TwoNetworks(f"sonorama-server-{os.getpid()}", f"sonorama-phone-{os.getpid()}")
    with ExitStack() as made:
        try:
            for name in (networks.server, networks.phone):
                _run("ip", "netns", "add", name)
                made.callback(_run, "ip", "netns", "del", name)
                _run("ip", "-n", name, "link", "set", "lo", "up")
            _run("ip", "-n", networks.server, "address", "add", f"{ADDRESS}/32", "dev", "lo")
            for number in (1, 2):
                link = ("link", "add", f"net{number}", "type", "veth", "peer", "name", f"net{number}")
                _run("ip", "-n", networks.phone, *link, "netns", networks.server)
                for name, end in ((networks.server, 1), (networks.phone, 2)):
                    _run("ip", "-n", name, "address", "add", f"10.203.{number}.{end}/24", "dev", f"net{number}")
                    _run("ip", "-n", name, "link", "set", f"net{number}", "up")
            _run("ip", "-n", networks.phone, "route", "add", f"{ADDRESS}/32", "via", "10.203.1.1")
        except subprocess.CalledProcessError as refused:
            pytest.skip(f"network namespaces can't be made here: {refused.stderr.strip()}")
        # Some kernels can't impair a network: it changes nevertheless.
        with suppress(OSError, subprocess.CalledProcessError):
            _impair(networks)
        yield networks


def _impair(networks: TwoNetworks) -> None:
    """80 ± 40 ms there and back, and every fiftieth packet is lost."""
    for name in (networks.server, networks.phone):
        for number in (1, 2):
            netem = ("netem", "delay", "40ms", "20ms", "loss", "2%")
            _run("tc", "-n", name, "qdisc", "add", "dev", f"net{number}", "root", *netem)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
