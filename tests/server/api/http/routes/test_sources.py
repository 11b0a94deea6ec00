"""Which preset voices a source that is added."""

from protocol.scene import Scene
from server.api.jobs.orders import Voice
from server.api.jobs.store import JobStore
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import serving


def keep_scene(folder, preset):
    scene_folder = SceneFolder(folder)
    scene_folder.prepare()
    if preset:
        scene_folder.keep_preset(preset)
    scene_folder.save(SCENE)
    assert isinstance(scene_folder.scene(), Scene)


def test_a_source_is_voiced_by_the_preset_of_its_scene_whoever_made_it_and_after_a_restart(tmp_path):
    library = tmp_path / "library"
    # Made by whichever command: no job of this server knows of them.
    for name, preset in {"street": "full", "square": None, "park": "bygone"}.items():
        keep_scene(library / name, preset)
    new = {"label": "dog", "distance_m": 3, "duration_s": 1}
    jobs = {}
    with serving(library, worker=("false",), presets=("embedded", "small", "full")) as server:
        for name in ("street", "square", "park"):
            jobs[name] = server.client.post(f"/v1/scenes/{name}/sources", json=new).json()["job"]["job_id"]
        server.kill()
        server.start()
        jobs["restarted"] = server.client.post("/v1/scenes/street/sources", json=new).json()["job"]["job_id"]
        url = f"/v1/scenes/street/sources/{SCENE.sources[0].id}/voice"
        jobs["again"] = server.client.post(url, json={"duration_s": 1}).json()["job_id"]
    store = JobStore(server.private / "jobs.sqlite3")
    voices = {name: store.request(job_id) for name, job_id in jobs.items()}
    store.close()
    assert all(isinstance(voice, Voice) for voice in voices.values())
    assert {name: voice.preset for name, voice in voices.items()} == {
        "street": "full",
        "square": "embedded",
        "park": "embedded",
        "restarted": "full",
        "again": "full",
    }
