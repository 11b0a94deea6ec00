"""Scenes over HTTP, as a client meets them."""

import hashlib
import io
import json

import pytest
import soundfile
from PIL import Image
from pydantic import TypeAdapter

from protocol.scene import Scene
from tests.server.api.server_process import events


@pytest.fixture
def scene(server, scene_id):
    return server.client.get(f"/v1/scenes/{scene_id}").json()


def test_a_picture_becomes_a_scene_that_is_listed_and_read(server, scene_id):
    answer = server.client.get(f"/v1/scenes/{scene_id}")
    scene = TypeAdapter(Scene).validate_json(answer.content)
    assert 1 <= len(scene.sources) <= 2
    assert scene == TypeAdapter(Scene).validate_json((server.folder / scene_id / "scene.json").read_bytes())
    listed = {one["scene_id"]: one for one in server.client.get("/v1/scenes").json()["scenes"]}
    assert listed[scene_id]["state"] == "ready"
    assert listed[scene_id]["sources"] == len(scene.sources)


def test_a_scene_that_the_client_has_is_not_sent_again(server, scene_id):
    etag = server.client.get(f"/v1/scenes/{scene_id}").headers["etag"]
    again = server.client.get(f"/v1/scenes/{scene_id}", headers={"If-None-Match": f'W/"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")


def test_a_clip_comes_whole_in_ranges_and_not_twice(server, scene_id, scene):
    clip = scene["sources"][0]["clip"]
    url = f"/v1/scenes/{scene_id}/clips/{clip['sha256']}"
    whole = server.client.get(url)
    assert hashlib.sha256(whole.content).hexdigest() == clip["sha256"]
    assert soundfile.info(io.BytesIO(whole.content)).frames == 48_000
    assert whole.headers["etag"] == f'"{clip["sha256"]}"'
    assert "immutable" in whole.headers["cache-control"]

    part = server.client.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    tail = server.client.get(url, headers={"Range": "bytes=-10", "If-Range": whole.headers["etag"]})
    assert (tail.status_code, tail.content) == (206, whole.content[-10:])
    other = server.client.get(url, headers={"Range": "bytes=-10", "If-Range": '"another"'})
    assert (other.status_code, len(other.content)) == (200, len(whole.content))
    beyond = server.client.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")
    for empty in ("bytes=9-3", "bytes=-0"):
        assert server.client.get(url, headers={"Range": empty}).json()["code"] == "bad_range"
    assert server.client.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    for senseless in ("bytes=x-", "lines=1-2", "bytes=0-1,4-5"):
        assert server.client.get(url, headers={"Range": senseless}).status_code == 422


def test_the_pictures_of_a_scene_can_be_seen(server, scene_id):
    for name, kind in {"panorama": "JPEG", "annotated": "JPEG", "radar": "PNG", "depth": "PNG"}.items():
        answer = server.client.get(f"/v1/scenes/{scene_id}/pictures/{name}")
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.format == kind
        known = server.client.get(answer.url, headers={"If-None-Match": answer.headers["etag"]})
        assert known.status_code == 304


def test_a_source_is_moved_muted_and_renamed(server, scene_id, scene):
    source = scene["sources"][0]
    url = f"/v1/scenes/{scene_id}/sources/{source['id']}"
    moved = server.client.patch(url, json={"azimuth_deg": -42, "distance_m": 4, "muted": True, "label": "Ampel"})
    assert moved.status_code == 200
    expected = {"azimuth_deg": -42.0, "distance_m": 4.0, "distance_sigma_m": 0.2, "muted": True, "label": "Ampel"}
    assert moved.json() == source | expected
    read = server.client.get(f"/v1/scenes/{scene_id}")
    assert read.json()["sources"][0] == moved.json()
    assert read.headers["etag"] == moved.headers["etag"]
    assert server.client.patch(url, json={"muted": False}).json()["muted"] is False


def test_a_change_of_a_state_that_is_no_more_is_refused(server, scene_id, scene):
    url = f"/v1/scenes/{scene_id}/sources/{scene['sources'][0]['id']}"
    seen = server.client.get(f"/v1/scenes/{scene_id}").headers["etag"]
    assert server.client.patch(url, json={"elevation_deg": 1}, headers={"If-Match": seen}).status_code == 200
    late = server.client.patch(url, json={"elevation_deg": 2}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]["elevation_deg"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"azimuth_deg": 180.5},
        {"azimuth_deg": "0"},
        {"distance_m": 0},
        {"distance_m": -1},
        {"distance_m": 1e999},
        {"muted": 1},
        {"clip": None},
        {"kind": "cloud"},
        {"label": ""},
        [],
        "x",
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(server, scene_id, scene, change):
    before = (server.folder / scene_id / "scene.json").read_bytes()
    url = f"/v1/scenes/{scene_id}/sources/{scene['sources'][0]['id']}"
    answer = server.client.patch(url, content=json.dumps(change), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "what", "where", "remedy"}
    assert (server.folder / scene_id / "scene.json").read_bytes() == before


def test_a_source_is_added_voiced_given_another_voice_and_deleted(server, scene_id, scene):
    new = {"label": "church bell", "azimuth_deg": 90, "distance_m": 40, "duration_s": 1}
    answer = server.client.post(f"/v1/scenes/{scene_id}/sources", json=new)
    assert answer.status_code == 202
    source = answer.json()["source"]
    assert (source["id"], source["clip"], source["evidence"]) == ("church-bell-1", None, "given")
    server.done(answer.json()["job"])

    def clip():
        sources = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"]
        return next(one for one in sources if one["id"] == "church-bell-1")["clip"]

    first = clip()
    assert server.client.get(f"/v1/scenes/{scene_id}/clips/{first['sha256']}").status_code == 200
    url = f"/v1/scenes/{scene_id}/sources/church-bell-1"
    job = server.client.post(f"{url}/voice", json={"prompt": "a dog", "seed": 3, "duration_s": 2}).json()
    assert server.done(job)["source_id"] == "church-bell-1"
    second = clip()
    assert second["sha256"] != first["sha256"]
    assert second["duration_s"] == 2
    # What nobody plays any more takes no room.
    assert server.client.get(f"/v1/scenes/{scene_id}/clips/{first['sha256']}").status_code == 404
    assert server.client.delete(url).status_code == 204
    assert server.client.delete(url).status_code == 404
    assert server.client.post(f"{url}/voice", json={}).status_code == 404


def test_ambience_needs_no_distance_and_a_thing_does(server, scene_id):
    url = f"/v1/scenes/{scene_id}/sources"
    assert server.client.post(url, json={"label": "dog"}).status_code == 422
    wind = server.client.post(url, json={"label": "wind", "kind": "ambient", "duration_s": 1}).json()
    server.client.post(f"/v1/jobs/{wind['job']['job_id']}/cancel")
    wind_url = f"{url}/{wind['source']['id']}"
    assert server.client.patch(wind_url, json={"kind": "point"}).status_code == 409
    point = server.client.patch(wind_url, json={"kind": "point", "distance_m": 10}).json()
    assert (point["kind"], point["distance_sigma_m"]) == ("point", 0.5)
    ambient = server.client.patch(wind_url, json={"kind": "ambient"}).json()
    assert (ambient["distance_m"], ambient["distance_sigma_m"]) == (None, None)
    assert server.client.delete(wind_url).status_code == 204


def test_a_scene_is_exported(server, scene_id):
    asked = {"encoding": "flac", "duration_s": 0.5}
    job = server.client.post(f"/v1/scenes/{scene_id}/exports", json=asked).json()
    assert server.client.get(f"/v1/jobs/{job['job_id']}/file").status_code in (200, 409)
    server.done(job)
    answer = server.client.get(f"/v1/jobs/{job['job_id']}/file")
    assert answer.status_code == 200
    sound = soundfile.info(io.BytesIO(answer.content))
    assert (sound.format, sound.frames) == ("FLAC", 24_000)
    part = server.client.get(answer.url, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, answer.content[:4])
    assert server.client.delete(f"/v1/jobs/{job['job_id']}").status_code == 204
    assert server.client.get(answer.url).status_code == 404
    assert not list((server.private / "exports").iterdir())


@pytest.mark.parametrize(
    ("kind", "media_type", "suffix"),
    [("gltf", "model/gltf-binary", ".glb"), ("unity", "application/zip", ".sonorama")],
)
def test_a_place_is_exported_for_other_programs(server, scene_id, kind, media_type, suffix):
    job = server.client.post(f"/v1/scenes/{scene_id}/exports", json={"format": kind}).json()
    server.done(job)
    answer = server.client.get(f"/v1/jobs/{job['job_id']}/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert f"{scene_id}-{kind}{suffix}" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"format": "unity", "lufs": -23}, "lufs"),
        ({"format": "gltf", "duration_s": 1}, "duration_s"),
        ({"format": "adm", "room": True}, "room"),
        ({"order": 3}, "order"),
        ({"format": "stereo", "turn_deg_per_s": 0}, "turn_deg_per_s"),
        ({"format": "adm", "encoding": "flac"}, "encoding"),
        ({"format": "gltf", "encoding": "wav"}, "encoding"),
    ],
)
def test_an_option_that_a_format_does_not_take_is_refused_before_any_job(server, scene_id, asked, where):
    answer = server.client.post(f"/v1/scenes/{scene_id}/exports", json=asked)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (422, "bad_input", where)
    assert "--" not in answer.text


def test_a_head_turns_over_http_as_on_the_command_line(server, scene_id):
    asked = {"turn_deg_per_s": 90, "duration_s": 0.5, "yaw_deg": 10}
    job = server.done(server.client.post(f"/v1/scenes/{scene_id}/exports", json=asked).json())
    assert soundfile.info(io.BytesIO(server.client.get(f"/v1/jobs/{job['job_id']}/file").content)).frames == 24_000


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("seed", 2**32),
        ("hfov_deg", "nan"),
        ("hfov_deg", 361),
        ("projection", "mercator"),
        ("camera_height_m", "inf"),
        ("top", -1),
        ("nearest", 0),
        ("wings", 2),
    ],
)
def test_an_option_of_a_picture_that_is_out_of_bounds_is_refused(server, street, option, value):
    answer = server.upload(street, **{option: value})
    assert answer.status_code == 422
    assert option in answer.json()["where"]


def test_followers_hear_a_scene_made_changed_and_deleted(server, street):
    by_hand = {"sources": [{"label": "dog", "azimuth_deg": 90, "distance_m": 5}]}
    job = server.begun(street, seed=9, top=2, sources=json.dumps(by_hand))
    scene_url, job_url = f"/v1/scenes/{job['scene_id']}", f"/v1/jobs/{job['job_id']}"
    heard = []
    with server.client.stream("GET", f"{scene_url}/events") as stream:
        messages = events(stream)
        for message in messages:
            heard.append(message["type"])
            if message["type"] == "clip_ready":
                break
        # The first clip can be had while the others are being made.
        assert server.job(job["job_id"])["state"] == "running"
        clip = server.client.get(f"{scene_url}/clips/{message['clip']['sha256']}")
        assert hashlib.sha256(clip.content).hexdigest() == message["clip"]["sha256"]
        unfinished = server.client.get(scene_url)
        assert (unfinished.status_code, unfinished.json()["code"]) == (409, "conflict")
        assert "source_located" in heard

        with server.client.stream("GET", f"{job_url}/events") as job_stream:
            assert job_stream.headers["content-type"].startswith("text/event-stream")
            told = list(events(job_stream))
        assert told[0]["type"] == "job_changed"
        assert told[0]["job"]["progress"] is not None
        assert told[-1]["job"]["state"] == "done"
        assert "scene_ready" in [message["type"] for message in told]
        with server.client.stream("GET", f"{job_url}/events") as late:
            assert [message["job"]["state"] for message in events(late)] == ["done"]

        dog = server.client.get(scene_url).json()["sources"][-1]
        assert (dog["id"], dog["azimuth_deg"], dog["evidence"]) == ("dog-1", 90, "given")
        server.client.patch(f"{scene_url}/sources/dog-1", json={"azimuth_deg": 12})
        changed = next(message for message in messages if message["type"] == "source_changed")
        assert changed["source"]["azimuth_deg"] == 12
        assert server.client.delete(f"{scene_url}/sources/dog-1").status_code == 204
        assert next(messages) == {
            "type": "source_removed",
            "scene_id": job["scene_id"],
            "source_id": "dog-1",
        }
        assert server.client.delete(scene_url).status_code == 204
        assert [message["type"] for message in messages] == ["scene_removed"]
    assert server.client.get(scene_url).status_code == 404
    assert server.client.get(f"{scene_url}/events").status_code == 404
    assert not (server.folder / job["scene_id"]).exists()
    assert server.client.get("/v1/jobs", params={"scene_id": job["scene_id"]}).json() == {"jobs": []}


def test_a_scene_that_is_announced_as_ready_can_be_read_at_once(server, street):
    job = server.begun(street, seed=10, top=3)
    scene_url = f"/v1/scenes/{job['scene_id']}"
    with server.client.stream("GET", f"{scene_url}/events") as stream:
        ready = next(event for event in events(stream) if event["type"] == "scene_ready")
        answer = server.client.get(scene_url)
        assert answer.status_code == 200, answer.text
        assert answer.json() == ready["scene"]
        listed = {summary["scene_id"]: summary for summary in server.client.get("/v1/scenes").json()["scenes"]}
        assert listed[job["scene_id"]]["state"] == "ready"
        for source in ready["scene"]["sources"]:
            clip = server.client.get(f"{scene_url}/clips/{source['clip']['sha256']}")
            assert hashlib.sha256(clip.content).hexdigest() == source["clip"]["sha256"]


def test_a_source_whose_long_label_is_cut_at_a_space_gets_an_id(server, scene_id):
    label = "a" * 47 + " bell"
    added = server.client.post(f"/v1/scenes/{scene_id}/sources", json={"label": label, "distance_m": 5})
    assert added.status_code == 202, added.text
    source = added.json()["source"]
    assert (source["id"], source["label"]) == ("a" * 47 + "-1", label)
    server.ended(added.json()["job"])
    assert server.client.delete(f"/v1/scenes/{scene_id}/sources/{source['id']}").status_code == 204


def test_sources_by_hand_that_make_no_sense_are_refused_with_the_picture(server, street):
    bad = server.upload(street, sources="[")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_input")
    assert server.upload(street, preset="grand").json()["where"] == "preset"
