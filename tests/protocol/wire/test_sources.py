from dataclasses import replace

import pytest
from pydantic import ValidationError

from protocol.scene import Clip
from protocol.wire.sources import ClipReference, SourceKeyframe, SourceState, SourceTrack, source_state
from tests.protocol.test_scene import FOUNTAIN, SHA
from tests.protocol.worlds import added, moved, removed, snapshot, source, updated

CLIP = Clip(path="clips/a.wav", sha256=SHA, sample_rate_hz=48_000, duration_s=2.5, loop=True)


def keyframes(*times):
    return tuple(SourceKeyframe(time_s=time_s, position_m=(1.0, 2.0, 3.0)) for time_s in times)


def test_the_wire_says_of_a_source_what_the_scene_says():
    state = source_state(replace(FOUNTAIN, clip=CLIP), clip_url="/clip")
    for name in ("id", "label", "kind", "azimuth_deg", "elevation_deg", "distance_m", "level_db_spl_1m", "confidence"):
        assert getattr(state, name) == getattr(FOUNTAIN, name)
    assert state.clip == ClipReference(url="/clip", sha256=SHA, sample_rate_hz=48_000, duration_s=2.5, loop=True)
    assert state.playing_since_s is None


def test_a_source_whose_clip_is_not_made_yet_or_not_to_be_had_has_none():
    assert source_state(FOUNTAIN, clip_url="/clip").clip is None
    assert source_state(replace(FOUNTAIN, clip=CLIP), clip_url=None).clip is None


@pytest.mark.parametrize("times", [(0.5, 1.0), (0.0, 0.0), (0.0, 2.0, 1.0), (0.0,)])
def test_time_on_a_track_begins_at_zero_and_goes_on(times):
    with pytest.raises(ValidationError):
        SourceTrack(begins_at_s=0.0, keyframes=keyframes(*times))


def test_only_ambience_has_no_distance():
    assert replace(source(), kind="ambient", distance_m=None).distance_m is None
    with pytest.raises(ValidationError, match="needs a distance_m"):
        replace(source(), distance_m=None)


@pytest.mark.parametrize("url", ["http://evil.example/x", "//evil.example/x", "x", "/", "/a b", "/\\evil.example", ""])
def test_a_url_never_leads_to_another_server(url):
    with pytest.raises(ValidationError):
        ClipReference(url=url, sha256=SHA, sample_rate_hz=48_000, duration_s=1.0, loop=True)


def test_words_on_different_sources_scenes_or_things_never_replace_each_other():
    messages = [added("bell"), updated("bell"), moved(("bell", 1)), removed("bell"), snapshot()]
    messages += [added("tram"), updated("tram"), removed("tram"), replace(moved(("bell", 1)), scene_id="other")]
    assert len({message.key for message in messages}) == len(messages)


def test_a_source_whose_id_begins_like_anothers_is_not_culled_with_it():
    assert not added("bell-2").key.startswith(removed("bell").culls)
    assert moved(("bell-2", 1)).without(removed("bell").culls) == moved(("bell-2", 1))


def test_a_state_that_a_client_could_not_play_can_not_be_made():
    for change in ({"azimuth_deg": -180.5}, {"level_db_spl_1m": 200.0}, {"gain_db": float("nan")}, {"id": "-"}):
        with pytest.raises(ValidationError):
            replace(source(), **change)
    assert isinstance(source(), SourceState)
