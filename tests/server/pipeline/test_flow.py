"""The journey with small stages of known answers, on a real folder."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from protocol.coordinates import great_circle_deg
from protocol.events import ClipReady, Notice, SceneFinished, SourceLocated, StageAdvanced, StageFinished, StageStarted
from server.library import SceneFolder
from server.pipeline.flow import generate
from server.pipeline.given import GivenSource
from server.pipeline.settings import Settings
from server.pipeline.stages import Box, DistanceMap, Impression, Proposal, Sound, Stages
from server.pipeline.views import Picture, View

PICTURE = Picture(
    pixels=np.random.default_rng(1).integers(0, 255, (128, 256, 3)).astype(np.uint8),
    view=View(name="picture", projection="equirectangular", width_px=256, height_px=128),
    sha256="f" * 64,
)
FOUNTAIN = Proposal(
    label="fountain", prompt="a fountain", kind="point", level_db_spl_1m=70.0, evidence="seen", confidence=0.8
)
DOG = replace(FOUNTAIN, label="dog", prompt="a dog barks", level_db_spl_1m=85.0)
WIND = replace(FOUNTAIN, label="wind", prompt="light wind", kind="ambient", evidence="inferred", level_db_spl_1m=40.0)
DIRECTIONS = {"fountain": (20.0, -10.0), "dog": (178.0, -5.0)}


class Calls:
    """Counts how often each verb is really asked for an answer."""

    def __init__(self) -> None:
        self.calls: list[str] = []


class Detector(Calls):
    identity = "detector@1"
    sees = "picture"

    def __init__(self, *proposals: Proposal) -> None:
        super().__init__()
        self.proposals = proposals

    def propose(self, windows: Sequence[Picture]) -> Iterator[Impression]:
        for _ in windows:
            self.calls.append("propose")
            yield Impression(proposals=self.proposals, surroundings="outdoor", surroundings_confidence=0.75)


class Pointer(Calls):
    """Boxes what stands at the known directions, in every view that has it in frame."""

    identity = "pointer@1"
    sees = "views"

    def ground(self, windows: Sequence[Picture], proposals: Sequence[Proposal]) -> Iterator[Sequence[Proposal]]:
        for window in windows:
            self.calls.append("ground")
            yield [boxed(p, window.view) for p in proposals if window.view.contains(*DIRECTIONS[p.label])]


class Tape(Calls):
    """Everything below the horizon is flat ground; everything else is 30 m away."""

    identity = "tape@1"
    sees = "picture"

    def estimate_depth(self, windows: Sequence[Picture], camera_height_m: float) -> Iterator[DistanceMap]:
        for window in windows:
            self.calls.append("distance")
            view = window.view
            _, elevation_deg = view.direction(*np.meshgrid(np.arange(view.width_px), np.arange(view.height_px) + 0.5))
            depression = np.maximum(np.radians(-elevation_deg), 1e-9)
            distance_m = np.minimum(camera_height_m / np.sin(depression), 30.0).astype(np.float32)
            yield DistanceMap(view=view, distance_m=distance_m, sigma_m=distance_m / 10)


class Whistle(Calls):
    identity = "whistle@1"

    def __init__(self, *, fails_at: str | None = None) -> None:
        super().__init__()
        self.fails_at = fails_at

    def voice(self, requests) -> Iterator[Sound]:
        for request in requests:
            if request.label == self.fails_at:
                raise MemoryError("killed")
            self.calls.append(request.label)
            noise = np.random.default_rng(request.seed).standard_normal(int(request.duration_s * 48_000))
            yield Sound(
                samples=(noise / 10).astype(np.float32), loop=True, note="odd" if request.label == "dog" else ""
            )


def boxed(proposal: Proposal, view: View, half_deg: float = 2.0) -> Proposal:
    azimuth_deg, elevation_deg = DIRECTIONS[proposal.label]
    column, row = view.pixel(azimuth_deg, elevation_deg)
    half_px = half_deg * view.width_px / view.hfov_deg
    box = Box(
        view=view,
        left_px=float(column - half_px),
        right_px=float(column + half_px),
        top_px=float(row - half_px),
        bottom_px=float(row + half_px),
    )
    return replace(proposal, box=box)


def stages(propose=None, ground=None, estimate_depth=None, voice=None) -> Stages:
    return Stages(
        propose=propose or Detector(boxed(FOUNTAIN, PICTURE.view), boxed(DOG, PICTURE.view), WIND),
        ground=ground,
        estimate_depth=estimate_depth or Tape(),
        voice=voice or Whistle(),
    )


def run(folder, *, given=(), **changes):
    settings = Settings(**{"duration_s": 1.0, "top": 4} | changes.pop("settings", {}))
    picture = changes.pop("picture", PICTURE)
    made = changes.pop("stages", None) or stages(**changes)
    cache = SceneFolder(folder)
    cache.prepare()
    return list(generate(picture, settings=settings, stages=made, cache=cache, given=given))


def scene_of(events):
    assert isinstance(events[-1], SceneFinished)
    return events[-1].scene


def test_every_source_keeps_its_direction_and_metres(tmp_path):
    scene = scene_of(run(tmp_path, settings={"camera_height_m": 2.0}))
    found = {source.label: source for source in scene.sources}
    assert found.keys() == {"fountain", "dog", "wind"}
    for label, direction in DIRECTIONS.items():
        source = found[label]
        assert great_circle_deg(source.azimuth_deg, source.elevation_deg, *direction) < 1.0
    assert found["fountain"].distance_m == pytest.approx(2.0 / np.sin(np.radians(10)), rel=0.2)
    assert found["wind"].distance_m is None
    assert (scene.environment.setting, scene.environment.confidence) == ("outdoor", 0.75)
    assert found["dog"].provenance.stages["voice"] == "whistle@1"


def test_the_scene_has_the_pictures_compass_heading_and_the_same_clips_without(tmp_path):
    told = scene_of(run(tmp_path, picture=replace(PICTURE, heading_deg=211.5)))
    assert told.listener.heading_deg == 211.5
    unknown = scene_of(run(tmp_path))
    assert unknown.listener.heading_deg is None
    assert unknown.sources == told.sources


def test_what_a_picture_was_taken_for_is_told_first_and_kept(tmp_path):
    picture = replace(PICTURE, taken_for="panorama, since it is round", notices=("its edges were mended",))
    events = run(tmp_path, picture=picture)
    assert events[:2] == [Notice(text="panorama, since it is round"), Notice(text="its edges were mended")]
    assert scene_of(events).image.taken_for == "panorama, since it is round"


def test_a_pixel_of_a_source_by_hand_counts_in_the_file_that_the_picture_was_read_from(tmp_path):
    bell = GivenSource(label="bell", pixel=(25.0, 50.0), distance_m=5.0)
    original = View(name="file", projection="perspective", width_px=100, height_px=100, hfov_deg=90.0)
    scene = scene_of(run(tmp_path, picture=replace(PICTURE, original=original), given=(bell,)))
    found = next(source for source in scene.sources if source.label == "bell")
    assert (found.azimuth_deg, found.elevation_deg) == pytest.approx((np.degrees(np.arctan(0.5)), 0.0))


def test_events_come_in_the_order_of_the_journey(tmp_path):
    events = run(tmp_path)
    started = [event.stage for event in events if isinstance(event, StageStarted)]
    assert started == ["propose", "distance", "locate", "voice"]
    for stage in started:
        steps = [e for e in events if isinstance(e, StageStarted | StageAdvanced | StageFinished) and e.stage == stage]
        assert isinstance(steps[0], StageStarted)
        assert isinstance(steps[-1], StageFinished)
        assert [step.done for step in steps[1:-1]] == list(range(1, len(steps) - 1))
    located = [index for index, event in enumerate(events) if isinstance(event, SourceLocated)]
    clips = [index for index, event in enumerate(events) if isinstance(event, ClipReady)]
    assert len(located) == len(clips) == 3
    assert max(located) < min(clips)


def test_the_first_clip_is_there_before_the_last_is_begun(tmp_path):
    voice = Whistle()
    cache = SceneFolder(tmp_path)
    cache.prepare()
    for event in generate(PICTURE, settings=Settings(duration_s=1.0), stages=stages(voice=voice), cache=cache):
        if isinstance(event, ClipReady):
            assert (tmp_path / event.clip.path).exists()
            assert len(voice.calls) == 1
            break


def test_a_second_run_makes_nothing_again_and_tells_so(tmp_path):
    first = scene_of(run(tmp_path))
    again = stages()
    events = run(tmp_path, stages=again)
    assert scene_of(events) == first
    assert again.propose.calls == again.estimate_depth.calls == again.voice.calls == []
    # Locating takes no time worth keeping anything for.
    stages_reused = {event.stage: event.reused for event in events if isinstance(event, StageFinished)}
    assert stages_reused == {"propose": True, "distance": True, "locate": False, "voice": True}
    assert all(event.reused for event in events if isinstance(event, ClipReady))


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path):
    with pytest.raises(MemoryError):
        run(tmp_path, voice=Whistle(fails_at="fountain"))
    kept = len(list((tmp_path / "clips").glob("*.wav")))
    again = stages()
    scene = scene_of(run(tmp_path, stages=again))
    assert again.propose.calls == again.estimate_depth.calls == []
    assert len(again.voice.calls) == 3 - kept
    assert kept > 0
    assert scene == scene_of(run(tmp_path / "fresh"))


def test_a_change_of_height_measures_again_but_proposes_and_voices_nothing_new(tmp_path):
    run(tmp_path)
    again = stages()
    run(tmp_path, stages=again, settings={"camera_height_m": 5.0})
    assert (again.propose.calls, again.estimate_depth.calls, again.voice.calls) == ([], ["distance"], [])


def test_another_seed_voices_again_and_measures_nothing_new(tmp_path):
    run(tmp_path)
    again = stages()
    run(tmp_path, stages=again, settings={"seed": 1})
    assert again.propose.calls == again.estimate_depth.calls == []
    assert sorted(again.voice.calls) == ["dog", "fountain", "wind"]


def test_the_same_settings_give_the_same_bytes(tmp_path):
    scenes = [scene_of(run(tmp_path / name)) for name in "ab"]
    assert scenes[0] == scenes[1]
    for source in scenes[0].sources:
        assert (tmp_path / "a" / source.clip.path).read_bytes() == (tmp_path / "b" / source.clip.path).read_bytes()


def test_a_thing_seen_in_several_views_is_one_source(tmp_path):
    ground = Pointer()
    scene = scene_of(run(tmp_path, propose=Detector(FOUNTAIN, DOG), ground=ground))
    assert sorted(source.label for source in scene.sources) == ["dog", "fountain"]
    assert len(ground.calls) == 8
    for source in scene.sources:
        assert len(source.provenance.boxes) == 2
        assert great_circle_deg(source.azimuth_deg, source.elevation_deg, *DIRECTIONS[source.label]) < 1.0


def test_what_no_stage_can_find_is_told_and_left_out(tmp_path):
    events = run(tmp_path, propose=Detector(FOUNTAIN, WIND))
    assert [source.label for source in scene_of(events).sources] == ["wind"]
    assert any(isinstance(event, Notice) and "fountain" in event.text for event in events)


def test_what_a_proposer_notes_is_told_once(tmp_path):
    class Noting(Detector):
        sees = "views"

        def propose(self, windows):
            for number, one in enumerate(super().propose(windows)):
                yield replace(one, notes=("a wall makes no sound", f"view {number}")[: 1 + number // 7])

    for _ in range(2):  # the second time from the cache
        events = run(tmp_path, propose=Noting(WIND))
        notes = [event.text for event in events if isinstance(event, Notice) and not event.text.startswith("wind")]
        assert notes == ["a wall makes no sound", "view 7"]


def test_by_default_what_is_masked_is_left_out_and_told(tmp_path):
    loud, quiet = replace(FOUNTAIN, kind="area", level_db_spl_1m=100.0), replace(DOG, level_db_spl_1m=20.0)
    detector = Detector(boxed(loud, PICTURE.view), boxed(quiet, PICTURE.view), WIND)
    events = run(tmp_path, propose=detector, settings={"top": None})
    assert [source.label for source in scene_of(events).sources] == ["fountain", "wind"]
    (note,) = (event.text for event in events if isinstance(event, Notice) and event.text.startswith("left out"))
    assert note == "left out: dog, masked by fountain"


def test_what_is_beyond_what_was_asked_for_is_told(tmp_path):
    events = run(tmp_path, settings={"top": 0})
    assert scene_of(events).sources == ()
    (note,) = (event.text for event in events if isinstance(event, Notice))
    assert note.startswith("left out: ")
    assert note.endswith("since only sources by hand were asked for")


def test_silence_is_told(tmp_path):
    events = run(tmp_path, propose=Detector())
    assert scene_of(events).sources == ()
    assert any(isinstance(event, Notice) and "--sources" in event.text for event in events)


def test_what_a_voice_says_of_its_clip_reaches_the_person(tmp_path):
    assert any(isinstance(event, Notice) and event.text == "dog-1: odd" for event in run(tmp_path))


def test_sources_by_hand_stand_beside_those_found(tmp_path):
    bell = GivenSource(label="church bell", azimuth_deg=-60, elevation_deg=10, distance_m=120, level_db_spl_1m=100)
    scene = scene_of(run(tmp_path, given=[bell]))
    source = next(source for source in scene.sources if source.id == "church-bell-1")
    assert (source.azimuth_deg, source.distance_m, source.evidence) == (-60.0, 120.0, "given")
    assert len(scene.sources) == 4


def test_sources_by_hand_stand_alone_when_asked(tmp_path):
    bell = GivenSource(label="bell", azimuth_deg=0, distance_m=10)
    scene = scene_of(run(tmp_path, given=[bell, bell], settings={"top": 0}))
    assert [source.id for source in scene.sources] == ["bell-1", "bell-2"]
    assert scene.sources[0].clip.sha256 != scene.sources[1].clip.sha256


def test_a_label_without_a_latin_letter_still_gets_an_id(tmp_path):
    bell = GivenSource(label="鐘", azimuth_deg=0, distance_m=10)
    scene = scene_of(run(tmp_path, given=[bell], settings={"top": 0}))
    assert scene.sources[0].id == "source-1"
    assert scene.sources[0].label == "鐘"


def test_a_person_tells_metres_to_an_estimator_that_has_none(tmp_path, monkeypatch):
    monkeypatch.setitem(DIRECTIONS, "person", (60.0, -5.0))

    class Yardstick(Tape):
        identity = "yardstick@1"

        def estimate_depth(self, windows, camera_height_m):
            for one in super().estimate_depth(windows, camera_height_m):
                far = np.full_like(one.distance_m, 4.0)
                yield replace(one, distance_m=far, sigma_m=0.8 * far, scale_sigma=0.7, notes=("no metres",))

    person = boxed(replace(DOG, label="person"), PICTURE.view, half_deg=4.7)
    fountain = boxed(FOUNTAIN, PICTURE.view)
    events = run(tmp_path, propose=Detector(person, fountain), estimate_depth=Yardstick())
    assert [source.distance_m for source in scene_of(events).sources] == pytest.approx([10.0, 10.0], rel=0.05)
    (note,) = (event.text for event in events if isinstance(event, Notice) and "ground" in event.text)
    assert "usual height of what was found (person)" in note

    again, others = Yardstick(), Detector(fountain)
    others.identity = "detector@2"
    events = run(tmp_path, propose=others, estimate_depth=again)
    assert again.calls == ["distance"]
    assert [source.distance_m for source in scene_of(events).sources] == pytest.approx([4.0])
    assert any(isinstance(event, Notice) and event.text == "no metres" for event in events)
