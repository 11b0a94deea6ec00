"""The configuration of nginx that the documentation gives, before a real server."""

import json
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.server.api.server_process import serving
from tests.timing import PATIENCE_S

CONFIGURATION = Path(__file__).parents[4] / "docs" / "how-to" / "operate" / "nginx.conf"
TOKEN = "a-token-that-nobody-guesses"
PUBLIC = "https://sound.example.org"

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx or openssl is not installed"
)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """The port of nginx, and what trusts its certificate."""
    folder = tmp_path_factory.mktemp("nginx")
    command = (
        "openssl req -x509 -newkey ed25519 -nodes -days 1 -subj /CN=sound.example.org -keyout key.pem -out cert.pem"
    )
    names = ["-addext", "subjectAltName=DNS:sound.example.org"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serving(folder / "library", token=TOKEN, reach=(f"{PUBLIC}/sonorama", ["127.0.0.1"])) as server:
        given = CONFIGURATION.read_text("utf-8")
        for old, new in (
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("127.0.0.1:8765;", f"127.0.0.1:{server.client.base_url.port};"),
            ("/etc/ssl/sound.example.org.pem", str(folder / "cert.pem")),
            ("/etc/ssl/sound.example.org.key", str(folder / "key.pem")),
        ):
            assert old in given
            given = given.replace(old, new)
        paths = "".join(
            f"{kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = f"daemon off;\nworker_processes 1;\npid {folder / 'pid'};\nerror_log {folder / 'log'};\n"
        whole += f"events {{}}\nhttp {{\naccess_log off;\n{paths}{given}}}\n"
        (folder / "nginx.conf").write_text(whole)
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.PIPE)
        context = ssl.create_default_context(cafile=folder / "cert.pem")
        context.check_hostname = False
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert nginx.poll() is None, nginx.stderr.read()
                assert time.monotonic() < until_s
                time.sleep(0.02)
        try:
            yield port, context
        finally:
            nginx.terminate()
            nginx.communicate()


def asked(proxied, path, *, method="GET", origin=PUBLIC):
    port, context = proxied
    headers = {"Host": "sound.example.org", "Origin": origin, "Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(verify=context, timeout=PATIENCE_S) as client:
        return client.request(method, f"https://127.0.0.1:{port}{path}", headers=headers)


def test_pages_scenes_and_changes_come_through(proxied):
    assert asked(proxied, "/sonorama").headers["location"].endswith("/sonorama/")
    assert "page/page.mjs" in asked(proxied, "/sonorama/").text
    assert asked(proxied, "/sonorama/v1/scenes").json() == {"scenes": []}
    assert asked(proxied, "/sonorama/v1/scenes", method="POST").status_code == 422


def test_other_pages_stay_out(proxied):
    assert asked(proxied, "/sonorama/v1/scenes", origin="https://evil.example").status_code == 403


def opened(line, context, origin):
    return connect(
        "wss://sound.example.org/sonorama/v1/stream",
        sock=line, ssl=context, server_hostname="sound.example.org", origin=origin, subprotocols=["sonorama.v1"],
    )  # fmt: skip


def test_websockets_of_the_page_come_through(proxied):
    port, context = proxied
    with socket.create_connection(("127.0.0.1", port)) as line, opened(line, context, PUBLIC) as stream:
        stream.send(json.dumps({"type": "hello", "seq": 1, "majors": [1], "client": "page", "token": TOKEN}))
        assert json.loads(stream.recv(timeout=PATIENCE_S))["type"] == "welcome"


def test_websockets_of_other_pages_do_not(proxied):
    port, context = proxied
    with (
        socket.create_connection(("127.0.0.1", port)) as line,
        pytest.raises(InvalidStatus) as refusal,
        opened(line, context, "https://evil.example"),
    ):
        pass
    assert refusal.value.response.status_code == 403
