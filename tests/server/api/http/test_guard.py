"""Who may ask, tried on a real socket."""

import json
import socket
import time
from http.client import HTTPConnection

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.api.http.token import Token
from server.library import SceneFolder
from tests.protocol.test_scene import SCENE
from tests.server.api.server_process import serving
from tests.timing import PATIENCE_S, stretched

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded") / "library"
    with serving(folder, token=TOKEN, body_s=1.0) as running:
        yield running


@pytest.fixture
def stranger(guarded):
    with httpx.Client(base_url=guarded.client.base_url) as client:
        yield client


def test_a_token_is_compared_and_never_shown():
    token = Token(TOKEN)
    assert token.is_right(TOKEN)
    for wrong in ("", TOKEN + "x", TOKEN[:-1], "ä", "\udcff"):
        assert not token.is_right(wrong)
    assert TOKEN not in repr(token)
    assert TOKEN not in repr(vars(token))


def test_without_the_token_there_is_nothing_but_health(guarded, stranger):
    assert stranger.get("/healthz").json() == {"status": "ok"}
    assert stranger.get("/readyz").status_code == 200
    of_a_scene = [f"/v1/scenes/a/{part}" for part in ("live", "pictures/panorama", f"clips/{'0' * 64}")]
    for path in ("/v1/scenes", "/metrics", "/openapi.json", "/nowhere", "/healthz/../v1/scenes", *of_a_scene):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["code"] == "unauthorized"
    assert stranger.get("/v1/scenes", params={"token": TOKEN}).status_code == 401
    assert stranger.get("/v1/scenes", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
    assert guarded.client.get("/v1/scenes").status_code == 200


def test_neither_tokens_nor_queries_are_logged(guarded, stranger):
    stranger.get("/v1/jobs", params={"scene_id": "a-secret-query"}, headers={"Authorization": "Bearer wrong-token"})
    until_s = time.monotonic() + PATIENCE_S
    while '"/v1/jobs"' not in guarded.log() and time.monotonic() < until_s:
        time.sleep(0.01)
    for secret in ("wrong-token", TOKEN, "a-secret-query"):
        assert secret not in guarded.log()
    lines = [json.loads(line) for line in guarded.log().splitlines()]
    (line,) = [line for line in lines if line.get("path") == "/v1/jobs"]
    assert (line["message"], line["status"], line["method"]) == ("answered", 401, "GET")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "file://"])
def test_pages_from_elsewhere_are_refused(server, origin):
    for method in ("GET", "POST", "DELETE"):
        answer = server.client.request(method, "/v1/scenes", headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    address = str(server.client.base_url).replace("http", "ws")
    with pytest.raises(InvalidStatus) as refusal, connect(f"{address}/v1/stream", origin=origin):
        pass
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("wanted", ["image", "audio", "script", "iframe", "empty", "document"])
def test_what_a_page_from_elsewhere_embeds_is_refused(server, scene_id, site, wanted):
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": wanted, "Sec-Fetch-Mode": "no-cors"}
    for path in (f"/v1/scenes/{scene_id}/pictures/panorama", "/v1/scenes", "/page/page.js", "/"):
        assert server.client.get(path, headers=headers).status_code == 403
    # To follow a link to the page is no harm; to be led to a scene's picture might be.
    link = headers | {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert server.client.get("/", headers=link).status_code == 200
    assert server.client.get("/v1/scenes", headers=link).status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_servers_own_page_embeds_is_told_to_be_for_it_alone(server, scene_id, site):
    answer = server.client.get(f"/v1/scenes/{scene_id}/pictures/panorama", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.headers["cross-origin-resource-policy"]) == (200, "same-origin")


def test_a_page_of_the_servers_own_is_let_in(server):
    own = str(server.client.base_url).rstrip("/")
    assert server.client.get("/v1/scenes", headers={"Origin": own}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "[::1", "127.0.0.1.evil.example", ""])
def test_a_name_that_was_pointed_here_is_refused(server, host):
    assert server.client.get("/v1/scenes", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:1234", "[::1]", "LOCALHOST"])
def test_the_loopback_has_several_names(server, host):
    assert server.client.get("/v1/scenes", headers={"Host": host}).status_code == 200


def test_who_asks_too_often_is_made_to_wait(tmp_path):
    with serving(tmp_path / "library", requests_per_s=0.001, requests_at_once=5) as server:
        statuses = [server.client.get("/v1/jobs").status_code for _ in range(8)]
        assert statuses == [200] * 5 + [429] * 3


def test_what_is_too_much_is_refused_and_leaves_nothing(street, tmp_path):
    with serving(tmp_path / "library", upload_bytes=200_000, body_bytes=1000, waiting_jobs=0) as server:
        said = server.client.post("/v1/scenes/x/sources", content=b" " * 1001)
        assert (said.status_code, said.json()["code"]) == (413, "too_large")
        headers = {"Content-Type": "application/json"}
        streamed = server.client.post("/v1/scenes/x/sources", content=iter([b" " * 600] * 2), headers=headers)
        assert (streamed.status_code, streamed.json()["code"]) == (413, "too_large")
        form = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        upload = server.client.post("/v1/scenes", content=iter([form, *[b"0" * 60_000] * 4]), headers=kind)
        assert (upload.status_code, upload.json()["code"]) == (413, "too_large")
        small = server.client.post("/v1/scenes", content=iter([form, b"0" * 60_000, b"\r\n--x--\r\n"]), headers=kind)
        assert (small.status_code, small.json()["code"]) == (422, "bad_input")
        # One job too many; nothing of what it would have been for is left.
        folder = SceneFolder(server.folder / "street")
        folder.prepare()
        folder.save(SCENE)
        added = server.client.post("/v1/scenes/street/sources", json={"label": "dog", "distance_m": 4})
        assert (added.status_code, added.json()["code"]) == (429, "too_many")
        assert folder.scene() == SCENE
        answer = server.upload(street)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
        assert not list((server.private / "uploads").iterdir())


def test_who_never_finishes_asking_is_let_go(guarded):
    url = guarded.client.base_url
    with socket.create_connection((url.host, url.port), timeout=PATIENCE_S) as slow:
        slow.sendall(
            f"POST /v1/scenes HTTP/1.1\r\nHost: {url.host}\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x".encode()
        )
        began_s = time.monotonic()
        answer = b""
        while part := slow.recv(4096):
            answer += part
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"too_slow" in answer
        assert time.monotonic() - began_s < stretched(20.0)


TRAVERSALS = [
    *("..", "a/../b", "%2e%2e", "..%2f..%2fetc", "%2fetc%2fpasswd", ".sonorama", "a%00b", "A", "a" * 65, "%c3%a4"),
]


def raw_status(server, method, path):
    """The answer to a path as it stands; most clients would tidy it."""
    url = server.client.base_url
    connection = HTTPConnection(url.host, url.port, timeout=PATIENCE_S)
    connection.request(method, path)
    with connection.getresponse() as answer:
        answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize("name", TRAVERSALS)
def test_an_id_never_leads_out_of_the_library(server, scene_id, name):
    for path in (
        f"/v1/scenes/{name}",
        f"/v1/scenes/{name}/pictures/panorama",
        f"/v1/scenes/{scene_id}/pictures/{name}",
        f"/v1/scenes/{scene_id}/clips/{name}",
        f"/v1/jobs/{name}",
        f"/v1/jobs/{name}/file",
    ):
        assert raw_status(server, "GET", path) in (404, 422), path
    assert raw_status(server, "DELETE", f"/v1/scenes/{name}") in (404, 422)
    assert server.private.is_dir()


def test_a_folder_that_is_no_scene_is_not_served(server):
    (server.folder / "mine").mkdir()
    (server.folder / "mine" / "picture.jpg").write_bytes(b"mine")
    assert "mine" not in [one["scene_id"] for one in server.client.get("/v1/scenes").json()["scenes"]]
    assert server.client.delete("/v1/scenes/mine").status_code == 404
    assert server.client.get("/v1/scenes/mine/pictures/panorama").status_code == 404


def test_a_stream_without_an_upgrade_is_told_what_it_needs(server):
    answer = server.client.get("/v1/stream")
    assert (answer.status_code, answer.headers["upgrade"], answer.json()["code"]) == (
        426, "websocket", "upgrade_required"
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/healthz", "/v1/scenes", "/v1/scenes/{scene_id}", "/"])
def test_what_can_be_read_can_be_asked_after(server, scene_id, path):
    path = path.format(scene_id=scene_id)
    asked, read = server.client.head(path), server.client.get(path)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == str(len(read.content))
    assert asked.headers["content-type"] == read.headers["content-type"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/scenes", "GET, HEAD, POST"),
        ("DELETE", "/healthz", "GET, HEAD"),
        ("GET", "/v1/scenes/{scene_id}/sources/x", "DELETE, PATCH"),
    ],
)
def test_who_asks_in_a_way_that_is_not_taken_is_told_all_that_are(server, scene_id, method, path, allowed):
    answer = server.client.request(method, path.format(scene_id=scene_id))
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_change_may_name_several_states(server, scene_id):
    etag = server.client.get(f"/v1/scenes/{scene_id}").headers["etag"]
    source_id = server.client.get(f"/v1/scenes/{scene_id}").json()["sources"][0]["id"]
    for given, status in ((f'"x", {etag}', 200), ("*", 200), (f"W/{etag}", 412), ('"x", "y"', 412)):
        change = server.client.patch(
            f"/v1/scenes/{scene_id}/sources/{source_id}", json={"muted": False}, headers={"If-Match": given}
        )
        assert change.status_code == status
