import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from binaural.listener import Listener
from protocol.coordinates import quaternion_from_ypr, rotation_matrix
from protocol.errors import WireError
from protocol.osc.adm import AdmOsc
from protocol.osc.commands import SceneWanted
from protocol.osc.packet import OscMessage, OscPacket, packet_from_bytes
from protocol.osc.values import gain
from protocol.wire import (
    Keep,
    ListenerPose,
    Mute,
    Play,
    SetSource,
    SourceUpdated,
    Stop,
)
from tests.protocol.osc.scenes import NOW_S, answered, commands, scene, taken
from tests.protocol.vectors import vectors
from tests.protocol.worlds import SCENE, snapshot, source, updated

# ---------------------------------------------------------------------------------------------------- the listener


@pytest.mark.parametrize("row", vectors("osc")["poses"], ids=lambda row: row["about"])
def test_poses_are_understood_as_the_vectors_say(row):
    (pose,) = scene("bell", dmax_m=100.0).receive(packet_from_bytes(bytes.fromhex(row["hex"])), now_s=NOW_S)
    assert isinstance(pose, ListenerPose)
    assert pose.scene_id == SCENE
    assert pose.client_time_s == NOW_S
    assert pose.position_m == pytest.approx(row["position_m"], abs=1e-5)
    assert pose.orientation == pytest.approx(row["orientation"], abs=1e-6)


@given(st.floats(-180, 180), st.floats(-180, 180), st.floats(-180, 180))
@settings(max_examples=100)
def test_yaw_pitch_and_roll_turn_a_head_as_the_renderer_and_as_textbooks_do(yaw_deg, pitch_deg, roll_deg):
    quaternion = quaternion_from_ypr(yaw_deg, pitch_deg, roll_deg)
    # Front, left, up: to the left is around +z, the nose up around −y, the right ear down around +x; each in the
    # head's own axes.
    textbook = Rotation.from_euler("ZYX", [yaw_deg, -pitch_deg, roll_deg], degrees=True)
    assert np.allclose(Rotation.from_quat(quaternion).as_matrix(), textbook.as_matrix(), atol=1e-9)
    assert Listener.turned(yaw_deg, pitch_deg, roll_deg).quaternion == quaternion
    assert np.allclose(rotation_matrix(quaternion), textbook.as_matrix(), atol=1e-9)


def test_the_parts_of_a_pose_may_come_one_by_one():
    adm = scene("bell", dmax_m=10.0)
    commands(adm, ("/adm/lis/yaw", 90.0))
    (pose,) = commands(adm, ("/adm/lis/y", 0.5), ("/adm/lis/x", -0.1))
    assert pose.position_m == pytest.approx((5.0, 1.0, 0.0))
    assert pose.orientation == pytest.approx((0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5)))
    assert answered(adm, "/adm/lis/*") == {"/adm/lis/ypr": (90.0, 0.0, 0.0), "/adm/lis/xyz": (-0.1, 0.5, 0.0)}


def test_a_pose_beyond_its_range_is_wrapped_or_taken_as_the_nearest_in_it():
    adm = scene("bell", dmax_m=10.0)
    (pose,) = commands(adm, ("/adm/lis/xyz", 4.0, -1e30, 0.0), ("/adm/lis/ypr", 200.0, 0.0, 0.0))
    assert pose.position_m == pytest.approx((-10.0, -10.0, 0.0))
    assert answered(adm, "/adm/lis/ypr")["/adm/lis/ypr"] == (-160.0, 0.0, 0.0)


# ---------------------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize(
    ("aed", "azimuth_deg", "elevation_deg"),
    [((270.0, 0.0, 0.5), -90.0, 0.0), ((-180.0, 350.0, 0.5), 180.0, -10.0), ((725.0, 100.0, 0.5), 5.0, 90.0)],
)
def test_angles_of_a_source_wrap(aed, azimuth_deg, elevation_deg):
    (command,) = commands(scene("bell"), ("/adm/obj/1/aed", *aed))
    assert (command.azimuth_deg, command.elevation_deg) == (azimuth_deg, elevation_deg)


@pytest.mark.parametrize(("factor", "gain_db"), [(0.0, -120.0), (-1.0, -120.0), (1e-30, -120.0), (1e30, 24.0)])
def test_a_gain_is_reached_as_far_as_a_trim_goes_and_that_is_told(factor, gain_db):
    adm = scene("bell")
    taken(adm)
    (command,) = commands(adm, ("/adm/obj/1/gain", factor))
    assert command.gain_db == gain_db
    after = replace(source("bell"), gain_db=gain_db)
    adm.apply(SourceUpdated(scene_id=SCENE, source=after))
    assert taken(adm)["/adm/obj/1/gain"] == (gain(after),)


@pytest.mark.parametrize(("address", "source_id"), [("/sonorama/obj/1/keep", "bell"), ("/sonorama/keep", None)])
def test_what_is_live_is_kept_on_demand(address, source_id):
    found = commands(scene("bell"), ("/adm/obj/1/mute", 1.0), (address, 1.0))
    assert found[-1] == Keep(scene_id=SCENE, source_id=source_id)
    assert answered(scene("bell"), address) == {}


@given(st.floats(-179.99, 180), st.floats(-89, 89), st.floats(0.02, 1.0))
@settings(max_examples=100)
def test_a_source_goes_where_aed_and_xyz_say(azimuth_deg, elevation_deg, distance):
    there = replace(
        source(), azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, distance_m=distance * 40.0, id="there"
    )
    adm = AdmOsc(dmax_m=40.0)
    adm.apply(snapshot(there, replace(source("bell"), azimuth_deg=-1.0, elevation_deg=60.0, distance_m=39.0)))
    for word in ("aed", "xyz"):
        said = answered(adm, f"/adm/obj/1/{word}")[f"/adm/obj/1/{word}"]
        found = commands(adm, (f"/adm/obj/2/{word}", *said))
        assert len(found) == 1
        command = found[0]
        assert command.source_id == "bell"
        turn_deg = (command.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0
        assert turn_deg == pytest.approx(0.0, abs=1e-4)
        assert command.elevation_deg == pytest.approx(elevation_deg, abs=1e-4)
        assert command.distance_m == pytest.approx(there.distance_m, rel=1e-5)
        adm.apply(updated())


def test_words_in_one_packet_and_in_several_add_up_to_one_place():
    adm = scene("bell", dmax_m=10.0)
    together = commands(adm, ("/adm/obj/1/azim", 90.0), ("/adm/obj/1/elev", 45.0), ("/adm/obj/1/dist", 0.2))
    place = {"azimuth_deg": 90.0, "elevation_deg": 45.0, "distance_m": 2.0}
    assert together == [SetSource(scene_id=SCENE, source_id="bell", **place)]
    adm.apply(updated())
    for axis, value in (("x", -0.5), ("y", 0.0)):
        (last,) = commands(adm, (f"/adm/obj/1/{axis}", value))
    assert (last.azimuth_deg, last.distance_m) == (90.0, 5.0)
    adm.apply(updated())
    (last,) = commands(adm, ("/adm/obj/1/xy", 0.0, -0.25))
    assert (last.azimuth_deg, last.distance_m) == (180.0, 2.5)


def test_what_is_out_of_range_is_taken_as_the_nearest_in_it():
    adm = scene("bell", dmax_m=10.0)
    (command,) = commands(adm, ("/adm/obj/1/aed", -500.0, 500.0, -3.0))
    assert (command.azimuth_deg, command.elevation_deg) == (-140.0, 90.0)
    assert 0.0 < command.distance_m < 0.1
    (command,) = commands(adm, ("/adm/obj/1/aed", 0, 0, 9))
    assert command.distance_m == 10.0


def test_what_is_said_back_goes_round_no_second_time():
    adm = AdmOsc(dmax_m=3.0)
    # 5 m are more than dmax: at the edge, and not pulled there by an echo.
    adm.apply(snapshot(replace(source(), azimuth_deg=33.3, elevation_deg=-7.7)))
    said = [
        (one.address, *(float(np.float32(part)) if isinstance(part, float) else part for part in one.arguments))
        for group in adm.take_changes(most_messages=1000)
        for one in group
        if one.address.startswith("/adm/obj")
    ]
    assert commands(adm, *said) == []
    (turned,) = commands(adm, ("/adm/obj/1/azim", 40.0))
    assert turned.distance_m == 5.0


def test_gain_mute_and_name_are_wishes():
    adm = scene("bell", "tram")
    wanted = commands(
        adm,
        ("/adm/obj/*/gain", 2.0 * gain(source())),
        ("/adm/obj/2/mute", 1),
        ("/adm/obj/2/name", "tram 4"),
    )
    assert {(type(one), one.source_id) for one in wanted} == {(SetSource, "bell"), (SetSource, "tram"), (Mute, "tram")}
    tram = next(one for one in wanted if isinstance(one, SetSource) and one.source_id == "tram")
    assert tram.gain_db == pytest.approx(20 * math.log10(2))
    assert tram.label == "tram 4"
    assert tram.azimuth_deg is None
    assert commands(adm, ("/adm/obj/2/mute", True)) == []
    assert commands(adm, ("/adm/obj/2/name", "\0")) == []


def test_wishes_that_nobody_granted_are_forgotten_in_time():
    adm = scene("bell")
    assert len(commands(adm, ("/adm/obj/1/mute", 1))) == 1
    assert commands(adm, ("/adm/obj/1/mute", 1)) == []
    adm.resend_all()
    assert len(commands(adm, ("/adm/obj/1/mute", 1))) == 1


def test_ambience_is_not_moved():
    adm = AdmOsc()
    adm.apply(snapshot(replace(source(), kind="ambient", distance_m=None)))
    assert commands(adm, ("/adm/obj/1/aed", 10.0, 0.0, 0.5)) == []


@pytest.mark.parametrize("word", ["w", "dref", "dmax", "dRef", "dMax"])
def test_what_a_scene_keeps_for_itself_is_passed_over(word):
    assert commands(scene("bell"), (f"/adm/obj/1/{word}", 0.5)) == []


def test_play_and_stop_are_wishes_for_one_or_all():
    adm = scene("bell", "tram")
    adm.unix_offset_s = 1.7e9
    assert commands(adm, ("/sonorama/obj/2/play", 1)) == [Play(scene_id=SCENE, source_id="tram")]
    assert commands(adm, ("/sonorama/obj/*/stop", 1)) == [
        Stop(scene_id=SCENE, source_id="bell"),
        Stop(scene_id=SCENE, source_id="tram"),
    ]
    assert commands(adm, ("/sonorama/play", 1)) == [Play(scene_id=SCENE)]
    assert commands(adm, ("/sonorama/stop", 1)) == [Stop(scene_id=SCENE)]
    at = OscMessage("/sonorama/play", (1.7e9 + NOW_S + 2.5,), "d")
    assert adm.receive(OscPacket(None, (at,)), now_s=NOW_S) == [Play(scene_id=SCENE, at_s=NOW_S + 2.5)]
    late = OscMessage("/sonorama/play", (1.7e9 + NOW_S + 1e5,), "d")
    with pytest.raises(WireError, match="ahead"):
        adm.receive(OscPacket(None, (late,)), now_s=NOW_S)


def test_another_scene_may_be_wished_for():
    assert commands(scene("bell"), ("/adm/env/change", "meadow" * 50)) == [SceneWanted(name=("meadow" * 50)[:128])]


@pytest.mark.parametrize(
    "said",
    [
        ("/adm/obj/1/aed", 1.0),
        ("/adm/obj/1/aed", 1.0, 2.0, math.nan),
        ("/adm/obj/1/gain", math.inf),
        ("/adm/obj/1/gain", "loud"),
        ("/adm/obj/1/name", 3),
        ("/adm/lis/ypr", 1.0, 2.0),
        ("/adm/env/change", 3),
        ("/adm/obj/[1/gain", 3),
        ("/sonorama/play", "now"),
    ],
    ids=str,
)
def test_a_packet_with_wrong_arguments_counts_for_nothing(said):
    adm = scene("bell")
    with pytest.raises(WireError) as refused:
        commands(adm, ("/adm/lis/yaw", 90.0), ("/adm/obj/1/mute", 1), said)
    assert refused.value.code == "bad_message"
    assert answered(adm, "/adm/lis/ypr")["/adm/lis/ypr"] == (0.0, 0.0, 0.0)
    assert len(commands(adm, ("/adm/obj/1/mute", 1))) == 1


@pytest.mark.parametrize(
    "said",
    [
        ("/adm/obj/9/aed", 1.0, 2.0, 3.0),
        ("/adm/obj/1/colour", 1.0),
        ("/adm/obj/1/azim", "touch"),
        ("/adm/obj/1/aed", "release"),
        ("/adm/other", 1.0),
        ("/sonorama/obj/1/label", "x"),
        ("/cue/1/start", 1),
    ],
    ids=str,
)
def test_what_is_not_for_us_is_passed_over(said):
    assert commands(scene("bell"), said) == []


def test_a_pattern_for_words_reaches_those_that_take_such_arguments():
    (command,) = commands(scene("bell", dmax_m=10.0), ("/adm/obj/1/a*", 20.0, 30.0, 0.1))
    assert (command.azimuth_deg, command.elevation_deg) == (20.0, 30.0)
    (pose,) = commands(scene("bell"), ("/adm/lis/y*", 90.0))
    assert pose.orientation[2] == pytest.approx(math.sqrt(0.5))
