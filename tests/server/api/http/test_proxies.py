"""Behind a proxy: whose headers are believed, and how a browser reaches the server then."""

import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from protocol.errors import InputError
from server.api.http.proxies import Reach
from tests.server.api.server_process import serving

TOKEN = "a-token-that-nobody-guesses"
PUBLIC = "https://sound.example.org"


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("192.0.2.9", {"x-forwarded-for": "198.51.100.1"}, "192.0.2.9"),
        ("10.0.0.1", {}, "10.0.0.1"),
        ("10.0.0.1", {"x-forwarded-for": "198.51.100.1"}, "198.51.100.1"),
        # What a client has written before the proxy is nobody's word.
        ("10.0.0.1", {"x-forwarded-for": "203.0.113.5, 198.51.100.1, 10.0.0.7"}, "198.51.100.1"),
        ("10.0.0.1", {"x-forwarded-for": "nonsense"}, "10.0.0.1"),
        ("10.0.0.1", {"forwarded": 'for=198.51.100.1;proto=https, for="[2001:db8::7]"'}, "2001:db8::7"),
    ],
)
def test_only_a_named_proxy_speaks_for_others(peer, headers, client):
    assert Reach.of(None, ["10.0.0.0/8"]).client(peer, Headers(headers)) == client


@pytest.mark.parametrize(
    ("public_url", "proxies"), [("sound.example.org", []), ("ftp://x", []), ("https://x/?a=1", []), (None, ["nobody"])]
)
def test_what_is_no_address_is_told(public_url, proxies):
    with pytest.raises(InputError, match="is no address"):
        Reach.of(public_url, proxies)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A server that browsers reach as https://sound.example.org/sonorama, by a proxy on this machine."""
    folder = tmp_path_factory.mktemp("proxied") / "library"
    with serving(folder, token=TOKEN, reach=(f"{PUBLIC}/sonorama", ["127.0.0.1"])) as running:
        yield running


def opened(server, path="/v1/stream", **headers):
    address = str(server.client.base_url).replace("http", "ws").rstrip("/")
    # The library sets Host by itself; a second one would be refused.
    return connect(f"{address}{path}", additional_headers=headers, subprotocols=["sonorama.v1"], close_timeout=1)


@pytest.mark.parametrize("origin", [PUBLIC, PUBLIC.upper().replace("HTTPS", "https")])
@pytest.mark.parametrize("path", ["/v1/stream", "/sonorama/v1/stream"])
def test_a_browser_behind_a_proxy_that_ends_tls_is_let_in(proxied, origin, path):
    with opened(proxied, path, Origin=origin) as socket:
        assert socket.subprotocol == "sonorama.v1"
    for method in ("GET", "POST"):
        answer = proxied.client.request(
            method, path.replace("stream", "scenes"), headers={"Origin": origin, "Host": "sound.example.org"}
        )
        assert answer.status_code in (200, 422)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://sound.example.org", "https://sound.example.org:8443", "null"]
)
def test_other_pages_stay_out(proxied, origin):
    with pytest.raises(InvalidStatus) as refusal, opened(proxied, Origin=origin):
        pass
    assert refusal.value.response.status_code == 403


def test_the_prefix_is_taken_away_whether_the_proxy_does_so_or_not(proxied):
    for path in ("/", "/sonorama/", "/page/page.mjs", "/sonorama/page/page.mjs", "/sonorama/healthz"):
        assert proxied.client.get(path).status_code == 200
    assert proxied.client.get("/other/healthz").status_code == 404
    # The page finds its files beside itself.
    page = proxied.client.get("/sonorama/").text
    assert "page/page.mjs" in page
    assert '"/page/page.mjs"' not in page


def test_without_a_named_proxy_its_headers_say_nothing(tmp_path):
    with serving(tmp_path / "library", requests_per_s=0.001, requests_at_once=5) as server:
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost", "Origin": "https://localhost"}
        assert server.client.get("/v1/scenes", headers=headers).status_code == 403
        statuses = [
            server.client.get("/v1/jobs", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
            for number in range(7)
        ]
        assert statuses == [200] * 4 + [429] * 3 or statuses == [200] * 5 + [429] * 2


def test_each_user_of_a_named_proxy_has_a_rate_of_its_own(tmp_path):
    with serving(tmp_path / "library", requests_per_s=0.001, requests_at_once=3, reach=(None, ["127.0.0.1"])) as server:
        for user in ("198.51.100.1", "198.51.100.2"):
            statuses = [server.client.get("/v1/jobs", headers={"X-Forwarded-For": user}).status_code for _ in range(5)]
            assert statuses == [200] * 3 + [429] * 2
        own = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sound.example.org", "Origin": PUBLIC}
        assert server.client.get("/healthz", headers=own | {"X-Forwarded-For": "198.51.100.3"}).status_code == 200
