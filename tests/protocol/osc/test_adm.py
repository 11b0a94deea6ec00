from dataclasses import replace

import pytest

from protocol.errors import WireError
from protocol.osc.adm import MAX_ASKERS, AdmOsc
from protocol.osc.packet import OscMessage, OscPacket
from protocol.osc.values import gain
from protocol.wire import (
    SceneReady,
    SceneRemoved,
    SourceAdded,
    SourceRemoved,
    SourceUpdated,
)
from tests.protocol.osc.scenes import NOW_S, answered, commands, moved, scene, taken
from tests.protocol.worlds import SCENE, added, snapshot, source

# ---------------------------------------------------------------------------------------------------- going out


def test_nothing_is_said_before_there_is_a_scene():
    adm = AdmOsc()
    adm.apply(added())
    assert not adm.is_due
    assert taken(adm) == {}
    assert commands(adm, ("/adm/lis/ypr", 1.0, 2.0, 3.0)) == []
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


def test_with_a_scene_all_its_objects_go():
    adm = scene("bell", "tram")
    taken(adm)
    adm.apply(SceneRemoved(scene_id=SCENE))
    said = taken(adm)
    assert [said[f"/sonorama/obj/{number}/gone"] for number in (1, 2)] == [(1,), (1,)]
    assert said["/sonorama/scene"] == (SCENE, 0, 0)


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
    adm.resend_all()
    again = taken(adm)
    assert again == {
        **{address: value for address, value in whole.items() if "/obj/2/" not in address},
        "/sonorama/scene": (SCENE, 0, 1),
        "/adm/obj/2/mute": (1,),
        "/sonorama/obj/2/gone": (1,),
    }
    adm.resend_all()
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
    adm.receive(OscPacket(None, (OscMessage("/adm/obj/2/aed", (), ""),) * 3), now_s=NOW_S)
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
    adm.receive(OscPacket(None, (OscMessage("/adm/obj/1/aed", (), ""),)), now_s=NOW_S)
    adm.apply(SourceRemoved(scene_id=SCENE, source_id="bell"))
    assert adm.take_answers() == []


def test_each_asker_gets_what_it_asked_for():
    adm = scene("bell", "tram")
    for asker, number in ((9000, 1), (9001, 2)):
        query = OscMessage(f"/adm/obj/{number}/dist", (), "")
        adm.receive(OscPacket(None, (query,)), now_s=NOW_S, asker=asker)
    assert set(adm.askers) == {9000, 9001}
    assert [[one.address for one in group] for group in adm.take_answers(9001)] == [["/adm/obj/2/dist"]]
    assert adm.take_answers() == []
    assert adm.askers == (9000,)


def test_however_many_ask_few_are_waited_for():
    adm = scene("bell")
    for asker in range(1000):
        adm.receive(OscPacket(None, (OscMessage("/adm/obj/1/dist", (), ""),)), now_s=NOW_S, asker=asker)
    assert len(adm.askers) == MAX_ASKERS


def test_few_characters_cannot_ask_for_all_that_there_is_again_and_again():
    adm = scene(*(f"bell-{number}" for number in range(500)))
    with pytest.raises(WireError, match="more than 8192"):
        answered(adm, *("/*/*/*/*" for _ in range(20)))
    assert adm.take_answers() == []
