"""Bytes that no client would send: none of them takes the server down, or is taken for something."""

import json
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.api.server_process import serving
from tests.timing import PATIENCE_S

PATHS = [
    ("POST", "/v1/scenes"),
    ("POST", "/v1/scenes/street/sources"),
    ("PATCH", "/v1/scenes/street/sources/dog-1"),
    ("POST", "/v1/scenes/street/sources/dog-1/voice"),
    ("POST", "/v1/scenes/street/exports"),
]
KINDS = ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/x"]
PARTS = st.sampled_from(
    [
        *(b"--x\r\n", b"--x--\r\n", b"\r\n\r\n", b'Content-Disposition: form-data; name="image"; filename="a"\r\n'),
        *(b'Content-Disposition: form-data; name="top"\r\n', b"Content-Type: image/png\r\n", b"\x89PNG\r\n\x1a\n"),
        *(b"II*\0\x08\0\0\0", b"#?RADIANCE\n\n-Y 9 +X 9\n", b"RIFF\0\0\0\0WEBPVP8 ", b"\xff\xd8\xff\xe1"),
    ]
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.lists(st.one_of(PARTS, st.binary(max_size=20)), max_size=12).map(b"".join),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.fixture(scope="module")
def sturdy(tmp_path_factory):
    with serving(
        tmp_path_factory.mktemp("sturdy") / "library", worker=("true",), requests_per_s=1e6, requests_at_once=1e6
    ) as running:
        yield running


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(where=st.sampled_from(PATHS), kind=st.sampled_from(KINDS), body=BODIES)
def test_no_body_breaks_the_server(sturdy, where, kind, body):
    method, path = where
    answer = sturdy.client.request(method, path, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (202, 400, 404, 409, 422), (answer.status_code, sturdy.log()[-2000:])
    if answer.status_code != 202:
        assert set(answer.json()) == {"code", "what", "where", "remedy"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from([b"GET / HTTP/1.1\r\n", b"Host: localhost\r\n", b"\r\n", b"Content-Length: -1\r\n", b"Range: "])
        | st.binary(max_size=40),
        max_size=8,
    ).map(b"".join)
)
def test_no_request_line_breaks_the_server(sturdy, sent):
    url = sturdy.client.base_url
    with socket.create_connection((url.host, url.port), timeout=PATIENCE_S) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def test_it_is_still_well_and_has_logged_no_failure(sturdy):
    assert sturdy.client.get("/readyz").status_code == 200
    assert '"level": "error"' not in sturdy.log()
    assert "Traceback" not in sturdy.log()
