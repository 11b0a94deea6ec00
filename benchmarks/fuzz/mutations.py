"""Ways to damage a file, as disks, networks and malice do it."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

# What overflows, or counts as everything, nothing or less than nothing, in fields of one to eight bytes.
_EDGES = [(2 ** (bits - 1) - 1, 2 ** (bits - 1), 2**bits - 1) for bits in (8, 16, 32, 64)]
_EXTREMES = (0, 1, 2, *(value for edges in _EDGES for value in edges))
_FIELD_BYTES = (1, 2, 4, 8)
_HEADER_BYTES = 512
_WORDS = (
    b"0",
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b'"',
    b"[" * 200,
    b"{",
    b"9" * 20,
    b"\0",
    b"\xff\xfe",
)


def mutated(content: bytes, number: int) -> bytes:
    """A damaged copy of a file, another one for each number, the same for the same."""
    dice = random.Random(number)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        content = dice.choice(_MUTATIONS)(content, dice)
    return content


def _flip_bits(content: bytes, dice: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(dice.choice((1, 2, 8, 64))):
        if damaged:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def _cut_short(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def _set_header_field(content: bytes, dice: random.Random) -> bytes:
    return _set_field(content, dice, within=min(len(content), _HEADER_BYTES))


def _set_any_field(content: bytes, dice: random.Random) -> bytes:
    return _set_field(content, dice, within=len(content))


def _set_field(content: bytes, dice: random.Random, *, within: int) -> bytes:
    size = dice.choice(_FIELD_BYTES)
    if within < size:
        return content
    start = dice.randrange(within - size + 1)
    value = dice.choice(_EXTREMES) & (2 ** (8 * size) - 1)
    order = dice.choice(("little", "big"))
    return content[:start] + value.to_bytes(size, "big" if order == "big" else "little") + content[start + size :]


def _swap_stretches(content: bytes, dice: random.Random) -> bytes:
    first, second, third = sorted(dice.randrange(len(content) + 1) for _ in range(3))
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def _repeat_stretch(content: bytes, dice: random.Random) -> bytes:
    start, end = sorted(dice.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:end] * dice.choice((1, 2, 8)) + content[end:]


def _remove_stretch(content: bytes, dice: random.Random) -> bytes:
    start, end = sorted(dice.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


def _put_in_word(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content) + 1)
    return content[:start] + dice.choice(_WORDS) + content[start + dice.choice((0, 1, 4)) :]


def _put_in_double(content: bytes, dice: random.Random) -> bytes:
    if len(content) < 8:
        return content
    start = dice.randrange(len(content) - 7)
    value = struct.pack(dice.choice("<>") + "d", dice.choice((float("nan"), float("inf"), -1e308, 5e-324)))
    return content[:start] + value + content[start + 8 :]


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_bits,
    _cut_short,
    _set_header_field,
    _set_any_field,
    _swap_stretches,
    _repeat_stretch,
    _remove_stretch,
    _put_in_word,
    _put_in_double,
)
