"""JSON text <-> message: one message a text frame, with its ``type`` and its sender's ``seq`` first.

.. code-block:: text

    {"type":"credit","seq":7,"stream_id":3,"bytes":65536}

Nothing that comes in is trusted: whatever the bytes, :func:`decoded` answers with a message, with :class:`Unknown`
where a newer peer says something new, or with a :class:`~protocol.errors.WireError` of one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, overload

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from protocol.errors import WireError
from protocol.wire import MESSAGES, AnyMessage, ClientMessage, ServerMessage
from protocol.wire.base import MAX_EXACT_INTEGER

MAX_TEXT_BYTES = 4 * 1024 * 1024
"""No text frame of either side is larger; a server's ``limits.message_bytes`` holds its clients to less."""

_ADAPTERS: dict[str, TypeAdapter[AnyMessage]] = {name: TypeAdapter(kind) for name, kind in MESSAGES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A message whose type this version doesn't know: to be passed over."""

    type: str


class Prepared:
    """A message on its way out, whose text and keys are worked out once however many clients get it."""

    def __init__(self, message: AnyMessage) -> None:
        self.message = message

    @cached_property
    def key(self) -> str | None:
        """What the message replaces while it waits."""
        return self.message.key

    @cached_property
    def culls(self) -> str | None:
        """What the message makes pointless."""
        return self.message.culls

    @cached_property
    def undoes(self) -> str | None:
        """What the message takes back."""
        return self.message.undoes

    def absorbing(self, older: Prepared) -> Prepared:
        """This message together with what still counts of an older one with its key."""
        merged = self.message.absorbing(older.message)
        return self if merged is self.message else Prepared(merged)

    def without(self, keys: str) -> Prepared | None:
        """What is left of the message where things whose keys begin so have become pointless; None for nothing."""
        rest = self.message.without(keys)
        return self if rest is self.message else None if rest is None else Prepared(rest)

    @cached_property
    def _tail(self) -> str:
        text = _ADAPTERS[self.message.type].dump_json(self.message).decode()
        # A message of nothing but its type leaves "}" here, which needs no comma.
        return text[len(f'{{"type":"{self.message.type}"') :]

    def text(self, seq: int) -> str:
        """The text frame with this sequence number."""
        return f'{{"type":"{self.message.type}","seq":{seq}{self._tail}'

    @property
    def size_bytes(self) -> int:
        """About how long the text is."""
        return len(self._tail) + 32


def encoded(message: AnyMessage, *, seq: int) -> str:
    """The canonical text of a message: fields in the order of their declaration, no white space.

    >>> from protocol.wire.clips import Credit
    >>> encoded(Credit(stream_id=3, bytes=65536), seq=7)
    '{"type":"credit","seq":7,"stream_id":3,"bytes":65536}'
    """
    return Prepared(message).text(seq)


@overload
def decoded(
    data: str | bytes, *, sender: Literal["client"], max_bytes: int = MAX_TEXT_BYTES
) -> tuple[int, ClientMessage | Unknown]: ...


@overload
def decoded(
    data: str | bytes, *, sender: Literal["server"], max_bytes: int = MAX_TEXT_BYTES
) -> tuple[int, ServerMessage | Unknown]: ...


@overload
def decoded(
    data: str | bytes, *, sender: Literal["client", "server"], max_bytes: int = MAX_TEXT_BYTES
) -> tuple[int, AnyMessage | Unknown]: ...


def decoded(
    data: str | bytes, *, sender: Literal["client", "server"], max_bytes: int = MAX_TEXT_BYTES
) -> tuple[int, AnyMessage | Unknown]:
    """The sequence number and the message of a text frame.

    Args:
        data: the frame's payload, as text or as UTF-8.
        sender: who sent it; what only the other side may say is refused.
        max_bytes: the largest frame to look at.

    Raises:
        WireError: the frame is too large (``too_big``) or makes no sense (``bad_message``); ``reply_to`` holds its
            sequence number where that could be read.
    """
    raw = _utf8(data)
    if len(raw) > max_bytes:
        raise WireError(
            f"has {len(raw)} bytes, more than {max_bytes}", where="message", remedy="send less at once", code="too_big"
        )
    try:
        value: Any = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise _bad("message", f"is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise _bad("message", "is not a JSON object")
    seq = _whole(value.get("seq"))
    if type(seq) is not int or not 1 <= seq <= MAX_EXACT_INTEGER:
        raise _bad("seq", f"must be a whole number from 1 to {MAX_EXACT_INTEGER}")
    name = value.get("type")
    if not isinstance(name, str):
        raise _bad("type", "must be the name of a message", reply_to=seq)
    kind = MESSAGES.get(name)
    if kind is None:
        return seq, Unknown(type=name[:64])
    if kind.sender not in (sender, "both"):
        raise _bad(name, f"is not for a {sender} to send", reply_to=seq)
    try:
        try:
            return seq, _ADAPTERS[name].validate_json(raw)
        except ValidationError as error:
            if all(fault["type"] != "int_type" for fault in error.errors(include_url=False, include_input=False)):
                raise
            # JSON has one kind of number: 1.0 is a whole one (JSON Schema 2020-12, section 4.2.3).
            return seq, _ADAPTERS[name].validate_json(to_json(_whole(value)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join([name, *(str(part) for part in first["loc"])])
        raise _bad(where, first["msg"].removeprefix("Value error, "), reply_to=seq) from None


def _utf8(data: str | bytes) -> bytes:
    if isinstance(data, bytes):
        return data
    try:
        return data.encode()
    except UnicodeEncodeError:
        raise _bad("message", "holds half of a surrogate pair") from None


def _whole(value: Any) -> Any:
    """A JSON value whose numbers without a fraction are whole numbers, however they were written."""
    match value:
        case float() if value.is_integer() and abs(value) <= MAX_EXACT_INTEGER:
            return int(value)
        case list():
            return [_whole(item) for item in value]
        case dict():
            return {key: _whole(item) for key, item in value.items()}
        case _:
            return value


def _bad(where: str, what: str, *, reply_to: int | None = None) -> WireError:
    remedy = "see PROTOCOL.md"
    return WireError(_plain(what), where=_plain(where), remedy=remedy, code="bad_message", reply_to=reply_to)


def _plain(text: str) -> str:
    """One printable line, since it may quote a stranger."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])
