"""What a live scene makes of changes in the library and of what clients ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.errors import WireError
from protocol.events import (
    ClipReady,
    Notice,
    SceneFinished,
    SceneRemoved,
    SourceChanged,
    SourceLocated,
    SourceRemoved,
    StageAdvanced,
)
from protocol.scene import Clip, Environment, Image, Scene, SceneListener, Source
from protocol.wire import ListenerPose, Mute, Play, SetSource, SourceMoved, SourcePath, Stop
from protocol.wire.sources import SourceKeyframe, SourceTrack
from server.api.streaming.live_scene import LiveScene


def clip(letter: str) -> Clip:
    return Clip(path=f"clips/{letter}.wav", sha256=letter * 64, sample_rate_hz=48_000, duration_s=1.0, loop=True)


BELL = Source(
    id="bell-1", label="bell", prompt="a bell", kind="point", evidence="seen", azimuth_deg=10.0, elevation_deg=0.0,
    distance_m=5.0, distance_sigma_m=1.0, level_db_spl_1m=70.0, confidence=0.9, clip=clip("a"),
)  # fmt: skip
WIND = replace(BELL, id="wind-1", kind="ambient", distance_m=None, distance_sigma_m=None, clip=clip("b"))
SCENE = Scene(
    format="sonorama.scene", version=1, id="square",
    image=Image(path="picture.jpg", sha256="0" * 64, width_px=2, height_px=1, projection="equirectangular",
                hfov_deg=360.0),
    listener=SceneListener(camera_height_m=1.6), environment=Environment(setting="outdoor", confidence=0.9),
    sources=(BELL, WIND),
)  # fmt: skip
WAY = SourceTrack(
    begins_at_s=100.0,
    keyframes=(
        SourceKeyframe(time_s=0.0, position_m=(4.0, 0.0, 0.0)),
        SourceKeyframe(time_s=2.0, position_m=(0.0, 4.0, 0.0)),
    ),
)


@pytest.fixture
def live():
    return LiveScene("square-1", SCENE, now_s=50.0)


def test_a_finished_scene_sounds_from_when_it_is_opened(live):
    (snapshot,) = live.initial_state(60.0)
    assert (snapshot.complete, snapshot.camera_height_m, snapshot.setting) == (True, 1.6, "outdoor")
    assert [source.playing_since_s for source in snapshot.sources] == [50.0, 50.0]
    assert snapshot.sources[0].clip.url == f"/v1/scenes/square-1/clips/{'a' * 64}"


def test_a_scene_in_the_making_grows_with_its_events():
    live = LiveScene("square-1", None, now_s=1.0)
    (snapshot,) = live.initial_state(1.0)
    assert (snapshot.complete, snapshot.sources) == (False, ())

    (added,) = live.receive(SourceLocated(source=replace(BELL, clip=None)), 2.0)
    assert (added.type, added.source.clip, added.source.playing_since_s) == ("source_added", None, None)
    (progress,) = live.receive(StageAdvanced(stage="voice", done=1, steps=2), 2.5)
    assert (progress.stage, progress.done) == ("voice", 1)
    (voiced,) = live.receive(ClipReady(source_id="bell-1", clip=clip("a"), reused=False), 3.0)
    assert (voiced.type, voiced.source.playing_since_s) == ("source_updated", 3.0)

    whole, ready = live.receive(SceneFinished(scene=SCENE), 4.0)
    assert (whole.camera_height_m, ready.type, live.state.complete) == (1.6, "scene_ready", True)
    # What sounds already goes on; what is new begins.
    assert [source.playing_since_s for source in whole.sources] == [3.0, 4.0]


def test_an_event_that_comes_twice_changes_nothing(live):
    before = live.state.snapshot(at_s=60.0)
    live.receive(SourceChanged(scene_id="square-1", source=BELL), 60.0)
    live.receive(ClipReady(source_id="bell-1", clip=clip("a"), reused=True), 60.0)
    assert live.state.snapshot(at_s=60.0) == before


def test_an_event_from_before_the_clip_takes_no_clip_away(live):
    before = live.state.snapshot(at_s=60.0)
    live.receive(SourceLocated(source=replace(BELL, clip=None)), 60.0)
    assert live.state.snapshot(at_s=60.0) == before


def test_a_notice_of_the_journey_is_sent_about_the_scene(live):
    text = ", ".join(["a name"] * 200)
    (notice,) = live.receive(Notice(text=text), 60.0)
    assert notice == Notice(text=text[:512], scene_id="square-1")


POSE = ListenerPose(
    scene_id="square-1", position_m=(0.0, 1.0, 0.0), orientation=(0.0, 0.0, 0.0, 1.0), client_time_s=1.0, share=True
)


def test_a_listener_who_shares_its_pose_is_seen_by_who_comes_later_until_it_leaves():
    live = LiveScene("square-1", None, now_s=1.0)
    (shared,) = live.share_pose(POSE, listener_id="l-1")
    assert shared == replace(POSE, listener_id="l-1")
    assert live.initial_state(2.0)[1:] == (shared,)
    # A scene that is sent anew when it is finished voids what clients know of its listeners.
    _, again, ready = live.receive(SceneFinished(scene=SCENE), 3.0)
    assert (again, ready.type) == (shared, "scene_ready")
    assert live.initial_state(4.0)[1:] == (shared,)

    (left,) = live.remove_listener("l-1")
    assert (left.type, left.listener_id) == ("listener_left", "l-1")
    assert live.initial_state(5.0)[1:] == ()
    assert live.remove_listener("l-1") == []


def test_another_clip_begins_when_it_comes_and_what_was_asked_for_stays(live):
    live.apply(SetSource(scene_id="square-1", source_id="bell-1", gain_db=-6.0), 55.0)
    (told,) = live.receive(SourceChanged(scene_id="square-1", source=replace(BELL, clip=clip("c"), muted=True)), 60.0)
    assert (told.source.playing_since_s, told.source.gain_db, told.source.muted) == (60.0, -6.0, True)


def test_sources_and_scenes_go(live):
    (gone,) = live.receive(SourceRemoved(scene_id="square-1", source_id="bell-1"), 60.0)
    assert (gone.type, list(live.state.sources)) == ("source_removed", ["wind-1"])
    (gone,) = live.receive(SceneRemoved(scene_id="square-1"), 61.0)
    assert (gone.type, gone.scene_id, list(live.state.sources)) == ("scene_removed", "square-1", [])


def test_all_can_be_stopped_and_played_together(live):
    told = live.apply(Stop(scene_id="square-1"), 60.0)
    assert [message.source.playing_since_s for message in told] == [None, None]
    told = live.apply(Play(scene_id="square-1", at_s=70.0), 60.0)
    assert [message.source.playing_since_s for message in told] == [70.0, 70.0]


def test_a_source_without_a_clip_is_left_out_or_refused(live):
    live.receive(SourceLocated(source=replace(BELL, id="dog-1", clip=None)), 60.0)
    assert len(live.apply(Play(scene_id="square-1"), 61.0)) == 2
    with pytest.raises(WireError, match="has no clip yet") as refused:
        live.apply(Play(scene_id="square-1", source_id="dog-1"), 61.0)
    assert refused.value.code == "unavailable"


def test_a_place_alone_is_told_as_a_move(live):
    (told,) = live.apply(SetSource(scene_id="square-1", source_id="bell-1", azimuth_deg=-90.0), 60.0)
    assert isinstance(told, SourceMoved)
    assert (told.moves[0].azimuth_deg, told.moves[0].distance_m) == (-90.0, 5.0)
    (told,) = live.apply(SetSource(scene_id="square-1", source_id="bell-1", distance_m=2.0, label="gong"), 60.0)
    assert (told.source.label, told.source.distance_m, told.source.azimuth_deg) == ("gong", 2.0, -90.0)


def test_a_source_goes_its_way_and_stays_at_its_end(live):
    (told,) = live.apply(SourcePath(scene_id="square-1", source_id="bell-1", path=WAY), 100.0)
    assert told.source.path == WAY
    assert live.is_moving
    halfway = live.move(101.0).moves[0]
    assert (halfway.azimuth_deg, halfway.distance_m) == (pytest.approx(45.0), pytest.approx(8**0.5))
    end = live.move(105.0).moves[0]
    assert (end.azimuth_deg, end.distance_m) == (pytest.approx(90.0), pytest.approx(4.0))
    assert not live.is_moving
    assert live.move(106.0) is None


def test_whoever_takes_a_source_by_the_hand_takes_it_off_its_way(live):
    live.apply(SourcePath(scene_id="square-1", source_id="bell-1", path=WAY), 100.0)
    (told,) = live.apply(SetSource(scene_id="square-1", source_id="bell-1", elevation_deg=10.0), 101.0)
    assert told.source.path is None
    assert (told.source.azimuth_deg, told.source.elevation_deg) == (pytest.approx(45.0), 10.0)
    live.apply(SourcePath(scene_id="square-1", source_id="bell-1", path=WAY), 101.0)
    (held,) = live.apply(SourcePath(scene_id="square-1", source_id="bell-1", path=None), 102.0)
    assert (held.source.path, held.source.azimuth_deg) == (None, pytest.approx(90.0))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Mute(scene_id="square-1", source_id="nobody", muted=True), "not_found"),
        (SourcePath(scene_id="square-1", source_id="wind-1", path=WAY), "bad_input"),
        (SetSource(scene_id="square-1", source_id="wind-1", azimuth_deg=1.0), "bad_input"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(live, command, code):
    before = live.state.snapshot(at_s=60.0)
    with pytest.raises(WireError) as refused:
        live.apply(command, 60.0)
    assert refused.value.code == code
    assert live.state.snapshot(at_s=60.0) == before


LIVE = {"label": "bell", "azimuth_deg": 33.0, "distance_m": 2.0, "muted": True, "level_db_spl_1m": 60.0}


@pytest.mark.parametrize(
    ("kept", "changed"),
    [
        ({"label": "great bell"}, {"label": "great bell"}),
        ({"level_db_spl_1m": 90.0}, {"level_db_spl_1m": 90.0}),
        ({"azimuth_deg": -50.0}, {"azimuth_deg": -50.0, "distance_m": 5.0}),
        ({"muted": False, "width_deg": 20.0}, {"width_deg": 20.0}),
        ({}, {}),
    ],
)
def test_what_is_kept_over_http_changes_nothing_else_of_what_is_live(live, kept, changed):
    this = {"scene_id": "square-1", "source_id": BELL.id}
    live.apply(SetSource(**this, azimuth_deg=33.0, distance_m=2.0, level_db_spl_1m=60.0, gain_db=-6.0), 60.0)
    live.apply(Mute(**this, muted=True), 60.0)
    (updated,) = live.receive(SourceChanged(scene_id="square-1", source=replace(BELL, **kept)), 61.0)
    expected = LIVE | changed | {"gain_db": -6.0}
    assert {name: getattr(updated.source, name) for name in expected} == expected
