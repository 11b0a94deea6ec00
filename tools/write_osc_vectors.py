"""Writes protocol/vectors/osc.json: what every implementation of OSC.md must read and write alike.

    python tools/write_osc_vectors.py

Packets are made by python-osc's builders or byte by byte, and what they mean is written here by hand: nothing is from
the code that the vectors are there to test. Run it by hand when OSC.md gains something, read the difference, and commit
it. Tests only read.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

FILE = Path(__file__).parent.parent / "protocol" / "vectors" / "osc.json"

_AT_ONCE = b"#bundle\0" + struct.pack(">Q", 1)
_SMALL = b"/a\0\0,\0\0\0"
_UNIX_S = 1732363200.25
_HALF = 0.5**0.5
_HASH = "ab" * 32

Said = tuple[Any, ...]
"""Address, type tags, arguments."""

MESSAGES: tuple[tuple[str, Said], ...] = (
    ("polar position, 30° to the left", ("/adm/obj/1/aed", "fff", 30.0, -12.5, 0.25)),
    ("mute", ("/adm/obj/2/mute", "i", 1)),
    ("name beyond ASCII", ("/adm/obj/3/name", "s", "Brünnchen")),
    ("text of four bytes, so that four zeros follow", ("/adm/obj/3/name", "s", "bell")),
    ("gain", ("/adm/obj/1024/gain", "f", 0.5)),
    ("listener's orientation", ("/adm/lis/ypr", "fff", -45.0, 30.0, 5.0)),
    ("listener's position", ("/adm/lis/xyz", "fff", 0.0, 0.5, -0.25)),
    ("another scene", ("/adm/env/change", "s", "square")),
    ("query", ("/adm/obj/4/xyz", "")),
    ("pattern", ("/adm/obj/[1-3]/{mute,gain}", "f", 1.0)),
    ("time of day", ("/sonorama/obj/1/play", "d", _UNIX_S)),
    (
        "clip",
        (
            "/sonorama/obj/1/clip",
            "ssifi",
            f"http://127.0.0.1:8765/v1/scenes/square/clips/{_HASH}",
            _HASH,
            48000,
            2.5,
            1,
        ),
    ),
)

INVALID: tuple[tuple[str, bytes], ...] = (
    ("empty", b""),
    ("no slash", b"adm\0,\0\0\0"),
    ("not padded", b"/a\0\0,\0\0"),
    ("text without end", b"/abc"),
    ("no UTF-8", b"/\xff\xfe\0,\0\0\0"),
    ("no comma", b"/a\0\0f\0\0\0" + bytes(4)),
    ("float cut off", b"/a\0\0,ff\0" + bytes(4)),
    ("more than its arguments", b"/a\0\0,f\0\0" + bytes(8)),
    ("blob", b"/a\0\0,b\0\0" + struct.pack(">i", -4)),
    ("type that nobody knows", b"/a\0\0,q\0\0"),
    ("array", b"/a\0\0,[]\0"),
    ("bundle cut off in its time tag", b"#bundle\0" + bytes(4)),
    ("element of negative size", _AT_ONCE + struct.pack(">i", -4)),
    ("element of no size", _AT_ONCE + bytes(4)),
    ("element longer than the bundle", _AT_ONCE + struct.pack(">i", 12) + _SMALL),
    ("element not padded", _AT_ONCE + struct.pack(">i", 5) + _SMALL),
    ("size cut off", _AT_ONCE + b"\0\0"),
)

POSES: tuple[tuple[str, tuple[float, ...], tuple[float, ...], tuple[float, ...], tuple[float, ...]], ...] = (
    ("ahead", (0, 0, 0), (0, 0, 0), (0, 0, 0, 1), (0, 0, 0)),
    ("nose to the left", (90, 0, 0), (0, 0.5, 0), (0, 0, _HALF, _HALF), (50, 0, 0)),
    ("nose up", (0, 90, 0), (0.5, 0, 0), (0, -_HALF, 0, _HALF), (0, -50, 0)),
    ("right ear down", (0, 0, 90), (0, 0, 0.25), (_HALF, 0, 0, _HALF), (0, 0, 25)),
    ("left, then up", (90, 90, 0), (-1, -1, -1), (0.5, -0.5, 0.5, 0.5), (-100, 100, -100)),
    ("to the right, of 360", (270, 0, 0), (0, 0, 0), (0, 0, -_HALF, _HALF), (0, 0, 0)),
    ("nose down, of 360", (360, 270, 0), (0, 0, 0), (0, _HALF, 0, _HALF), (0, 0, 0)),
    ("left ear down, of 360", (0, -360, -90), (0, 0, 0), (-_HALF, 0, 0, _HALF), (0, 0, 0)),
)
"""What ypr and xyz say, and the quaternion and the place in metres that they come to."""

PLACES: tuple[tuple[float, float, float, float, tuple[float, float, float]], ...] = (
    (90.0, 0.0, 25.0, 0.25, (-0.25, 0.0, 0.0)),
    (-90.0, 0.0, 25.0, 0.25, (0.25, 0.0, 0.0)),
    (0.0, 0.0, 100.0, 1.0, (0.0, 1.0, 0.0)),
    (180.0, 0.0, 50.0, 0.5, (0.0, -0.5, 0.0)),
    (0.0, 90.0, 10.0, 0.1, (0.0, 0.0, 0.1)),
    (-90.0, 0.0, 1000.0, 1.0, (1.0, 0.0, 0.0)),
)
"""Azimuth, elevation and distance in metres; the distance and the point as they are sent."""

PATTERNS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("*/gain", ("1/gain", "1024/gain"), ("1/gain/x", "1/mute")),
    ("?/gain", ("7/gain",), ("17/gain", "/gain")),
    ("[1-3]/gain", ("1/gain", "3/gain"), ("4/gain", "13/gain", "-/gain")),
    ("[!13]/gain", ("2/gain",), ("1/gain", "3/gain")),
    ("[1-]/gain", ("1/gain", "-/gain"), ("2/gain",)),
    ("{1,12}/{aed,gain}", ("12/aed", "1/gain"), ("2/aed", "12/xyz")),
    ("1*2/*", ("12/aed", "1552/w"), ("21/aed",)),
    ("[1-12]/aed", ("1/aed", "2/aed"), ("12/aed", "3/aed")),
)
"""What a pattern is for and what not, all behind /adm/obj/."""


def message(said: Said) -> OscMessage:
    """A message by python-osc."""
    address, tags, *arguments = said
    builder = OscMessageBuilder(address)
    for tag, argument in zip(tags, arguments, strict=True):
        builder.add_arg(argument, tag)
    return builder.build()


def bundle(unix_s: float, *contents: OscMessage | OscBundle) -> OscBundle:
    """A bundle by python-osc; a time of 0 says: at once."""
    builder = OscBundleBuilder(unix_s)  # type: ignore[arg-type]
    for content in contents:
        builder.add_content(content)
    return builder.build()


def row(about: str, data: bytes, unix_s: float | None, *messages: Said) -> dict[str, Any]:
    """A packet with what it says."""
    said = [{"address": address, "tags": tags, "arguments": rest} for address, tags, *rest in messages]
    return {"about": about, "hex": data.hex(), "unix_s": unix_s, "messages": said}


def valid() -> list[dict[str, Any]]:
    """Packets as we write them, too."""
    aed, gain, mute = (
        ("/adm/obj/1/aed", "fff", -90.0, 0.0, 1.0),
        ("/adm/obj/1/gain", "f", 2.0),
        ("/adm/obj/2/mute", "i", 0),
    )
    nested = bundle(_UNIX_S, message(aed), bundle(0, message(mute)))
    return [
        *(row(about, message(said).dgram, None, said) for about, said in MESSAGES),
        row("bundle for now", bundle(0, message(aed), message(gain)).dgram, None, aed, gain),
        row("bundle with a time, and one inside", nested.dgram, _UNIX_S, aed, mute),
    ]


def read_only() -> list[dict[str, Any]]:
    """Packets as others write them and we don't."""
    nil = ("/adm/obj/4/aed", "N", None)
    return [
        row("no type tags at all", b"/adm/obj/4/xyz\0\0", None, ("/adm/obj/4/xyz", "")),
        row("nil, as some send queries", message(nil).dgram, None, nil),
        row(
            "truth values and int64",
            b"/a\0\0,TFh\0\0\0\0" + struct.pack(">q", 2**40),
            None,
            ("/a", "TFh", True, False, 2**40),
        ),
    ]


def invalid() -> list[dict[str, Any]]:
    """Bytes that are no packet."""
    nested = _SMALL
    for _ in range(9):
        nested = _AT_ONCE + struct.pack(">i", len(nested)) + nested
    return [{"about": about, "hex": data.hex()} for about, data in (*INVALID, ("bundles nine deep", nested))]


def poses() -> list[dict[str, Any]]:
    """Packets that turn and move a head."""
    return [
        {
            "about": about,
            "hex": bundle(
                0,
                message(("/adm/lis/ypr", "fff", *map(float, ypr))),
                message(("/adm/lis/xyz", "fff", *map(float, xyz))),
            ).dgram.hex(),
            "orientation": orientation,
            "position_m": position_m,
        }
        for about, ypr, xyz, orientation, position_m in POSES
    ]


def vectors() -> dict[str, Any]:
    """All that the file holds."""
    return {
        "dmax_m": 100.0,
        "valid": valid(),
        "read_only": read_only(),
        "invalid": invalid(),
        "poses": poses(),
        "places": [
            {
                "azimuth_deg": azimuth_deg,
                "elevation_deg": elevation_deg,
                "distance_m": distance_m,
                "aed": [azimuth_deg, elevation_deg, distance],
                "xyz": xyz,
            }
            for azimuth_deg, elevation_deg, distance_m, distance, xyz in PLACES
        ],
        "patterns": [
            {
                "pattern": f"/adm/obj/{pattern}",
                "matches": [f"/adm/obj/{one}" for one in matches],
                "others": [f"/adm/obj/{one}" for one in others],
            }
            for pattern, matches, others in PATTERNS
        ]
        + [
            {
                "pattern": "/*/*/*",
                "matches": ["/adm/lis/ypr", "/adm/env/change"],
                "others": ["/adm/obj/1/aed"],
            }
        ],
        "no_patterns": ["/adm/obj/[1-3/gain", "/adm/obj/{1,2/gain", "/adm/obj/1]/gain", "/adm/obj/1}/gain"],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=2, ensure_ascii=False) + "\n", "utf-8")
