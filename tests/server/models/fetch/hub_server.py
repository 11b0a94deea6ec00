"""A small Hugging Face hub on this machine, with a host for large files beside it, and all the ways to fail."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


def commit_of(name: str) -> str:
    """A commit hash, of the look of a real one."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """Files by commit; what is large is kept elsewhere, as the hub does."""

    commits: dict[str, dict[str, bytes]]
    branches: dict[str, str]
    large: tuple[str, ...] = (".safetensors", ".bin")
    gated_to: str | None = None
    """The token that it asks for."""


@dataclass
class Hub:
    """What it has, how it behaves, and what it was asked."""

    url: str
    repositories: dict[str, Repository] = field(default_factory=dict)
    plain: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """Files beside any repository, with their content type."""
    cut_after_bytes: list[int] = field(default_factory=list)
    """The next answers with content are cut off there."""
    stall_after_bytes: int | None = None
    """Longer content stops there, until released."""
    released: threading.Event = field(default_factory=threading.Event)
    busy: int = 0
    """So many next downloads are answered with 503."""
    knows_ranges: bool = True
    range_error_bytes: int = 0
    """So much later than asked for its ranges begin."""
    corrupt: bool = False
    sizes_told: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path and range of each request."""
    authorizations: list[tuple[str, str | None]] = field(default_factory=list)

    def repository(self, name: str, files: dict[str, bytes], **options: object) -> Repository:
        commit = commit_of(name)
        made = Repository(commits={commit: files}, branches={"main": commit}, **options)
        self.repositories[name] = made
        return made

    def downloads(self) -> list[tuple[str, str | None]]:
        """Path and range of each request for content."""
        return [(path, part) for method, path, part in self.asked if method == "GET" and not path.startswith("/api")]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def log_message(self, format, *values):  # noqa: A002
        pass

    def _answer(self):
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path, self.headers.get("Range")))
        self.hub.authorizations.append((self.headers["Host"].split(":")[0], self.headers.get("Authorization")))
        parts = path.strip("/").split("/")
        if path in self.hub.plain:
            content, kind = self.hub.plain[path]
            self._content(content, {"Content-Type": kind, "ETag": f'"{hashlib.md5(content).hexdigest()}"'})  # noqa: S324
        elif parts[0] == "large":
            digest = parts[1]
            stored = {
                hashlib.sha256(content).hexdigest(): content
                for repository in self.hub.repositories.values()
                for files in repository.commits.values()
                for content in files.values()
            }
            self._content(stored[digest], {"ETag": f'"{digest}"'})
        elif parts[:2] == ["api", "models"]:
            name, revision = "/".join(parts[2:4]), "/".join(parts[5:])
            repository, commit = self._found(name, revision, gates=False)
            if repository:
                self._told(name, commit, repository)
        elif "resolve" in parts:
            name, revision, inner = "/".join(parts[:2]), parts[3], "/".join(parts[4:])
            repository, commit = self._found(name, revision, gates=True)
            if repository:
                self._file(repository, commit, inner)
        else:
            self._refuse(404, "RepoNotFound")

    def _found(self, name, revision, *, gates):
        repository = self.hub.repositories.get(name)
        if repository is None:
            self._refuse(401, "RepoNotFound")
            return None, None
        commit = repository.branches.get(revision, revision)
        if commit not in repository.commits:
            self._refuse(404, "RevisionNotFound")
            return None, None
        token = self.headers.get("Authorization")
        if gates and repository.gated_to and token != f"Bearer {repository.gated_to}":
            self._refuse(403 if token else 401, "GatedRepo")
            return None, None
        return repository, commit

    def _told(self, name, commit, repository):
        siblings = []
        for path, content in repository.commits[commit].items():
            size = self.hub.sizes_told.get(path, len(content))
            one = {"rfilename": path, "size": size, "blobId": git_hash(content)}
            if path.endswith(repository.large):
                digest = hashlib.sha256(content).hexdigest()
                one["lfs"] = {"sha256": digest, "size": size, "pointerSize": 130}
            siblings.append(one)
        info = {"id": name, "modelId": name, "sha": commit, "private": False, "siblings": siblings}
        self._send(200, json.dumps(info).encode(), {"Content-Type": "application/json"})

    def _file(self, repository, commit, inner):
        content = repository.commits[commit].get(inner)
        if content is None:
            self._refuse(404, "EntryNotFound")
            return
        headers = {"X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if inner.endswith(repository.large):
            digest = hashlib.sha256(content).hexdigest()
            port = self.server.server_address[1]
            headers |= {
                "X-Linked-Size": str(len(content)),
                "X-Linked-ETag": f'"{digest}"',
                "Location": f"http://localhost:{port}/large/{digest}",
            }
            self._send(302, b"", headers)
        else:
            self._content(content, {**headers, "ETag": f'"{git_hash(content)}"'})

    def _content(self, content, headers):
        hub = self.hub
        if self.command == "GET" and hub.busy:
            hub.busy -= 1
            self._send(503, b"busy", {})
            return
        if hub.corrupt:
            content = bytes(len(content))
        asked = self.headers.get("Range")
        status, whole = 200, len(content)
        if asked and hub.knows_ranges:
            start = int(asked.removeprefix("bytes=").split("-")[0]) + hub.range_error_bytes
            content, status = content[start:], 206
            headers = {**headers, "Content-Range": f"bytes {start}-{whole - 1}/{whole}"}
        cut = hub.cut_after_bytes.pop(0) if hub.cut_after_bytes and self.command == "GET" else None
        self._send(status, content, headers, cut=cut)

    def _refuse(self, status, code):
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code})

    def _send(self, status, content, headers, cut=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        stall = self.hub.stall_after_bytes
        if stall is not None and stall < len(content):
            self.wfile.write(content[:stall])
            self.wfile.flush()
            self.hub.released.wait()
            content, cut = content[stall:], None
        with suppress(ConnectionError):  # Of a reader that was killed.
            self.wfile.write(content if cut is None else content[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub that listens on both names of this machine while the block lasts."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub = handler.hub = Hub(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def hub_in_use(monkeypatch, home: Path) -> Iterator[Hub]:
    """A running hub that the hub's library, and ours, take for the real one, as somebody without an account."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "SONORAMA_MODEL_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    # For this process, which has read the variable, and for those that it starts.
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(home / "token"))
    monkeypatch.setenv("HF_TOKEN_PATH", str(home / "token"))
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub
