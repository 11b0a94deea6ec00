"""``sonorama serve`` as a person meets it."""

import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import time

import httpx
import pytest
from websockets.sync.client import connect

from server.api.scenes.folder_lock import FolderLock
from server.api.serving import open_listening_socket
from server.api.state import private_folder, state_dir
from tests.server.api.wire import Wire
from tests.server.cli.command import SONORAMA
from tests.server.client.scenes import noisy_scene
from tests.timing import PATIENCE_S


def serve(*arguments, **options):
    return subprocess.Popen([SONORAMA, "serve", *map(str, arguments), "--port", "0"], **options)


def test_it_serves_until_it_is_told_to_stop(tmp_path):
    with serve(tmp_path / "scenes", stderr=subprocess.PIPE, text=True) as running:
        try:
            address = ""
            while not address:
                address = json.loads(running.stderr.readline()).get("address", "")
            assert httpx.get(f"{address}/readyz").status_code == 200
        finally:
            running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.returncode == 130
    assert "Traceback" not in rest


def test_a_port_for_osc_that_is_taken_ends_nothing_and_osc_begins_once_it_is_free(tmp_path):
    noisy_scene(tmp_path / "scenes", "square", 0.0)
    with socket.socket(type=socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as thief:
        for opened in (receiver, thief):
            opened.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE_S)
        target, port = (opened.getsockname()[1] for opened in (receiver, thief))
        options = ("--osc", f"127.0.0.1:{target}", "--osc-listen", port, "--osc-dmax", "20")
        with serve(tmp_path / "scenes", *options, stderr=subprocess.PIPE, text=True) as running:
            try:
                lines = []
                while "address" not in (lines or [{}])[-1]:
                    lines.append(json.loads(running.stderr.readline()))
                assert [line["logger"] for line in lines if line["level"] == "warning"] == ["sonorama.osc"]
                assert httpx.get(f"{lines[-1]['address']}/readyz").status_code == 200
                thief.close()
                bundle = b""
                while (found := bundle.find(b"/adm/obj/1/dmax")) < 0:
                    bundle = receiver.recv(65536)
                # Address and type tags are padded to 16 and 4 bytes.
                assert struct.unpack_from(">f", bundle, found + 20) == (20.0,)
            finally:
                running.terminate()


def test_in_a_terminal_a_line_tells_what_runs(tmp_path):
    ours, theirs = pty.openpty()
    with serve(tmp_path / "scenes", stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "120"}) as running:
        os.close(theirs)
        try:
            seen, until_s = b"", time.monotonic() + PATIENCE_S
            while b"idle" not in seen and time.monotonic() < until_s:
                seen += os.read(ours, 4096)
        finally:
            running.terminate()
            os.set_blocking(ours, False)
    os.close(ours)
    assert b"http://127.0.0.1:" in seen
    assert b"0 connections" in seen
    assert b'"level"' not in seen


def test_in_a_terminal_it_tells_who_hears_what(tmp_path):
    noisy_scene(tmp_path, "square", 0.0)
    ours, theirs = pty.openpty()
    with serve(tmp_path, stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "120"}) as running:
        os.close(theirs)
        try:
            seen = _read_until(ours, b"idle")
            address = re.search(rb"127.0.0.1:[0-9]+", seen)[0].decode()
            with connect(f"ws://{address}/v1/stream", subprotocols=["sonorama.v1"]) as socket:
                wire = Wire(socket, client="head\x1b[2Jset")
                wire.subscribe("square")
                seen = _read_until(ours, b"square plays noise")
        finally:
            running.terminate()
            os.set_blocking(ours, False)
    os.close(ours)
    assert b"head?[2Jset" in seen
    assert b"hears square" in seen


def in_a_terminal(*arguments):
    """``sonorama serve`` as the foreground of a terminal; its process and our end."""
    pid, ours = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="100")
        os.execv(SONORAMA, [SONORAMA, "serve", *map(str, arguments), "--port", "0"])  # noqa: S606
    return pid, ours


def ended(pid, ours):
    """How a process ended, and all that it said until then."""
    said = b""
    while True:
        try:
            said += os.read(ours, 4096)
        except OSError:  # as Linux tells the end of a terminal
            break
    _, status = os.waitpid(pid, 0)
    os.close(ours)
    return os.waitstatus_to_exitcode(status), said


@pytest.mark.parametrize("after_s", [0.3, 1.0, None])
def test_ctrl_c_in_a_terminal_ends_it_quietly_at_any_moment(tmp_path, after_s):
    noisy_scene(tmp_path, "street", 0.0)
    (tmp_path / "street").rename(tmp_path / "My Street")
    pid, ours = in_a_terminal(tmp_path)
    said = b""
    if after_s is None:
        said = _read_until(ours, b"idle")
        assert b"/#my-street  My Street" in said
    else:
        time.sleep(after_s)
    os.write(ours, b"\x03")
    status, rest = ended(pid, ours)
    assert status == 130
    assert b"Traceback" not in said + rest
    assert b"Error" not in said + rest


def _read_until(terminal, words):
    seen, until_s = b"", time.monotonic() + PATIENCE_S
    while words not in seen and time.monotonic() < until_s:
        seen += os.read(terminal, 4096)
    assert words in seen
    return seen


BAD_RUNS = {
    "open to others without a token": (["scenes", "--host", "::"], "--host"),
    "no such token file": (["scenes", "--token-file", "none"], "none"),
    "short token": (["scenes", "--token-file", "short"], "short"),
    "two words": (["scenes", "--token-file", "words"], "words"),
    "no text": (["scenes", "--token-file", "binary"], "binary"),
    "key alone": (["scenes", "--tls-key", "key.pem"], "--tls-key"),
    "no certificate": (["scenes", "--tls-cert", "short"], "short"),
    "a file for a folder": (["short"], "short"),
    "an address of others": (["scenes", "--host", "192.0.2.1", "--token-file", "good"], "192.0.2.1"),
}


def refusal(done):
    """What the command line says to options that it can't serve with."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("sonorama: ")
    return done.stderr


@pytest.mark.parametrize(("arguments", "where"), BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_what_can_not_be_served_is_told_in_one_line(arguments, where, tmp_path, monkeypatch, run_here, loggers):
    (tmp_path / "short").write_text("secret")
    (tmp_path / "words").write_text("a token of several words")
    (tmp_path / "binary").write_bytes(b"\xff" * 40)
    (tmp_path / "good").write_text("0123456789abcdef\n")
    monkeypatch.chdir(tmp_path)
    said = refusal(run_here("serve", *arguments, "--port", 0))
    assert where in said
    assert "secret" not in said


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path, run_here, loggers):
    with open_listening_socket("127.0.0.1", 0) as other:
        port = other.getsockname()[1]
        said = refusal(run_here("serve", tmp_path / "scenes", "--port", port))
    assert f"127.0.0.1 port {port}: can't be listened at (address already in use)" in said


def test_a_folder_that_is_served_already_is_told_in_one_line(tmp_path, monkeypatch, run_here, loggers):
    monkeypatch.setattr("server.api.services._LOCK_WAIT_S", 0.1)
    scenes = tmp_path / "scenes"
    other = FolderLock(private_folder(state_dir(), scenes) / "lock", served=scenes, wait_s=0)
    said = refusal(run_here("serve", scenes, "--port", 0))
    other.release()
    assert said == f"sonorama: {tmp_path / 'scenes'}: is being served already; stop the other server first\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ed25519 -nodes -days 1 -subj /CN=localhost -keyout key.pem -out cert.pem"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = subprocess.run([*command.split(), *names], cwd=folder, capture_output=True)
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    return folder


def test_it_serves_over_tls_to_those_who_know_the_token(certificate, tmp_path):
    import ssl

    (tmp_path / "token").write_text("0123456789abcdef\n")
    options = ["--token-file", tmp_path / "token", "--host", "127.0.0.1"]
    options += ["--tls-cert", certificate / "cert.pem", "--tls-key", certificate / "key.pem"]
    with serve(tmp_path / "scenes", *options, stderr=subprocess.PIPE, text=True) as running:
        try:
            address = ""
            while not address:
                address = json.loads(running.stderr.readline()).get("address", "")
            assert address.startswith("https://")
            with httpx.Client(verify=ssl.create_default_context(cafile=certificate / "cert.pem")) as client:
                assert client.get(f"{address}/v1/scenes").status_code == 401
                headers = {"Authorization": "Bearer 0123456789abcdef"}
                assert client.get(f"{address}/v1/scenes", headers=headers).json() == {"scenes": []}
                described = client.get(f"{address}/openapi.json", headers=headers).json()
                assert described["paths"]["/v1/scenes"]["get"]["security"] == [{"token": []}]
                assert described["paths"]["/healthz"]["get"]["security"] == []
        finally:
            running.terminate()
            running.stderr.read()
