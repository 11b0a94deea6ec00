"""Which versions of the wire this program speaks, and how two peers agree on one."""

from __future__ import annotations

from collections.abc import Iterable

MAJORS = (1,)
"""Major versions, best first. Within one, whatever is unknown is passed over."""


def subprotocol(major: int) -> str:
    """What a major version is called in ``Sec-WebSocket-Protocol``.

    >>> subprotocol(1)
    'sonorama.v1'
    """
    return f"sonorama.v{major}"


def chosen_subprotocol(offered: Iterable[str]) -> str | None:
    """The best of the offered WebSocket subprotocols; None where there is none, so that ``hello`` must settle it.

    >>> chosen_subprotocol(["chat", "sonorama.v1", "sonorama.v9"])
    'sonorama.v1'
    """
    names = set(offered)
    return next((name for name in map(subprotocol, MAJORS) if name in names), None)


def common_major(offered: Iterable[int]) -> int | None:
    """The best major version that both speak; None where there is none.

    >>> common_major((2, 1)), common_major((9,))
    (1, None)
    """
    majors = set(offered)
    return next((major for major in MAJORS if major in majors), None)
