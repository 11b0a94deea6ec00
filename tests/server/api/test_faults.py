"""Workers and servers that are killed, disks that are full, pictures that are bad: what was promised is kept."""

import io
import json
import os
import signal
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from server.api.serving import STOP_S
from tests.server.api.server_process import WORKER, children, events, serving
from tests.timing import PATIENCE_S, stretched

STAGES = ("start", "propose", "clip_ready")
NO_PIXELS = b"#?RADIANCE\n\n-Y 100 +X 200\n"
LONG = {"top": 2, "duration_s": 5}


def wait_for(server, job, stage):
    """Return as soon as the job has come to a stage."""
    if stage == "start":
        server.when(job, lambda job: job["state"] == "running")
        return
    with server.client.stream("GET", f"/v1/jobs/{job['job_id']}/events") as stream:
        for message in events(stream):
            if stage in (message["type"], message.get("stage")):
                return
    pytest.fail(f"the job ended before {stage}")


def clips(server, job):
    return {path: path.stat().st_mtime_ns for path in (server.folder / job["scene_id"] / "clips").glob("[!.]*.wav")}


def assert_whole(server, job):
    """The scene is complete, its clips are sound files, and nothing half-written lies about."""
    folder = server.folder / job["scene_id"]
    scene = server.client.get(f"/v1/scenes/{job['scene_id']}").json()
    assert scene["sources"]
    for source in scene["sources"]:
        clip = source["clip"]
        assert soundfile.info(folder / clip["path"]).frames == clip["duration_s"] * 48_000
    assert list(folder.rglob(".*")) == []
    assert not list((server.private / "uploads").iterdir())


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("faulty") / "library") as running:
        yield running


def test_a_killed_worker_is_told_of_and_its_job_goes_on_when_retried(faulty, street):
    job = faulty.begun(street, **LONG)
    for stage in STAGES:
        wait_for(faulty, job, stage)
        os.kill(faulty.worker_pid(), signal.SIGKILL)
        ended = faulty.ended(job)
        assert (ended["state"], ended["problem"]["code"]) == ("failed", "worker_killed")
        assert "memory" in ended["problem"]["what"]
        assert faulty.client.get("/readyz").status_code == 200
        scenes = faulty.client.get("/v1/scenes").json()["scenes"]
        (listed,) = (scene for scene in scenes if scene["scene_id"] == job["scene_id"])
        assert (listed["state"], listed["sources"], listed["job_id"]) == ("unfinished", None, job["job_id"])
        kept = clips(faulty, job)
        assert faulty.client.post(f"/v1/jobs/{job['job_id']}/retry").status_code == 202
    assert kept
    faulty.done(job)
    assert kept.items() <= clips(faulty, job).items()
    assert_whole(faulty, job)
    assert faulty.client.post(f"/v1/jobs/{job['job_id']}/retry").status_code == 409


def test_a_stopped_server_goes_on_with_what_it_had_promised(street, tmp_path):
    with serving(tmp_path / "library") as server:
        job = server.begun(street, **LONG)
        behind = server.begun(NO_PIXELS)
        for stage, number in zip(STAGES, (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL), strict=True):
            wait_for(server, job, stage)
            worker = server.worker_pid()
            kept = clips(server, job)
            assert server.kill(number) == (0 if number == signal.SIGTERM else -number)
            server.start()
            # The next server waits for the last worker of the one before.
            assert not Path(f"/proc/{worker}").exists() or ") Z " in Path(f"/proc/{worker}/stat").read_text()
        assert kept
        # A server that stops of its own will takes its job back.
        assert server.done(job)["attempts"] == 3
        assert kept.items() <= clips(server, job).items()
        assert server.ended(behind)["problem"]["code"] == "bad_input"
        assert server.client.delete(f"/v1/jobs/{behind['job_id']}").status_code == 204
        assert_whole(server, job)


def test_a_cancelled_job_ends_at_once_and_the_next_one_runs(faulty, street):
    job = faulty.begun(street, seed=20, **LONG)
    behind = faulty.begun(NO_PIXELS)
    dropped = faulty.begun(street, seed=22)
    wait_for(faulty, job, "propose")
    assert faulty.client.delete(f"/v1/scenes/{job['scene_id']}").status_code == 409
    assert faulty.client.delete(f"/v1/jobs/{job['job_id']}").status_code == 409
    worker = faulty.worker_pid()
    for one in (dropped, job):
        cancelled = faulty.client.post(f"/v1/jobs/{one['job_id']}/cancel")
        assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
        assert faulty.client.post(f"/v1/jobs/{one['job_id']}/cancel").status_code == 409
    assert worker not in children(faulty.process.pid)
    assert faulty.ended(behind)["problem"]["code"] == "bad_input"
    assert faulty.client.delete(f"/v1/scenes/{behind['scene_id']}").status_code == 204
    assert faulty.job(job["job_id"])["state"] == "cancelled"
    assert faulty.job(dropped["job_id"])["attempts"] == 0
    assert faulty.client.delete(f"/v1/scenes/{job['scene_id']}").status_code == 204
    assert faulty.client.delete(f"/v1/scenes/{dropped['scene_id']}").status_code == 204
    assert not list((faulty.private / "uploads").iterdir())


def test_a_disk_that_is_full_fails_the_job_with_a_reason_and_leaves_no_half_clip(street, tmp_path):
    # No file may grow beyond 4 MB: enough for what the stages keep, not for a clip of half a minute.
    with serving(tmp_path / "library", worker=("prlimit", "--fsize=4000000", *WORKER)) as server:
        job = server.begun(street, top=1, duration_s=30)
        ended = server.ended(job)
        assert ended["state"] == "failed"
        assert "can't be written (file too large)" in ended["problem"]["what"]
        assert ended["problem"]["where"].startswith("clips/")
        assert str(tmp_path) not in json.dumps(ended)
        assert clips(server, job) == {}
        assert not list((server.folder / job["scene_id"] / "clips").glob(".*"))


def test_an_upload_to_a_full_disk_is_refused_and_promised_nothing(street, tmp_path):
    with serving(tmp_path / "library") as server:
        _limit_file_size(server.process.pid, 20_000)
        answer = server.upload(street)
        assert (answer.status_code, answer.json()["code"]) == (507, "full")
        assert server.client.get("/v1/jobs").json() == {"jobs": []}
        assert not list((server.private / "uploads").iterdir())
        _limit_file_size(server.process.pid, -1)
        server.begun(street)


def test_the_end_of_a_job_is_kept_once_the_disk_has_room_for_it(street, tmp_path):
    with serving(tmp_path / "library", worker=("sleep", "1")) as server:
        job = server.begun(street)
        worker = server.worker_pid()
        _limit_file_size(server.process.pid, 1)
        while Path(f"/proc/{worker}").exists():
            time.sleep(0.01)
        time.sleep(stretched(0.2))
        assert server.job(job["job_id"])["state"] == "running"
        _limit_file_size(server.process.pid, -1)
        assert server.ended(job)["problem"]["code"] == "worker_crashed"


def _limit_file_size(pid, most_bytes):
    import resource

    limit = resource.RLIM_INFINITY if most_bytes < 0 else most_bytes
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


BAD_WORKERS = {
    "import os; os.abort()": "SIGABRT",
    "raise SystemExit(3)": "exit status 3",
    "print('x' * 100)": "without an answer",
    "print('x' * 20_000_000)": "",
    "": "can't be started",
}


def test_workers_that_make_no_sense_fail_their_jobs_and_nothing_else(street, tmp_path):
    worker = tmp_path / "worker"
    with serving(tmp_path / "library", worker=[str(worker)]) as server:
        for text, words in BAD_WORKERS.items():
            worker.unlink(missing_ok=True)
            if text:
                _write_program(worker, text)
            ended = server.ended(server.begun(street))
            assert (ended["state"], ended["problem"]["code"]) == ("failed", "worker_crashed")
            assert words in ended["problem"]["what"]
            assert server.client.get("/readyz").status_code == 200


def test_a_worker_that_will_not_stop_is_killed(street, tmp_path):
    worker, ready = tmp_path / "worker", tmp_path / "ready"
    _write_program(
        worker,
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(600)",
    )
    with serving(tmp_path / "library", worker=[str(worker)]) as server:
        job = server.begun(street)
        until_s = time.monotonic() + PATIENCE_S
        while not ready.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        assert server.client.post(f"/v1/jobs/{job['job_id']}/cancel").status_code == 202
        assert children(server.process.pid) == []


def _write_program(path, text):
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o700)


def test_a_second_server_on_the_same_folder_says_so(faulty):
    from protocol.errors import InputError
    from server.api.scenes.folder_lock import FolderLock

    with pytest.raises(InputError, match="is being served already"):
        FolderLock(faulty.private / "lock", served=faulty.folder, wait_s=0.1)


def png_of(width_px, height_px):
    """A small file that unpacks to as many pixels as its header says, all black."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width_px)
    packed = b"".join(packer.compress(row) for _ in range(min(height_px, 200))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"", "is empty"),
        (b"hello, I am a text\n" * 100, "is not a picture"),
        (png_of(60_000, 60_000), "million pixels"),
        (b"#?RADIANCE\n\n-Y 99999 +X 99999\n", "million pixels"),
        (b"#?RADIANCE\n", "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"II*\0\xff\xff\xff\xff", ""),
    ],
    ids=["empty", "text", "bomb", "radiance bomb", "radiance", "stub", "tiff"],
)
def test_what_is_no_picture_is_refused_at_once(faulty, picture, words):
    answer = faulty.upload(picture)
    assert answer.status_code == 422
    assert words in answer.json()["what"]
    assert answer.json()["where"] == "image"
    assert not list((faulty.private / "uploads").iterdir())


def test_a_picture_that_is_cut_short_fails_its_job_with_the_reason(faulty, street):
    ended = faulty.ended(faulty.begun(street[: len(street) // 2]))
    assert (ended["state"], ended["problem"]["code"]) == ("failed", "bad_input")
    assert "cut short" in ended["problem"]["what"]
    assert ended["problem"]["where"] == "the file"


def test_a_picture_of_an_impossible_shape_fails_its_job_with_the_reason(faulty):
    file = io.BytesIO()
    Image.fromarray(np.zeros((20, 400, 3), np.uint8)).save(file, "PNG")
    ended = faulty.ended(faulty.begun(file.getvalue()))
    assert (ended["state"], ended["problem"]["code"]) == ("failed", "bad_input")


def test_a_server_that_stops_ends_its_streams(tmp_path):
    (tmp_path / "library" / "street" / "work").mkdir(parents=True)
    with serving(tmp_path / "library") as server:
        with server.client.stream("GET", "/v1/scenes/street/events") as stream:
            server.process.send_signal(signal.SIGTERM)
            began_s = time.monotonic()
            assert list(events(stream)) == []
        server.process.wait(PATIENCE_S)
        # Well within the time that answers are given to end by themselves.
        assert time.monotonic() - began_s < 0.8 * STOP_S
