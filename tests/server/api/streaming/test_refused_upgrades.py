"""Upgrades to WebSocket that are refused: an answer for the client, and no error in the log."""

import json
import socket

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.server.api.server_process import serving
from tests.server.api.wire import raw_socket
from tests.timing import PATIENCE_S


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served") / "library") as running:
        yield running


@pytest.mark.parametrize(
    ("host", "path", "headers", "status"),
    [
        ("127.0.0.1", "/v1/stream", {"Origin": "https://evil.example"}, 403),
        ("evil.example", "/v1/stream", {}, 421),
        ("127.0.0.1", "/v1/stream/", {}, 404),
    ],
)
def test_a_refused_upgrade_is_an_answer_and_no_fault_of_the_server(server, host, path, headers, status):
    address = server.client.base_url
    with (
        socket.create_connection((address.host, address.port)) as opened,
        pytest.raises(InvalidStatus) as refused,
    ):
        connect(f"ws://{host}:{address.port}{path}", sock=opened, additional_headers=headers, open_timeout=PATIENCE_S)
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body)["where"] == path
    assert server.client.get("/healthz").status_code == 200
    assert errors(server) == []


def errors(server):
    return [line for line in map(json.loads, server.log().splitlines()) if line["level"] == "error"]


@pytest.mark.parametrize("frames", [[b'{"type":"\xff"}'], [b"\xce\xba\xed", b"\xa0\x80edited"]])
def test_text_that_is_none_closes_the_connection_and_is_no_fault_of_the_server(server, frames):
    with raw_socket(server) as opened:
        opened.send(iter(frames), text=True)
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=PATIENCE_S)
        assert closed.value.rcvd.code == 1007
    assert errors(server) == []
