import json
import math

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from scipy.spatial.transform import Rotation

from protocol.coordinates import (
    adm_from_scene,
    equirectangular_direction,
    equirectangular_pixel,
    polar_from_scene,
    scene_from_adm,
    scene_from_polar,
    scene_from_threejs,
    scene_from_unity,
    threejs_from_scene,
    unity_from_scene,
)
from protocol.errors import WireError
from protocol.generators.json_schema import messages_schema
from protocol.levels import received_level_db
from protocol.session.clock_sync import Clock, Exchange
from protocol.wire import MESSAGES
from protocol.wire.codec import Unknown, decoded, encoded
from protocol.wire.frames import Frame, FrameFlag, FrameKind, frame_bytes, frame_from_bytes
from tests.protocol.vectors import FOLDER, examples, vectors


@pytest.mark.parametrize("row", vectors("messages")["valid"], ids=lambda row: row["canonical"][:50])
def test_each_message_is_read_and_written_as_the_vectors_say(row):
    seq, message = decoded(row["text"], sender=row["sender"])
    assert encoded(message, seq=seq) == row["canonical"]
    assert decoded(row["canonical"], sender=row["sender"]) == (seq, message)


def test_the_vectors_hold_an_example_of_every_message():
    assert set(examples()) == set(MESSAGES)


@pytest.mark.parametrize("row", vectors("messages")["ignored"], ids=lambda row: row["text"])
def test_what_is_to_be_passed_over_is_passed_over(row):
    assert isinstance(decoded(row["text"], sender=row["sender"])[1], Unknown)


@pytest.mark.parametrize("row", vectors("messages")["invalid"], ids=lambda row: row["about"])
def test_what_is_no_message_is_refused(row):
    with pytest.raises(WireError):
        decoded(row["text"], sender=row["sender"])


def test_the_schema_allows_what_the_codec_allows_and_forbids_what_it_forbids():
    validator = Draft202012Validator(json.loads(messages_schema()))
    for row in vectors("messages")["valid"]:
        for text in (row["text"], row["canonical"]):
            assert validator.is_valid(json.loads(text)), text
    # JSON Schema can't tell who speaks, nor see a number that is no number.
    beyond_schema = {"not for a client to send", "empty", "NaN"}
    for row in vectors("messages")["invalid"]:
        if row["about"] not in beyond_schema:
            assert not validator.is_valid(json.loads(row["text"])), row


@pytest.mark.parametrize("row", vectors("frames")["valid"], ids=lambda row: row["hex"][:64])
def test_each_frame_is_read_and_written_as_the_vectors_say(row):
    fields = row["fields"]
    frame = Frame(
        **{
            **fields,
            "kind": FrameKind[fields["kind"].upper()],
            "flags": FrameFlag(fields["flags"]),
            "position": int(fields["position"]),
            "payload": bytes.fromhex(fields["payload"]),
        }
    )
    assert frame_from_bytes(bytes.fromhex(row["hex"])) == frame
    if "about" not in row:
        assert frame_bytes(frame).hex() == row["hex"]


@pytest.mark.parametrize("row", vectors("frames")["invalid"], ids=lambda row: row["about"])
def test_what_is_no_frame_is_refused(row):
    with pytest.raises(WireError):
        frame_from_bytes(bytes.fromhex(row["hex"]))


@pytest.mark.parametrize("row", vectors("coordinates")["directions"], ids=lambda row: f"{row['azimuth_deg']:g}°")
def test_every_frame_of_the_table_agrees_with_the_vectors(row):
    table = vectors("coordinates")
    dmax_m, size = table["dmax_m"], {"width_px": table["width_px"], "height_px": table["height_px"]}
    azimuth_deg, elevation_deg, distance_m = (row[name] for name in ("azimuth_deg", "elevation_deg", "distance_m"))
    scene = np.array(row["scene"])
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(scene_from_polar(azimuth_deg, elevation_deg, distance_m), scene, **close)
    np.testing.assert_allclose(unity_from_scene(scene), row["unity"], **close)
    np.testing.assert_allclose(threejs_from_scene(scene), row["threejs"], **close)
    np.testing.assert_allclose(adm_from_scene(scene, dmax_m=dmax_m), row["adm"], **close)
    np.testing.assert_allclose(equirectangular_pixel(azimuth_deg, elevation_deg, **size), row["pixel"], **close)
    np.testing.assert_allclose(scene_from_unity(row["unity"]), scene, **close)
    np.testing.assert_allclose(scene_from_threejs(row["threejs"]), scene, **close)
    np.testing.assert_allclose(scene_from_adm(row["adm"], dmax_m=dmax_m), scene, **close)
    np.testing.assert_allclose(equirectangular_direction(*row["pixel"], **size), (azimuth_deg, elevation_deg), **close)
    np.testing.assert_allclose(polar_from_scene(scene)[1:], (elevation_deg, distance_m), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("row", vectors("coordinates")["directions"], ids=lambda row: f"{row['azimuth_deg']:g}°")
def test_the_vectors_follow_the_formulas_of_the_specification(row):
    a, e, d = math.radians(row["azimuth_deg"]), math.radians(row["elevation_deg"]), row["distance_m"]
    front, left, up = d * math.cos(e) * math.cos(a), d * math.cos(e) * math.sin(a), d * math.sin(e)
    assert row["scene"] == pytest.approx([front, left, up], abs=1e-9)
    assert row["unity"] == pytest.approx([-left, up, front], abs=1e-9)
    assert row["threejs"] == pytest.approx([-left, up, -front], abs=1e-9)
    assert row["unreal"] == pytest.approx([100 * front, -100 * left, 100 * up], abs=1e-7)
    assert row["adm"] == pytest.approx([-left / 20, front / 20, up / 20], abs=1e-9)
    u, v = (0.5 - row["azimuth_deg"] / 360) * 4096, (0.5 - row["elevation_deg"] / 180) * 2048
    assert row["pixel"] == pytest.approx([u % 4096, v])


# Where front, left and up of the scene are in other frames; Godot has that of three.js.
_AXES = {
    "scene": np.eye(3),
    "unity": np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    "threejs": np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0]]),
    "unreal": np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]]),
}


@pytest.mark.parametrize("frame", _AXES)
@pytest.mark.parametrize("row", vectors("coordinates")["heads"], ids=lambda row: str(row["yaw_pitch_roll_deg"]))
def test_a_head_turns_all_that_there_is_alike_in_every_frame(row, frame):
    in_scene = Rotation.from_quat(row["scene"]).as_matrix()
    there = Rotation.from_quat(row[frame]).as_matrix()
    np.testing.assert_allclose(there @ _AXES[frame], _AXES[frame] @ in_scene, atol=1e-9)
    np.testing.assert_allclose(in_scene @ [1.0, 0.0, 0.0], row["nose"], atol=1e-9)


@pytest.mark.parametrize("row", vectors("levels")["sources"], ids=lambda row: f"{row['kind']} {row['distance_m']}")
def test_levels_are_those_of_the_formula_and_of_the_engines_of_the_table(row):
    distance_m = 1.0 if row["distance_m"] is None else row["distance_m"]
    emitted_db = row["level_db_spl_1m"] + row["gain_db"]
    received_db = received_level_db(emitted_db, distance_m, row["kind"])
    fall_db = {"point": 20, "area": 20, "line": 10, "ambient": 0}[row["kind"]]
    assert received_db == pytest.approx(row["received_db_spl"])
    assert received_db == pytest.approx(emitted_db - fall_db * math.log10(max(distance_m, 0.5)))
    # Web Audio API, section 1.27: PannerNode, its distance models.
    far_m, gain = max(distance_m, 0.5), 10 ** ((emitted_db - 70) / 20)
    inverse, exponential = 0.5 / (0.5 + 1.0 * (far_m - 0.5)), (far_m / 0.5) ** -0.5
    in_engine = {"line": math.sqrt(2) * gain * exponential, "ambient": gain}.get(row["kind"], 2 * gain * inverse)
    assert in_engine == pytest.approx(row["clip_gain"])


@pytest.mark.parametrize("row", vectors("clock")["sequences"], ids=lambda row: row["about"])
def test_the_clock_makes_of_each_sequence_what_the_vectors_say(row):
    clock = Clock()
    for exchange in row["exchanges"]:
        clock.add(Exchange(**exchange))
    estimate = clock.estimate(row["now_s"])
    assert estimate.offset_s == pytest.approx(row["offset_s"], abs=1e-8)
    assert estimate.delay_s == pytest.approx(row["delay_s"], abs=1e-8)


def test_the_vectors_are_these_and_no_others():
    assert {path.name for path in FOLDER.iterdir()} >= {
        "messages.json",
        "frames.json",
        "coordinates.json",
        "levels.json",
        "clock.json",
    }
