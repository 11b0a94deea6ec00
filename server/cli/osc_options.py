"""What ``sonorama serve`` is told of OSC."""

from __future__ import annotations

import re

from protocol.errors import InputError
from server.api.http.guard import LOOPBACK_NAMES
from server.api.streaming.osc.settings import ADM_PORT, RETURN_PORT, OscSettings

# A name, an IPv4 address or an IPv6 address, which needs brackets before a port (RFC 3986, section 3.2.2).
_ADDRESS = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<bare>[^\[\]:]+|[^\[\]]*:[^\[\]]*:[^\[\]]*))(?::(?P<port>\d{1,5}))?")


def osc_settings(
    target: str | None, *, listen: str | None, reply_port: int | None, dmax_m: float, time_tags: bool
) -> OscSettings | None:
    """The settings of OSC for a target; None without one.

    Args:
        target: HOST or HOST:PORT to send to.
        listen: HOST:PORT, HOST or a port to listen at. By default only this machine is heard if the target is on it.
        reply_port: at the target, to which answers are sent; None for the port that asked.
        dmax_m: how many metres the normalised distance 1 is.
        time_tags: whether bundles carry the time at which they are sent.

    Raises:
        InputError: an address is none.
    """
    if target is None:
        given = {"--osc-listen": listen, "--osc-reply-port": reply_port}
        for option in (name for name, value in given.items() if value is not None):
            raise InputError("says nothing without a target", where=option, remedy="give --osc, too")
        return None
    host, port = _host_and_port(target, option="--osc", port=ADM_PORT)
    listen_host, listen_port = _everywhere(host), RETURN_PORT
    if listen is not None and listen.isdecimal():
        listen_host, listen_port = _host_and_port(f"{_in_url(listen_host)}:{listen}", option="--osc-listen", port=0)
    elif listen is not None:
        listen_host, listen_port = _host_and_port(listen, option="--osc-listen", port=RETURN_PORT)
    return OscSettings(
        target_host=host, target_port=port, listen_host=listen_host, listen_port=listen_port, reply_port=reply_port,
        dmax_m=dmax_m, time_tags=time_tags,
    )  # fmt: skip


def _everywhere(target_host: str) -> str:
    """All addresses of this machine, or its loopback's only where the target is there; of the target's family."""
    is_v6 = ":" in target_host
    if target_host.lower() in LOOPBACK_NAMES:
        return "::1" if is_v6 else "127.0.0.1"
    return "::" if is_v6 else "0.0.0.0"  # noqa: S104 - the target alone is heard


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _host_and_port(text: str, *, option: str, port: int) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    number = port if found is None or found["port"] is None else int(found["port"])
    if found is None or not 0 < number < 2**16:
        raise InputError(f"{text!r} is no address", where=option, remedy="give HOST, HOST:PORT or [IPV6]:PORT")
    return found["v6"] or found["bare"], number
