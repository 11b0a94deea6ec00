"""Scenes of any name, and what serving them leaves behind: nothing."""

import os

import httpx
import pytest

from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import serving
from tests.server.api.wire import wired

NAMES = {
    "venice_sunset": ("venice-sunset", "venice_sunset"),
    "My Street": ("my-street", "My Street"),
    "Ökohaus": ("okohaus", "Ökohaus"),
    "street.v2": ("street-v2", "street.v2"),
    os.fsdecode(b"caf\xe9\n"): ("caf", "caf\\xe9\\n"),
}


def furnish(folder):
    """A scene as the command line leaves it."""
    scene = SceneFolder(folder)
    scene.prepare()
    (folder / "picture.jpg").write_bytes(b"picture")
    scene.save(SCENE)


def tree(folder):
    """All that could change in a folder."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.stat()
        found[path] = (status.st_mode, status.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
    return found


@pytest.fixture
def library(tmp_path):
    for name in NAMES:
        furnish(tmp_path / "library" / name)
    return tmp_path / "library"


def use(server, scene_id):
    """Read all of a scene that can be read, follow it, and export it."""
    source_id = SCENE.sources[0].id
    for path in ("", "/pictures/panorama"):
        assert server.client.get(f"/v1/scenes/{scene_id}{path}").status_code == 200
    with wired(server) as wire:
        wire.subscribe(scene_id)
        wire.say("mute", scene_id=scene_id, source_id=source_id, muted=True)
        wire.hear("ack", lambda ack: ack["received_seq"] >= wire.seq)
    # The clips of this scene are missing, so that the worker has something to say.
    job = server.client.post(f"/v1/scenes/{scene_id}/exports", json={"duration_s": 1}).json()
    ended = server.ended(job)
    assert ended["problem"]["code"] == "bad_scene", ended


def test_every_scene_has_an_address_and_a_name_and_serving_changes_no_byte(library):
    before = tree(library)
    with serving(library) as server:
        listed = server.client.get("/v1/scenes").json()["scenes"]
        assert [(scene["scene_id"], scene["name"]) for scene in listed] == sorted(NAMES.values())
        assert all(scene["state"] == "ready" for scene in listed)
        use(server, "caf")
        server.kill()
        server.start()
        assert server.client.get("/v1/scenes/my-street").status_code == 200
        assert '"scenes": {"caf": "caf\\\\xe9\\\\n", "my-street": "My Street"' in server.log()
    assert tree(library) == before


def test_a_change_is_kept_in_the_folder_that_it_is_of(library):
    before = tree(library)
    source_id = SCENE.sources[0].id
    with serving(library) as server:
        answer = server.client.patch(f"/v1/scenes/my-street/sources/{source_id}", json={"muted": True})
        assert answer.status_code == 200, answer.text
    changed = {path for path, state in tree(library).items() if state != before[path]}
    assert changed == {library / "My Street", library / "My Street" / "scene.json"}
    assert SceneFolder(library / "My Street").scene().sources[0].muted


def test_a_change_that_can_not_be_kept_says_so(library, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("nothing is read-only for root")
    source_id = SCENE.sources[0].id
    (library / "My Street").chmod(0o500)
    with serving(library) as server:
        assert server.client.get("/v1/scenes/my-street").status_code == 200
        answer = server.client.patch(f"/v1/scenes/my-street/sources/{source_id}", json={"muted": True})
    (library / "My Street").chmod(0o700)
    assert (answer.status_code, answer.json()["code"]) == (403, "read_only")


def test_a_single_scene_is_served_alone_beside_others_but_not_twice(library, street):
    before = tree(library)
    with serving(library / "My Street", state_dir=library.parent / "state") as server:
        listed = server.client.get("/v1/scenes").json()["scenes"]
        assert [(scene["scene_id"], scene["name"]) for scene in listed] == [("my-street", "My Street")]
        use(server, "my-street")
        assert server.client.get("/v1/scenes/okohaus").status_code == 404
        refused = server.upload(street)
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert tree(library) == before


def test_the_page_and_the_listing_of_an_empty_library_need_no_folder_of_the_servers_in_it(tmp_path):
    with serving(tmp_path / "library") as server:
        assert httpx.get(f"{server.client.base_url}/").status_code == 200
        assert server.client.get("/v1/scenes").json() == {"scenes": []}
    assert list((tmp_path / "library").iterdir()) == []
