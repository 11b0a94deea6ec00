"""Writes protocol/vectors/: what every implementation of the wire, in whatever language, must read and write alike.

    python tools/write_vectors.py

Run it by hand when the protocol gains something, read the difference, and commit it: the vectors are the promise that
old clients rely on, so a change of an existing one is a change of the protocol. Tests only read them.

.. code-block:: text

    messages.json      the examples of PROTOCOL.md and some corner cases, with their canonical text
    frames.json        binary frames in hex with their fields, and bytes that are none
    coordinates.json   directions and heads in every frame of the specification's tables
    levels.json        sources with their received level, and the gain of their clip
    clock.json         exchanges of time stamps with the offset and delay that follow, and how clips keep step
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from protocol.coordinates import (
    adm_from_scene,
    equirectangular_pixel,
    quaternion_from_ypr,
    rotation_matrix,
    scene_from_polar,
    threejs_from_scene,
    unity_from_scene,
)
from protocol.levels import REFERENCE_DB_SPL, received_level_db
from protocol.session.clock_sync import Clock, Exchange
from protocol.wire import MESSAGES
from protocol.wire.codec import decoded, encoded
from protocol.wire.frames import Frame, FrameFlag, FrameKind, frame_bytes

PROTOCOL = Path(__file__).parent.parent / "protocol"


def messages() -> dict[str, Any]:
    """Texts that are messages, texts that are to be passed over, and texts that are neither."""
    texts = re.findall(r"```json\n(.*?)```", (PROTOCOL / "PROTOCOL.md").read_text("utf-8"), re.DOTALL)
    texts += [
        '{"type":"hello","seq":9007199254740991,"majors":[1,2],"client":"größer als 😀"}',
        '{"type":"bye","seq":1}',
        '{"type":"ack","seq":1,"received_seq":9007199254740991}',
        '{"type":"source_removed","seq":1,"scene_id":"a","source_id":"0"}',
        '{"type":"clock_ping","seq":1,"client_sent_s":-1e-9}',
        '{"type":"scene_snapshot","seq":3,"scene_id":"a-b-c","at_s":0,"complete":false,"camera_height_m":1,"sources":[]}',
        '{"type":"notice","seq":4,"text":"2026-01-31T12:00:00Z \\u2028 \\" \\\\ / \\u0007"}',
        '{"type":"source_path","seq":5,"scene_id":"a","source_id":"b","path":null}',
        '{"type":"credit","seq":6,"stream_id":4294967295,"bytes":1}',
        '{"type":"set_source","seq":7,"scene_id":"a","source_id":"b","azimuth_deg":-180}',
        '{"type":"ack","seq":8.0,"received_seq":1.0}',
    ]
    valid = []
    for text in texts:
        name = json.loads(text)["type"]
        sender = "server" if MESSAGES[name].sender == "server" else "client"
        seq, message = decoded(text, sender=sender)  # type: ignore[arg-type]
        canonical = encoded(message, seq=seq)  # type: ignore[arg-type]
        valid.append(
            {"sender": sender, "text": json.dumps(json.loads(text), ensure_ascii=False), "canonical": canonical}
        )
    ignored = [
        {"sender": "server", "text": '{"type":"fireworks","seq":1,"colour":"red"}'},
        {"sender": "client", "text": '{"type":"hello2","seq":2}'},
    ]
    invalid = [
        {"sender": "client", "text": text, "about": about}
        for text, about in (
            ("", "empty"),
            ("[]", "not an object"),
            ('{"type":"bye"}', "no seq"),
            ('{"type":"bye","seq":0}', "seq below 1"),
            ('{"type":"bye","seq":9007199254740992}', "seq too large for a double"),
            ('{"type":"bye","seq":"1"}', "seq is text"),
            ('{"seq":1}', "no type"),
            ('{"type":"welcome","seq":1}', "not for a client to send"),
            ('{"type":"hello","seq":1,"majors":[],"client":"x"}', "no version"),
            ('{"type":"mute","seq":1,"scene_id":"../a","source_id":"b","muted":true}', "an id that is none"),
            ('{"type":"mute","seq":1,"scene_id":"a","source_id":"b","muted":1}', "a number for a truth value"),
            (
                '{"type":"set_source","seq":1,"scene_id":"a","source_id":"b","azimuth_deg":-180.5}',
                "azimuth out of range",
            ),
            (
                '{"type":"set_source","seq":1,"scene_id":"a","source_id":"b","distance_m":0}',
                "distance must be positive",
            ),
            ('{"type":"clock_ping","seq":1,"client_sent_s":NaN}', "NaN"),
            ('{"type":"clock_ping","seq":1,"client_sent_s":1e400}', "infinite"),
        )
    ]
    return {"valid": valid, "ignored": ignored, "invalid": invalid}


def frames() -> dict[str, Any]:
    """Bytes that are frames, and bytes that are none."""
    block = Frame(
        kind=FrameKind.LIVE_BLOCK,
        codec="float32",
        channels=2,
        stream_id=4,
        sequence=17,
        position=4352,
        sample_rate_hz=48_000,
        time_s=1260.25,
        payload=bytes.fromhex("0000003f000000bf0000803f000080bf"),
    )
    found = [
        block,
        Frame(
            kind=FrameKind.LIVE_BLOCK,
            codec="pcm16",
            channels=2,
            stream_id=2**32 - 1,
            sequence=2**32 - 1,
            position=2**64 - 1,
            sample_rate_hz=192_000,
            flags=FrameFlag.LAST,
            payload=bytes.fromhex("ff7f0080"),
        ),
        Frame(
            kind=FrameKind.CLIP_CHUNK,
            codec="flac",
            channels=1,
            stream_id=1,
            sequence=0,
            position=0,
            sample_rate_hz=44_100,
            payload=b"fLaC",
        ),
        Frame(
            kind=FrameKind.CLIP_CHUNK,
            codec="vorbis",
            channels=64,
            stream_id=3,
            sequence=2,
            position=131_072,
            sample_rate_hz=8_000,
            flags=FrameFlag.LAST,
            payload=b"",
        ),
    ]
    valid = [{"hex": frame_bytes(frame).hex(), "fields": _frame_fields(frame)} for frame in found]
    newer = bytearray(frame_bytes(block))
    newer[28:32] = bytes([0, 0x80, 48, 0])
    newer[40:40] = b"newfield"
    valid.append({"hex": newer.hex(), "fields": _frame_fields(block), "about": "a longer header and an unknown flag"})
    invalid = []
    for offset, value, about in (
        (0, b"RIFF", "not a frame of ours"),
        (4, b"\x02", "another version of the header"),
        (5, b"\x03", "an unknown kind"),
        (6, b"\x00", "an unknown codec"),
        (6, b"\x04", "a live block that is flac"),
        (7, b"\x00", "no channels"),
        (8, b"\x00" * 4, "no stream id"),
        (24, b"\x00" * 4, "no sample rate"),
        (30, b"\x27\x00", "a header that is too short"),
        (30, b"\xff\x03", "a header longer than the frame"),
        (32, bytes.fromhex("000000000000f87f"), "a time that is no number"),
    ):
        spoilt = bytearray(frame_bytes(block))
        spoilt[offset : offset + len(value)] = value
        invalid.append({"hex": spoilt.hex(), "about": about})
    invalid.append({"hex": frame_bytes(block)[:39].hex(), "about": "shorter than its header"})
    invalid.append({"hex": frame_bytes(block)[:-1].hex(), "about": "no whole number of samples"})
    return {"valid": valid, "invalid": invalid}


def _frame_fields(frame: Frame) -> dict[str, Any]:
    fields = asdict(frame)
    fields["kind"] = frame.kind.name.lower()
    fields["flags"] = int(frame.flags)
    # A reader whose numbers are doubles can't hold 64 bits.
    fields["position"] = str(frame.position)
    fields["payload"] = frame.payload.hex()
    return fields


def coordinates() -> dict[str, Any]:
    """Directions, and where they are in each frame."""
    dmax_m, width_px, height_px = 20.0, 4096, 2048
    directions = [
        (0.0, 0.0, 1.0),
        (90.0, 0.0, 2.0),
        (-90.0, 0.0, 2.0),
        (180.0, 0.0, 3.0),
        (0.0, 90.0, 4.0),
        (0.0, -90.0, 4.0),
        (45.0, 45.0, 10.0),
        (-135.0, -30.0, 7.5),
        (12.34, -5.6, 0.25),
        (179.9, 1.0, 1000.0),
    ]
    rows = []
    for azimuth_deg, elevation_deg, distance_m in directions:
        point = scene_from_polar(azimuth_deg, elevation_deg, distance_m)
        pixel = equirectangular_pixel(azimuth_deg, elevation_deg, width_px=width_px, height_px=height_px)
        rows.append(
            {
                "azimuth_deg": azimuth_deg,
                "elevation_deg": elevation_deg,
                "distance_m": distance_m,
                "scene": _rounded(point),
                "unity": _rounded(unity_from_scene(point)),
                "threejs": _rounded(threejs_from_scene(point)),
                "unreal": _rounded(100.0 * point * (1.0, -1.0, 1.0)),
                "adm": _rounded(adm_from_scene(point, dmax_m=dmax_m)),
                "pixel": _rounded(pixel),
            }
        )
    return {
        "dmax_m": dmax_m,
        "width_px": width_px,
        "height_px": height_px,
        "directions": rows,
        "heads": [_head(*angles) for angles in ((0, 0, 0), (90, 0, 0), (0, 30, 0), (0, 0, 30), (-50, 20, 10))],
    }


def _head(yaw_deg: float, pitch_deg: float, roll_deg: float) -> dict[str, Any]:
    """A head in every frame, and where its nose points in the scene's."""
    quaternion = quaternion_from_ypr(yaw_deg, pitch_deg, roll_deg)
    x, y, z, w = quaternion
    return {
        "yaw_pitch_roll_deg": [yaw_deg, pitch_deg, roll_deg],
        "nose": _rounded(rotation_matrix(quaternion) @ (1.0, 0.0, 0.0)),
        "scene": _rounded((x, y, z, w)),
        "unity": _rounded((y, -z, -x, w)),
        "threejs": _rounded((-y, z, -x, w)),
        "unreal": _rounded((-x, y, -z, w)),
    }


def levels() -> dict[str, Any]:
    """Sources, how loud they are at the listener, and what that makes of a clip of −23 LUFS."""
    rows = []
    for kind in ("point", "line", "area", "ambient"):
        for distance_m in (0.1, 0.5, 1.0, 5.0, 1000.0):
            level_db, gain_db = 72.5, -3.0
            received_db = received_level_db(level_db + gain_db, distance_m, kind)  # type: ignore[arg-type]
            rows.append(
                {
                    "kind": kind,
                    "level_db_spl_1m": level_db,
                    "gain_db": gain_db,
                    "distance_m": None if kind == "ambient" else distance_m,
                    "received_db_spl": round(received_db, 9),
                    "clip_gain": round(10.0 ** ((received_db - REFERENCE_DB_SPL) / 20.0), 12),
                }
            )
    return {"sources": rows}


def _rounded(numbers: Any) -> list[float]:
    return [round(float(number), 12) + 0.0 for number in numbers]


def clock() -> dict[str, Any]:
    """Exchanges, and what a client makes of them."""
    sequences = {
        "equal ways": [(0.0, 100.01, 100.01, 0.02)],
        "the server takes its time": [(5.0, -94.99, -90.0, 10.0)],
        "the quickest of many": [(0.0, 50.3, 50.3, 0.4), (1.0, 51.005, 51.005, 1.01), (2.0, 52.2, 52.2, 2.25)],
        "an old quick one loses to a newer": [(0.0, 10.0005, 10.0005, 0.001), (2000.0, 2010.01, 2010.01, 2000.012)],
        "what can't have happened is passed over": [
            (3.0, 13.01, 13.01, 3.02),
            (4.0, 14.0, 13.0, 5.0),
            (6.0, 16.0, 16.0, 5.0),
        ],
        "a clock that stood still while its machine slept": [(1.0, 11.01, 11.01, 1.02), (2.0, 312.05, 312.05, 2.1)],
    }
    rows = []
    for about, times in sequences.items():
        estimator = Clock()
        exchanges = [
            Exchange(client_sent_s=t0, server_received_s=t1, server_sent_s=t2, client_received_s=t3)
            for t0, t1, t2, t3 in times
        ]
        for exchange in exchanges:
            estimator.add(exchange)
        now_s = max(times[-1][3], times[0][3])
        estimate = estimator.estimate(now_s)
        if estimate is None:
            raise SystemExit(f"{about}: no estimate")
        rows.append(
            {
                "about": about,
                "exchanges": [asdict(exchange) for exchange in exchanges],
                "now_s": now_s,
                "offset_s": round(estimate.offset_s, 9),
                "delay_s": round(estimate.delay_s, 9),
            }
        )
    return {"sequences": rows, "clips": _clips(), "steps": _steps()}


def _clips() -> list[dict[str, Any]]:
    """Where a clip of 10 s that began at 100 s stands; null where it doesn't sound."""
    return [
        {"now_s": now_s, "playing_since_s": 100.0, "duration_s": 10.0, "loop": loop, "stands_at_s": stands_at_s}
        for now_s, loop, stands_at_s in (
            (99.0, True, None),
            (100.0, True, 0.0),
            (107.5, True, 7.5),
            (110.0, True, 0.0),
            (3725.5, True, 5.5),
            (107.5, False, 7.5),
            (110.0, False, None),
        )
    ]


def _steps() -> list[dict[str, Any]]:
    """What may be done about a clip that is so far behind where it is to stand: a jump, or a rate to play it at."""
    return [
        {"behind_s": behind_s, "jumps": jumps, "least_rate": least_rate, "most_rate": most_rate}
        for behind_s, jumps, least_rate, most_rate in (
            (0.0, False, 0.998, 1.002),
            (0.006, False, 1.0, 1.002),
            (-0.006, False, 0.998, 1.0),
            (0.099, False, 1.0, 1.002),
            (-0.099, False, 0.998, 1.0),
            (0.101, True, 1.0, 1.0),
            (-3600.0, True, 1.0, 1.0),
        )
    ]


if __name__ == "__main__":
    folder = PROTOCOL / "vectors"
    folder.mkdir(exist_ok=True)
    for maker in (messages, frames, coordinates, levels, clock):
        text = json.dumps(maker(), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{maker.__name__}.json").write_text(text, "utf-8")
