import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from binaural.listener import Listener
from protocol.adm_osc import AdmOsc
from protocol.coordinates import quaternion_from_ypr
from protocol.errors import WireError
from protocol.osc_hearing import SceneWanted
from protocol.osc_packet import OscMessage, OscPacket, packet_from_bytes
from protocol.osc_words import gain
from protocol.wire import (
    ListenerPose,
    Mute,
    Play,
    SceneReady,
    SetSource,
    SourceAdded,
    SourceMoved,
    SourceRemoved,
    SourceUpdated,
    Stop,
)
from protocol.wire.sources import SourceMove
from tests.protocol.vectors import vectors
from tests.protocol.worlds import SCENE, added, snapshot, source, updated

NOW_S = 50.0


def scene(*names, **options):
    adm = AdmOsc(**options)
    adm.apply(snapshot(*(source(name) for name in names)))
    return adm


def taken(adm, most_messages=1000):
    return {one.address: one.arguments for group in adm.take_changes(most_messages=most_messages) for one in group}


def answered(adm, *addresses):
    assert adm.hear(OscPacket(None, tuple(OscMessage(one, (), "") for one in addresses)), now_s=NOW_S) == []
    return {one.address: one.arguments for group in adm.take_answers() for one in group}


def wishes(adm, *said):
    """What messages in one packet wish, given as ``(address, argument, ...)``."""
    tags = {float: "f", int: "i", str: "s", bool: "T"}
    sent = tuple(OscMessage(one[0], one[1:], "".join(tags[type(part)] for part in one[1:])) for one in said)
    return adm.hear(OscPacket(None, sent), now_s=NOW_S)


def moved(name, azimuth_deg, distance_m=5.0, scene_id=SCENE):
    move = SourceMove(source_id=name, azimuth_deg=azimuth_deg, elevation_deg=0.0, distance_m=distance_m)
    return SourceMoved(scene_id=scene_id, at_s=1.0, moves=(move,))


# ---------------------------------------------------------------------------------------------------- going out


def test_nothing_is_said_before_there_is_a_scene():
    adm = AdmOsc()
    adm.apply(added())
    assert not adm.is_due
    assert taken(adm) == {}
    assert wishes(adm, ("/adm/lis/ypr", 1.0, 2.0, 3.0)) == []
    assert answered(adm, "/adm/obj/1/aed", "/adm/lis/ypr") == {}


def test_a_scene_is_told_whole_once():
    adm = scene("bell", "tram", dmax_m=20.0)
    first = taken(adm)
    assert first["/adm/env/change"] == (SCENE,)
    assert first["/sonorama/scene"] == (SCENE, 0, 2)
    assert first["/adm/obj/1/name"] == ("bell",)
    assert first["/adm/obj/2/aed"] == (0.0, 0.0, 0.25)
    assert first["/sonorama/obj/2/id"] == ("tram",)
    assert not adm.is_due
    assert taken(adm) == {}


def test_of_many_moves_the_newest_is_told_and_nothing_else():
    adm = scene("bell", "tram")
    taken(adm)
    for azimuth_deg in range(1, 90):
        adm.apply(moved("bell", float(azimuth_deg)))
    assert taken(adm) == {"/adm/obj/1/aed": (89.0, 0.0, 0.05)}


def test_who_comes_nearer_is_louder():
    adm = scene("bell")
    taken(adm)
    adm.apply(moved("bell", 0.0, distance_m=2.5))
    said = taken(adm)
    assert said.keys() == {"/adm/obj/1/aed", "/adm/obj/1/gain", "/sonorama/obj/1/distance"}
    assert said["/adm/obj/1/gain"][0] == pytest.approx(2.0 * gain(source()))


def test_numbers_stay_with_their_sources_and_are_never_given_away():
    adm = scene("bell", "fountain", "tram")
    taken(adm)
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="fountain"))
    assert taken(adm) == {
        "/adm/obj/2/mute": (1,),
        "/sonorama/obj/2/gone": (1,),
        # And no /adm/env/change: a show must not begin anew because a source went.
        "/sonorama/scene": (SCENE, 0, 2),
    }
    adm.apply(SourceAdded(scene_id=SCENE, source=source("works")))
    assert [adm.number(name) for name in ("bell", "fountain", "tram", "works", "cat")] == [1, 2, 3, 4, None]
    adm.apply(snapshot(source("tram"), source("fountain")))
    said = taken(adm)
    assert said["/sonorama/obj/2/id"] == ("fountain",)
    assert said["/adm/obj/2/mute"] == (0,)
    assert said["/sonorama/obj/1/gone"] == (1,)
    # The works came and went before anybody heard of them.
    assert "/sonorama/obj/4/gone" not in said


def test_another_scene_begins_at_one_and_mutes_what_it_has_not():
    adm = scene("bell", "fountain")
    taken(adm)
    adm.apply(snapshot(source("crickets"), scene_id="meadow"))
    said = taken(adm)
    assert said["/adm/env/change"] == ("meadow",)
    assert said["/sonorama/obj/2/gone"] == (1,)
    assert "/sonorama/obj/1/gone" not in said
    assert said["/adm/obj/1/name"] == ("crickets",)
    assert said["/adm/obj/1/mute"] == (0,)
    adm.apply(added("bell"))
    assert adm.number("bell") is None


def test_moves_and_removals_of_what_was_never_there_change_nothing():
    adm = scene("bell")
    taken(adm)
    adm.apply(moved("cat", 3.0))
    adm.apply(moved("bell", 3.0, scene_id="meadow"))
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="cat"))
    assert taken(adm) == {}


def test_the_end_of_the_making_is_told():
    adm = scene("bell")
    taken(adm)
    adm.apply(SceneReady(scene_id=SCENE))
    assert adm.is_due
    assert taken(adm)["/sonorama/scene"] == (SCENE, 1, 1)


def test_everything_is_told_again_to_those_who_came_late_what_is_gone_too():
    adm = scene("bell", "tram")
    whole = taken(adm)
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="tram"))
    taken(adm)
    adm.forget_told()
    again = taken(adm)
    assert again == {
        **{address: value for address, value in whole.items() if "/obj/2/" not in address},
        "/sonorama/scene": (SCENE, 0, 1),
        "/adm/obj/2/mute": (1,),
        "/sonorama/obj/2/gone": (1,),
    }
    adm.forget_told()
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="bell"))
    assert taken(adm)["/sonorama/obj/1/gone"] == (1,)


def test_who_waits_longest_is_told_first_and_with_the_newest_value():
    adm = scene("bell", "fountain", "tram")
    assert adm.number("tram") == 3
    assert {address[:10] for address in taken(adm, most_messages=14)} & {"/adm/obj/3"} == set()
    adm.apply(moved("bell", 9.0))
    adm.apply(moved("tram", 7.0))
    assert taken(adm, most_messages=1)["/adm/obj/3/aed"][0] == 7.0
    assert adm.is_due
    assert taken(adm, most_messages=1)["/adm/obj/1/aed"][0] == 9.0
    assert not adm.is_due


def test_play_and_stop_take_turns():
    adm = scene("bell")
    adm.unix_offset_s = 1000.0
    assert taken(adm)["/sonorama/obj/1/stop"] == (1,)
    for playing in (True, False, True):
        since_s = 4.0 if playing else None
        adm.apply(SourceUpdated(scene_id=SCENE, source=replace(source(), playing_since_s=since_s)))
        expected = {"/sonorama/obj/1/play": (1004.0,)} if playing else {"/sonorama/obj/1/stop": (1,)}
        assert taken(adm) == expected


# ---------------------------------------------------------------------------------------------------- queries


def test_queries_are_answered_with_the_newest_value_once():
    adm = scene("bell", "tram", dmax_m=20.0)
    adm.hear(OscPacket(None, (OscMessage("/adm/obj/2/aed", (), ""),) * 3), now_s=NOW_S)
    adm.apply(moved("tram", 90.0))
    (group,) = adm.take_answers()
    assert [(one.address, one.arguments) for one in group] == [("/adm/obj/2/aed", (90.0, 0.0, 0.25))]
    assert adm.take_answers() == []


@pytest.mark.parametrize("word", ["azim", "elev", "dist", "x", "y", "z", "w", "gain", "dref", "dmax", "mute", "name"])
def test_every_word_of_the_standard_is_answered(word):
    assert len(answered(scene("bell"), f"/adm/obj/1/{word}")[f"/adm/obj/1/{word}"]) == 1


def test_patterns_ask_for_all_that_they_match():
    adm = scene("bell", "fountain", "tram")
    assert answered(adm, "/adm/obj/[13]/{gain,mute}").keys() == {
        f"/adm/obj/{number}/{word}" for number in (1, 3) for word in ("gain", "mute")
    }
    assert answered(adm, "/*/obj/2/{name,id}").keys() == {"/adm/obj/2/name", "/sonorama/obj/2/id"}
    assert answered(adm, "/adm/env/change", "/sonorama/scene", "/adm/lis/*").keys() == {
        *("/adm/env/change", "/sonorama/scene", "/adm/lis/ypr", "/adm/lis/xyz")
    }


def test_what_there_is_not_is_not_answered():
    assert (
        answered(scene("bell"), "/adm/obj/2/aed", "/adm/obj/1/colour", "/adm/obj/1", "/", "/sonorama/obj/1/clip") == {}
    )


def test_a_source_that_goes_before_it_is_answered_for_is_not():
    adm = scene("bell")
    adm.hear(OscPacket(None, (OscMessage("/adm/obj/1/aed", (), ""),)), now_s=NOW_S)
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="bell"))
    assert adm.take_answers() == []


def test_few_characters_cannot_ask_for_all_that_there_is_again_and_again():
    adm = scene(*(f"bell-{number}" for number in range(500)))
    with pytest.raises(WireError, match="more than 8192"):
        answered(adm, *("/*/*/*/*" for _ in range(20)))
    assert adm.take_answers() == []


# ---------------------------------------------------------------------------------------------------- the listener


@pytest.mark.parametrize("row", vectors("osc")["poses"], ids=lambda row: row["about"])
def test_poses_are_understood_as_the_vectors_say(row):
    (pose,) = scene("bell", dmax_m=100.0).hear(packet_from_bytes(bytes.fromhex(row["hex"])), now_s=NOW_S)
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
    w, x, y, z = Listener.turned(yaw_deg, pitch_deg, roll_deg).quaternion
    assert quaternion == pytest.approx((x, y, z, w), abs=1e-12)


def test_the_parts_of_a_pose_may_come_one_by_one():
    adm = scene("bell", dmax_m=10.0)
    wishes(adm, ("/adm/lis/yaw", 90.0))
    (pose,) = wishes(adm, ("/adm/lis/y", 0.5), ("/adm/lis/x", -0.1))
    assert pose.position_m == pytest.approx((5.0, 1.0, 0.0))
    assert pose.orientation == pytest.approx((0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5)))
    assert answered(adm, "/adm/lis/*") == {"/adm/lis/ypr": (90.0, 0.0, 0.0), "/adm/lis/xyz": (-0.1, 0.5, 0.0)}


def test_a_pose_beyond_its_range_is_taken_as_the_nearest_in_it():
    adm = scene("bell", dmax_m=10.0)
    (pose,) = wishes(adm, ("/adm/lis/xyz", 4.0, -1e30, 0.0), ("/adm/lis/ypr", 200.0, 0.0, 0.0))
    assert pose.position_m == pytest.approx((-10.0, -10.0, 0.0))
    assert answered(adm, "/adm/lis/ypr")["/adm/lis/ypr"] == (180.0, 0.0, 0.0)


# ---------------------------------------------------------------------------------------------------- wishes


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
        found = wishes(adm, (f"/adm/obj/2/{word}", *said))
        assert len(found) == 1
        wish = found[0]
        assert wish.source_id == "bell"
        turn_deg = (wish.azimuth_deg - azimuth_deg + 180.0) % 360.0 - 180.0
        assert turn_deg == pytest.approx(0.0, abs=1e-4)
        assert wish.elevation_deg == pytest.approx(elevation_deg, abs=1e-4)
        assert wish.distance_m == pytest.approx(there.distance_m, rel=1e-5)
        adm.apply(updated())


def test_words_in_one_packet_and_in_several_add_up_to_one_place():
    adm = scene("bell", dmax_m=10.0)
    together = wishes(adm, ("/adm/obj/1/azim", 90.0), ("/adm/obj/1/elev", 45.0), ("/adm/obj/1/dist", 0.2))
    place = {"azimuth_deg": 90.0, "elevation_deg": 45.0, "distance_m": 2.0}
    assert together == [SetSource(scene_id=SCENE, source_id="bell", **place)]
    adm.apply(updated())
    for axis, value in (("x", -0.5), ("y", 0.0)):
        (last,) = wishes(adm, (f"/adm/obj/1/{axis}", value))
    assert (last.azimuth_deg, last.distance_m) == (90.0, 5.0)
    adm.apply(updated())
    (last,) = wishes(adm, ("/adm/obj/1/xy", 0.0, -0.25))
    assert (last.azimuth_deg, last.distance_m) == (180.0, 2.5)


def test_what_is_out_of_range_is_taken_as_the_nearest_in_it():
    adm = scene("bell", dmax_m=10.0)
    (wish,) = wishes(adm, ("/adm/obj/1/aed", -500.0, 500.0, -3.0))
    assert (wish.azimuth_deg, wish.elevation_deg) == (180.0, 90.0)
    assert 0.0 < wish.distance_m < 0.1
    (wish,) = wishes(adm, ("/adm/obj/1/aed", 0, 0, 9))
    assert wish.distance_m == 10.0


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
    assert wishes(adm, *said) == []
    (turned,) = wishes(adm, ("/adm/obj/1/azim", 40.0))
    assert turned.distance_m == 5.0


def test_gain_mute_and_name_are_wishes():
    adm = scene("bell", "tram")
    wanted = wishes(
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
    assert wishes(adm, ("/adm/obj/2/mute", True)) == []
    assert wishes(adm, ("/adm/obj/2/name", "\0")) == []


def test_wishes_that_nobody_granted_are_forgotten_in_time():
    adm = scene("bell")
    assert len(wishes(adm, ("/adm/obj/1/mute", 1))) == 1
    assert wishes(adm, ("/adm/obj/1/mute", 1)) == []
    adm.forget_told()
    assert len(wishes(adm, ("/adm/obj/1/mute", 1))) == 1


def test_ambience_is_not_moved():
    adm = AdmOsc()
    adm.apply(snapshot(replace(source(), kind="ambient", distance_m=None)))
    assert wishes(adm, ("/adm/obj/1/aed", 10.0, 0.0, 0.5)) == []


@pytest.mark.parametrize("word", ["w", "dref", "dmax", "dRef", "dMax"])
def test_what_a_scene_keeps_for_itself_is_passed_over(word):
    assert wishes(scene("bell"), (f"/adm/obj/1/{word}", 0.5)) == []


def test_play_and_stop_are_wishes_for_one_or_all():
    adm = scene("bell", "tram")
    adm.unix_offset_s = 1.7e9
    assert wishes(adm, ("/sonorama/obj/2/play", 1)) == [Play(scene_id=SCENE, source_id="tram")]
    assert wishes(adm, ("/sonorama/obj/*/stop", 1)) == [
        Stop(scene_id=SCENE, source_id="bell"),
        Stop(scene_id=SCENE, source_id="tram"),
    ]
    assert wishes(adm, ("/sonorama/play", 1)) == [Play(scene_id=SCENE)]
    assert wishes(adm, ("/sonorama/stop", 1)) == [Stop(scene_id=SCENE)]
    at = OscMessage("/sonorama/play", (1.7e9 + NOW_S + 2.5,), "d")
    assert adm.hear(OscPacket(None, (at,)), now_s=NOW_S) == [Play(scene_id=SCENE, at_s=NOW_S + 2.5)]
    late = OscMessage("/sonorama/play", (1.7e9 + NOW_S + 1e5,), "d")
    with pytest.raises(WireError, match="ahead"):
        adm.hear(OscPacket(None, (late,)), now_s=NOW_S)


def test_another_scene_may_be_wished_for():
    assert wishes(scene("bell"), ("/adm/env/change", "meadow" * 50)) == [SceneWanted(name=("meadow" * 50)[:128])]


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
        wishes(adm, ("/adm/lis/yaw", 90.0), ("/adm/obj/1/mute", 1), said)
    assert refused.value.code == "bad_message"
    assert answered(adm, "/adm/lis/ypr")["/adm/lis/ypr"] == (0.0, 0.0, 0.0)
    assert len(wishes(adm, ("/adm/obj/1/mute", 1))) == 1


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
    assert wishes(scene("bell"), said) == []


def test_a_pattern_for_words_reaches_those_that_take_such_arguments():
    (wish,) = wishes(scene("bell", dmax_m=10.0), ("/adm/obj/1/a*", 20.0, 30.0, 0.1))
    assert (wish.azimuth_deg, wish.elevation_deg) == (20.0, 30.0)
    (pose,) = wishes(scene("bell"), ("/adm/lis/y*", 90.0))
    assert pose.orientation[2] == pytest.approx(math.sqrt(0.5))
