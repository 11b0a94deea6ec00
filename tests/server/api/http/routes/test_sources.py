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


def test_the_id_of_a_deleted_source_is_nobody_elses_and_no_old_job_reaches_another_one(tmp_path):
    library = tmp_path / "library"
    keep_scene(library / "street", None)
    new = {"label": "dog", "distance_m": 3, "duration_s": 1}
    with serving(library, worker=("false",)) as server:
        first = server.client.post("/v1/scenes/street/sources", json=new).json()
        assert server.client.delete(f"/v1/scenes/street/sources/{first['source']['id']}").status_code == 204
        server.kill()
        server.start()
        second = server.client.post("/v1/scenes/street/sources", json=new).json()
        assert (first["source"]["id"], second["source"]["id"]) == ("dog-1", "dog-2")
        server.ended(first["job"])
        server.client.post(f"/v1/jobs/{first['job']['job_id']}/retry")
        assert server.ended(first["job"])["state"] == "failed"


def test_a_job_is_retried_only_as_long_as_the_queue_has_room(tmp_path):
    library = tmp_path / "library"
    keep_scene(library / "street", None)
    with serving(library, worker=("sleep", "60"), waiting_jobs=1) as server:
        jobs = [server.client.post("/v1/scenes/street/exports", json={}).json()["job_id"]]
        server.when({"job_id": jobs[0]}, lambda job: job["state"] == "running")
        jobs.append(server.client.post("/v1/scenes/street/exports", json={}).json()["job_id"])
        assert server.client.post(f"/v1/jobs/{jobs[1]}/cancel").status_code == 202
        third = server.client.post("/v1/scenes/street/exports", json={})
        assert third.status_code == 202
        retried = server.client.post(f"/v1/jobs/{jobs[1]}/retry")
        assert (retried.status_code, retried.json()["code"]) == (429, "too_many")
