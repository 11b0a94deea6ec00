"""How a connection begins on the server's side: is the client let in, and which session does it go on with?"""

from __future__ import annotations

from protocol.session.events import Close
from protocol.session.memory import SessionMemory, Sessions
from protocol.session.policy import ServerPolicy
from protocol.wire import ClientMessage, Hello, Welcome
from protocol.wire.codec import Unknown
from protocol.wire.control import CloseCode
from protocol.wire.versions import MAJORS, common_major


def refusal(message: ClientMessage | Unknown, *, policy: ServerPolicy, authorised: bool) -> Close | None:
    """Why a client isn't let in whose first message this is; None if it is.

    Args:
        message: the first that came.
        policy: what the server asks for.
        authorised: whether the upgrade request carried the token already.
    """
    if not isinstance(message, Hello):
        return Close.of(CloseCode.BAD_MESSAGES, "say hello before anything else")
    if not authorised and not policy.admits(message.token):
        return Close.of(CloseCode.UNAUTHORISED, "the token is missing or wrong")
    if common_major(message.majors) is None:
        versions = ", ".join(map(str, MAJORS))
        return Close.of(CloseCode.NO_COMMON_VERSION, f"this server speaks major versions {versions}")
    return None


def take_up(sessions: Sessions, seq: int, hello: Hello, now_s: float) -> tuple[SessionMemory, bool]:
    """Take up the session that the client wants back, or begin one; says whether it is the former.

    Args:
        sessions: what the server remembers.
        seq: the sequence number of the hello.
        hello: what the client said.
        now_s: the server's time.
    """
    if hello.resume is not None:
        memory = sessions.resumable(hello.resume.token, now_s)
        # A client that counts from 1 again would have everything it says taken for a repetition.
        if memory is not None and hello.resume.last_seq <= memory.sent_seq and seq > memory.received_seq:
            sessions.resume(memory)
            memory.rewind(hello.resume.last_seq)
            return memory, True
    return sessions.begun(), False


def welcome(
    hello: Hello, *, policy: ServerPolicy, memory: SessionMemory, resumed_from_seq: int | None, now_s: float
) -> Welcome:
    """The server's answer to a client that is let in.

    Args:
        hello: what the client said.
        policy: what the server offers.
        memory: the client's session.
        resumed_from_seq: the highest sequence number that a resumed session had from the client; None for a new one.
        now_s: the server's time.
    """
    return Welcome(
        major=common_major(hello.majors) or MAJORS[0],
        server=policy.server,
        capabilities=policy.capabilities,
        codecs=policy.shared_codecs(hello.codecs),
        limits=policy.limits,
        heartbeat_s=policy.heartbeat_s,
        server_time_s=now_s,
        resume_token=memory.token,
        resumed=resumed_from_seq is not None,
        received_seq=resumed_from_seq or 0,
    )
