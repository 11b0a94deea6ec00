"""OSC 1.0 packets: messages and bundles to bytes, and bytes of any kind to messages or one error.

The atoms are packed and parsed by python-osc. Its reader of whole packets is not used: a bundle's element of negative
size keeps it busy for ever, deep nesting and text that isn't UTF-8 come out as other errors than its own, and unknown
type tags shift the arguments behind them (python-osc 1.10).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pythonosc.parsing import osc_types

from protocol.errors import WireError

Argument = int | float | str | bool | None

MAX_PACKET_BYTES = 8192
"""Larger packets are refused: everything that is understood fits many times."""
MAX_BUNDLE_BYTES = 1400
"""What fits an Ethernet frame with its IP and UDP headers, so that a bundle never comes in pieces."""
MAX_DEPTH = 8
"""How deeply bundles may be nested."""
MAX_ARGUMENTS = 64
MAX_MESSAGES = 256
"""How many messages a packet may hold."""

_BUNDLE = b"#bundle\0"
_ELEMENT_OFFSET = 16
_LARGEST_FLOAT32 = 3.4028234663852886e38


@dataclass(frozen=True, slots=True)
class OscMessage:
    """An address, or in what comes in a pattern of addresses, and its arguments.

    Attributes:
        address: begins with a slash.
        arguments: numbers, texts, truth values and nil.
        tags: how the arguments are written: i int32, h int64, f float32, d float64, s text, T F N I without bytes.
    """

    address: str
    arguments: tuple[Argument, ...]
    tags: str

    @property
    def is_query(self) -> bool:
        """Whether it asks for a value rather than telling one: no arguments, or as adm-osc sends it, only nil."""
        return all(argument is None for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class OscPacket:
    """What a datagram said.

    Attributes:
        unix_s: when it is to be done, seconds since 1970 UTC; None for at once.
        messages: in their order, those of nested bundles too.
    """

    unix_s: float | None
    messages: tuple[OscMessage, ...]


# ---------------------------------------------------------------------------------------------------- to bytes


def message_bytes(message: OscMessage) -> bytes:
    r"""A message as a packet.

    Raises:
        ValueError: there is a tag that is never sent, or not one for each argument.

    >>> message_bytes(OscMessage("/adm/obj/1/mute", (1,), "i"))
    b'/adm/obj/1/mute\x00,i\x00\x00\x00\x00\x00\x01'
    """
    parts = [osc_types.write_string(message.address), osc_types.write_string("," + message.tags)]
    for tag, value in zip(message.tags, message.arguments, strict=True):
        match tag, value:
            case "f", float():
                parts.append(osc_types.write_float(min(max(value, -_LARGEST_FLOAT32), _LARGEST_FLOAT32)))
            case "i", int():
                parts.append(osc_types.write_int(value))
            case "d", float():
                parts.append(osc_types.write_double(value))
            case "s", str():
                # A text ends at its first zero.
                parts.append(osc_types.write_string(value.replace("\0", "")))
            case _:
                raise ValueError(f"{message.address}: {value!r} can't be sent as {tag!r}")
    return b"".join(parts)


def bundle_bytes(elements: Iterable[bytes], *, unix_s: float | None) -> bytes:
    """Packets as one bundle.

    Args:
        elements: messages or bundles as bytes.
        unix_s: the time tag, seconds since 1970 UTC, to half a microsecond; None for at once.
    """
    parts = [_BUNDLE, osc_types.write_date(osc_types.IMMEDIATELY if unix_s is None else unix_s)]
    for element in elements:
        parts += (osc_types.write_int(len(element)), element)
    return b"".join(parts)


def bundles(groups: Iterable[Sequence[OscMessage]], *, unix_s: float | None) -> Iterator[bytes]:
    """Bundles of at most ``MAX_BUNDLE_BYTES`` that hold everything in its order.

    Args:
        groups: messages that belong together: a group is only split where it's too large for one bundle.
        unix_s: the time tag of all bundles; None for at once.
    """
    waiting: list[bytes] = []
    size = _ELEMENT_OFFSET
    for group in groups:
        elements = [message_bytes(message) for message in group]
        whole = sum(4 + len(element) for element in elements)
        # A group that fits no bundle goes on in this one, message by message.
        fits_one = _ELEMENT_OFFSET + whole <= MAX_BUNDLE_BYTES
        for index, element in enumerate(elements):
            needed = whole if fits_one and index == 0 else 4 + len(element)
            if waiting and (not fits_one or index == 0) and size + needed > MAX_BUNDLE_BYTES:
                yield bundle_bytes(waiting, unix_s=unix_s)
                waiting, size = [], _ELEMENT_OFFSET
            waiting.append(element)
            size += 4 + len(element)
    if waiting:
        yield bundle_bytes(waiting, unix_s=unix_s)


# ---------------------------------------------------------------------------------------------------- from bytes


def packet_from_bytes(data: bytes) -> OscPacket:
    """What a datagram says.

    Raises:
        WireError: it is larger than ``MAX_PACKET_BYTES`` (``too_big``), or no packet of OSC 1.0 that's understood
            (``bad_message``). No other error comes of any bytes.
    """
    if len(data) > MAX_PACKET_BYTES:
        raise WireError(
            f"has {len(data)} bytes", where="OSC packet", remedy=f"send at most {MAX_PACKET_BYTES}", code="too_big"
        )
    try:
        messages = tuple(islice(_messages(data, depth=0), MAX_MESSAGES + 1))
        unix_s = _time_tag(data)
    except (osc_types.ParseError, UnicodeDecodeError, struct.error) as error:
        raise _bad("is cut off or garbled") from error
    if len(messages) > MAX_MESSAGES:
        raise _bad(f"holds more than {MAX_MESSAGES} messages")
    return OscPacket(unix_s, messages)


def _time_tag(data: bytes) -> float | None:
    if not data.startswith(_BUNDLE):
        return None
    unix_s, _ = osc_types.get_date(data, len(_BUNDLE))
    return None if unix_s == osc_types.IMMEDIATELY else unix_s


def _messages(data: bytes, *, depth: int) -> Iterator[OscMessage]:
    if not data.startswith(_BUNDLE):
        yield _message(data)
        return
    if depth == MAX_DEPTH:
        raise _bad(f"nests bundles more than {MAX_DEPTH} deep")
    if len(data) < _ELEMENT_OFFSET:
        raise _bad("ends before its time tag does")
    index = _ELEMENT_OFFSET
    while index < len(data):
        size, index = osc_types.get_int(data, index)
        if size <= 0 or size % 4 or index + size > len(data):
            raise _bad(f"says that an element has {size} bytes")
        yield from _messages(data[index : index + size], depth=depth + 1)
        index += size


def _message(data: bytes) -> OscMessage:
    if len(data) % 4 or not data.startswith(b"/"):
        raise _bad("is neither a message nor a bundle")
    address, index = osc_types.get_string(data, 0)
    if index == len(data):
        # Old senders leave the type tags out where there are no arguments.
        return OscMessage(address, (), "")
    tags, index = osc_types.get_string(data, index)
    if not tags.startswith(",") or len(tags) > 1 + MAX_ARGUMENTS:
        raise _bad(f"doesn't say what its arguments are, or has more than {MAX_ARGUMENTS}")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        value: Argument
        match tag:
            case "i":
                value, index = osc_types.get_int(data, index)
            case "f":
                value, index = osc_types.get_float(data, index)
            case "s":
                value, index = osc_types.get_string(data, index)
            case "d":
                value, index = osc_types.get_double(data, index)
            case "h":
                value, index = osc_types.get_int64(data, index)
            case "T" | "F":
                value = tag == "T"
            case "N" | "I":
                value = None if tag == "N" else 1
            case _:
                raise _bad(f"has an argument of type {tag!r}")
        arguments.append(value)
    if index != len(data):
        # python-osc reads a float that is cut off as if zeros followed.
        raise _bad("is longer or shorter than its arguments")
    return OscMessage(address, tuple(arguments), tags[1:])


def _bad(what: str) -> WireError:
    return WireError(what, where="OSC packet", remedy="send OSC 1.0, see protocol/OSC.md", code="bad_message")
