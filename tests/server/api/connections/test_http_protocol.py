"""Clients that are slow, silent or too many, on real sockets."""

import json
import select
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from protocol.wire.control import CloseCode
from tests.server.api.server_process import serving
from tests.timing import PATIENCE_S

HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server that waits for nobody, with few places."""
    folder = tmp_path_factory.mktemp("hasty") / "library"
    with serving(
        folder,
        budgets={"strangers": 8, "requests": 8, "listeners": 8, "of_one_address": 64},
        deadlines={"head_s": 1.0, "write_s": 1.0},
        body_grace_s=1.0,
    ) as running:
        yield running


def dialled(server) -> socket.socket:
    url = server.client.base_url
    return socket.create_connection((url.host, url.port), timeout=PATIENCE_S)


def all_said(line: socket.socket) -> bytes:
    """What the server says until it ends the connection."""
    said = b""
    try:
        while part := line.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return said


@pytest.mark.parametrize(
    "beginning",
    [b"", HEAD, HEAD + b"X-A: aaa", HEAD.replace(b"/healthz", b"/v1/stream") + b"Upgrade: websocket\r\n"],
    ids=["nothing", "half a head", "half a line", "half an upgrade"],
)
def test_a_head_that_does_not_come_ends_the_connection(hasty, beginning):
    with dialled(hasty) as line:
        line.sendall(beginning)
        assert all_said(line) == b""


def test_a_head_that_drips_ends_the_connection(hasty):
    with dialled(hasty) as line:
        line.sendall(HEAD + b"X-A: ")
        until_s = time.monotonic() + PATIENCE_S
        with suppress(ConnectionError):
            while time.monotonic() < until_s:
                line.sendall(b"a")
                time.sleep(0.1)
        assert time.monotonic() < until_s


def test_a_head_after_an_answer_has_the_same_deadline(hasty):
    with dialled(hasty) as line:
        line.sendall(HEAD + b"\r\n" + HEAD)
        assert all_said(line).count(b"HTTP/1.1 200") == 1


def test_a_body_that_drips_is_refused(hasty):
    with dialled(hasty) as line:
        line.sendall(
            b"POST /v1/scenes/x/sources HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 5000\r\n\r\n{"
        )
        said = all_said(line)
        assert said.startswith(b"HTTP/1.1 408")
        assert json.loads(said.partition(b"\r\n\r\n")[2])["code"] == "too_slow"


def test_a_websocket_without_hello_ends(hasty):
    address = str(hasty.client.base_url).replace("http", "ws")
    with connect(f"{address}/v1/stream", subprotocols=["sonorama.v1"], close_timeout=0) as silent:
        with pytest.raises(ConnectionClosed) as closed:
            silent.recv(timeout=PATIENCE_S)
        assert closed.value.rcvd.code == CloseCode.TIMED_OUT


def test_silent_strangers_keep_nobody_out(hasty):
    silent = [dialled(hasty) for _ in range(40)]
    try:
        for _ in range(3):
            assert httpx.get(f"{hasty.client.base_url}/v1/scenes", timeout=PATIENCE_S).status_code == 200
    finally:
        for line in silent:
            line.close()


def test_listeners_that_are_too_many_are_refused_in_words_and_requests_are_answered(hasty):
    wanted = str(hasty.client.base_url).replace("http", "ws") + "/v1/stream"
    with ExitStack() as listeners:
        for _ in range(8):
            listener = listeners.enter_context(connect(wanted, subprotocols=["sonorama.v1"], close_timeout=0))
            listener.send(json.dumps({"type": "hello", "seq": 1, "majors": [1], "client": "listener"}))
            assert json.loads(listener.recv(timeout=PATIENCE_S))["type"] == "welcome"
        with pytest.raises(InvalidStatus) as refusal, connect(wanted, subprotocols=["sonorama.v1"]):
            pass
        answer = refusal.value.response
        assert (answer.status_code, json.loads(answer.body)["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert hasty.client.get("/v1/scenes").status_code == 200
        assert hasty.client.get("/healthz").status_code == 200


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_a_handshake_of_tls_has_the_same_deadline(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ed25519 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out certificate.pem"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    with serving(tmp_path / "library", deadlines={"head_s": 1.0}, tls=(str(certificate), str(key))) as server:
        url = server.client.base_url
        assert url.scheme == "https"
        with dialled(server) as silent:
            assert all_said(silent) == b""
        with dialled(server) as plain:
            plain.sendall(HEAD + b"\r\n")
            assert b"HTTP" not in all_said(plain)
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        assert httpx.get(f"{url}/healthz", verify=context, timeout=PATIENCE_S).json() == {"status": "ok"}
        with dialled(server) as raw, context.wrap_socket(raw) as line:
            # Encrypted, but silent.
            assert all_said(line) == b""


def test_an_answer_that_nobody_reads_is_given_up(hasty):
    watch = select.poll()
    with dialled(hasty) as line:
        watch.register(line, select.POLLHUP | select.POLLERR)
        line.sendall((HEAD.replace(b"/healthz", b"/openapi.json") + b"\r\n") * 400)
        # Nothing is read, and yet it is known: the server has cut the connection.
        assert watch.poll(PATIENCE_S * 1000)
