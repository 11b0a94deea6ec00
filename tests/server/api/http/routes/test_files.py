"""Files of scenes that are not what they seem, asked of a real server."""

import io
import os

import pytest
import soundfile

from server.api.streaming.clips import encode_clip
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import serving


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server, a scene's folder, and a file beside the library that nobody may read."""
    import numpy as np

    library = tmp_path_factory.mktemp("files") / "library"
    folder = SceneFolder(library / "street")
    folder.prepare()
    clip = folder.keep_clip("fountain-1", "0" * 16, np.zeros(100, np.float32), loop=True)
    (folder.path / "picture.jpg").write_bytes(b"picture")
    from dataclasses import replace

    folder.save(replace(SCENE, sources=(replace(SCENE.sources[0], clip=clip),)))
    secret = library.parent / "secret.txt"
    secret.write_text("secret")
    with serving(library, worker=("true",)) as server:
        yield server, folder.path, clip, secret


def test_a_clip_is_served_whole_in_parts_and_as_lasting(served):
    server, _, clip, _ = served
    address = f"/v1/scenes/street/clips/{clip.sha256}"
    whole = server.client.get(address)
    assert (whole.status_code, "immutable" in whole.headers["cache-control"]) == (200, True)
    part = server.client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_a_clip_can_be_had_with_16_bits_and_the_samples_of_pcm16(served):
    server, folder, clip, _ = served
    address = f"/v1/scenes/street/clips/{clip.sha256}"
    answer = server.client.get(address, params={"bits": 16})
    samples, rate_hz = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert (soundfile.info(io.BytesIO(answer.content)).subtype, rate_hz) == ("PCM_16", 48_000)
    assert samples.astype("<i2").tobytes() == encode_clip(folder / clip.path, clip.sha256, "pcm16").payload
    known = {"If-None-Match": answer.headers["etag"]}
    assert server.client.get(address, params={"bits": 16}, headers=known).status_code == 304
    assert server.client.get(address, headers=known).status_code == 200
    assert server.client.get(address, params={"bits": 8}).status_code == 422


def test_a_clip_that_is_another_one_now_is_not_served_as_the_old(served):
    server, folder, clip, _ = served
    path = folder / clip.path
    kept = path.read_bytes()
    try:
        path.write_bytes(kept[:-1] + b"?")
        answer = server.client.get(f"/v1/scenes/street/clips/{clip.sha256}")
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (404, False)
    finally:
        path.write_bytes(kept)


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_out_of_a_scene_and_pipes_are_no_files_of_it(served, kind):
    server, folder, clip, secret = served
    for path, address in (
        (folder / clip.path, f"/v1/scenes/street/clips/{clip.sha256}"),
        (folder / "radar.png", "/v1/scenes/street/pictures/radar"),
    ):
        kept = path.read_bytes() if path.exists() else None
        path.unlink(missing_ok=True)
        try:
            if kind == "link":
                path.symlink_to(secret)
            else:
                os.mkfifo(path)
            answer = server.client.get(address)
            assert (answer.status_code, b"secret" in answer.content) == (404, False)
        finally:
            path.unlink()
            if kept is not None:
                path.write_bytes(kept)
