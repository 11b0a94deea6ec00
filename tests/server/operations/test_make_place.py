"""A walk along a drawn street becomes one world."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from protocol.events import Notice, StageFinished
from server.library import PlaceFolder, SceneFolder
from server.operations.look_at import read_found
from server.operations.make_place import make_place, options_for
from server.pipeline.settings import GenerateOptions
from server.place.poses.pictures import read_pictures
from server.place.poses.pose import Pose
from server.synthetic.painting import rendered
from tests.oracle.streets import street

OPTIONS = GenerateOptions(duration_s=1.0)
CAMERAS = 3


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Three drawn panoramas and where they were taken."""
    folder = tmp_path_factory.mktemp("walk")
    drawn = street(0, cameras=CAMERAS)
    with (folder / "walk.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "east_m", "north_m", "heading_deg"])
        for number, camera in enumerate(drawn.cameras):
            Image.fromarray(rendered(drawn.seen_from(camera), 1024).pixels).save(folder / f"{number}.png")
            rows.writerow([f"{number}.png", camera.x_m, camera.y_m, (90.0 - camera.yaw_deg) % 360.0])
    return folder, drawn


@pytest.fixture(scope="module")
def made(walk, tmp_path_factory):
    folder = PlaceFolder(tmp_path_factory.mktemp("place") / "place")
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    events = list(make_place(pictures, folder, preset="embedded", options=OPTIONS))
    return folder, events


def test_people_seen_from_several_panoramas_stand_where_they_stand(made, walk):
    place, drawn = made[0].place(), walk[1]
    true_m = drawn.middles_m()[[label == "person" for label in drawn.labels()]]
    found = [source for source in place.sources if source.label == "people" and len(source.seen_from) > 1]
    off_m = [np.linalg.norm(true_m[:, :2] - source.position_m[:2], axis=1).min() for source in found]
    assert len(off_m) >= 4
    assert np.median(off_m) < 0.5
    assert max(off_m) < 2.0
    assert [viewpoint.name for viewpoint in place.viewpoints] == ["0", "1", "2"]
    assert place.viewpoints[1].links == ("0", "2")


def test_the_road_is_one_line(made):
    (road,) = [source for source in made[0].place().sources if source.kind == "line"]
    assert road.shape.type == "polyline"
    assert np.ptp([point[0] for point in road.shape.points_m]) > 40.0
    assert np.abs([point[1] for point in road.shape.points_m]).max() < 3.0
    assert {seen.viewpoint for seen in road.seen_from} == {"0", "1", "2"}


def test_each_viewpoint_is_a_scene_that_plays_the_clips_of_the_place(made):
    folder, _ = made
    place = folder.place()
    clips = {source.id: source.clip for source in place.sources}
    for viewpoint in place.viewpoints:
        scene = folder.viewpoint(viewpoint.name).scene()
        assert scene.sources
        for source in scene.sources:
            assert source.clip == clips[source.id]
            assert (folder.viewpoint(viewpoint.name).path / source.clip.path).is_file()
        assert scene.listener.heading_deg == viewpoint.heading_deg


def test_the_same_walk_again_makes_the_same_bytes_without_looking_again(made, walk):
    folder, _ = made
    before = (folder.path / "place.json").read_bytes()
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    events = list(make_place(pictures, folder, preset="embedded", options=OPTIONS))
    assert (folder.path / "place.json").read_bytes() == before
    assert {event.stage for event in events if isinstance(event, StageFinished) and event.reused} == {"look", "voice"}


def test_processes_make_the_same_bytes(made, walk, tmp_path):
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    folder = PlaceFolder(tmp_path / "place")
    list(make_place(pictures, folder, preset="embedded", options=OPTIONS, workers=2))
    assert (folder.path / "place.json").read_bytes() == (made[0].path / "place.json").read_bytes()


def test_one_bad_picture_is_named_and_does_not_stop_the_rest(made, walk):
    folder, _ = made
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    bad = walk[0] / "bad.png"
    bad.write_bytes(b"no picture")
    pictures.append(replace(pictures[0], name="bad", path=bad))
    notices = [
        event.text
        for event in make_place(pictures, folder, preset="embedded", options=OPTIONS)
        if isinstance(event, Notice)
    ]
    assert [text for text in notices if "bad.png" in text and "left out" in text]
    assert len(folder.place().viewpoints) == CAMERAS


def test_a_pose_tells_the_height_and_the_tilt_of_its_camera_unless_a_tilt_was_chosen_for_all():
    pose = Pose(camera_height_m=1.8, pitch_deg=-2.0)
    assert (options_for(pose, OPTIONS).camera_height_m, options_for(pose, OPTIONS).level) == (1.8, "-2.0,0.0")
    assert options_for(Pose(), OPTIONS) == OPTIONS
    assert options_for(pose, replace(OPTIONS, level="off")).level == "off"


def test_a_tilt_that_a_manifest_tells_is_undone(walk, tmp_path):
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    tilted = replace(pictures[0], pose=replace(pictures[0].pose, roll_deg=12.0))
    folder = PlaceFolder(tmp_path / "place")
    list(make_place([tilted], folder, preset="embedded", options=OPTIONS))
    found, _ = read_found(folder.viewpoint("0").path)
    assert any("12" in notice and "levelled" in notice for notice in found.notices)


def test_a_place_of_one_panorama_has_what_that_panorama_shows(walk, tmp_path):
    pictures, _ = read_pictures(walk[0] / "walk.csv")
    folder = PlaceFolder(tmp_path / "place")
    list(make_place(pictures[:1], folder, preset="embedded", options=OPTIONS))
    place = folder.place()
    (viewpoint,) = place.viewpoints
    scene = folder.viewpoint("0").scene()
    for source in place.sources:
        (seen,) = source.seen_from
        if source.shape.type == "point" and source.kind != "ambient":
            heard = next(each for each in scene.sources if each.id == source.id)
            assert heard.azimuth_deg == pytest.approx(seen.azimuth_deg, abs=0.1)
            assert heard.distance_m == pytest.approx(seen.distance_m, rel=0.01)
    assert json.loads((folder.path / "place.json").read_text())["origin"] is None
    assert SceneFolder(folder.path / "viewpoints" / viewpoint.name).scene() == scene
