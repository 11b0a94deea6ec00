"""What is told of a place whose viewpoints are served."""

from dataclasses import replace

from server.library import PlaceFolder
from tests.server.api.server_process import serving
from tests.server.client.scenes import noisy_scene
from tests.server.place.hearing.test_scene import place_of, viewpoint


def test_the_viewpoints_of_a_place_are_told_with_their_scenes_and_neighbours(tmp_path):
    folder = PlaceFolder(tmp_path / "place")
    folder.prepare()
    folder.save(place_of([replace(viewpoint("My_view", 0.0), links=("b",)), viewpoint("b", 10.0)], []))
    for name in ("my-view", "b"):
        noisy_scene(folder.path / "viewpoints", name, 0.0)
    (folder.path / "viewpoints" / "my-view").rename(folder.path / "viewpoints" / "My_view")
    with serving(folder.path / "viewpoints") as running:
        told = running.client.get("/v1/place").json()
        assert [each["scene_id"] for each in told["viewpoints"]] == ["my-view", "b"]
        assert told["viewpoints"][0]["links"] == ["b"]
        assert told["viewpoints"][1]["position_m"] == [10.0, 0.0, 2.0]
        # A place that was damaged meanwhile is told of, and the scenes are there all the same.
        (folder.path / "place.json").write_text("{")
        assert running.client.get("/v1/place").status_code == 404
        assert running.client.get("/v1/scenes/b").status_code == 200


def test_scenes_that_are_no_places_have_no_viewpoints(tmp_path):
    with serving(tmp_path / "library") as running:
        assert running.client.get("/v1/place").json() == {"origin": None, "viewpoints": []}
