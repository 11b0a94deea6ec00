"""A real server in a process of its own, on a free port, as the tests use it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from server.api.state import private_folder
from server.presets import PRESETS
from tests.timing import PATIENCE_S

WORKER = (sys.executable, "-m", "server.worker")

_SERVE = """
import json, sys
from pathlib import Path
from server.api.connections.budgets import Budgets
from server.api.connections.visits import Deadlines
from server.api.http.guard import LOOPBACK_NAMES
from server.api.http.proxies import Reach
from server.api.http.token import Token
from server.api.http.limits import RequestLimits
from server.api.logs import start_logs
from server.api.settings import ServerSettings
from server.api.serving import open_listening_socket, create_server
said = json.loads(sys.argv[1])
start_logs(sys.stderr)
settings = ServerSettings(
    folder=Path(said["folder"]), state_dir=Path(said["state_dir"]), worker=said["worker"],
    presets=said["presets"], unused_options=said["unused_options"], names=LOOPBACK_NAMES,
    token=Token(said["token"]) if said["token"] else None, limits=RequestLimits(**said["limits"]),
    reach=Reach.of(*said["reach"]), budgets=Budgets(**said["budgets"]), deadlines=Deadlines(**said["deadlines"]),
)
certificate, key = said["tls"] or (None, None)
server = create_server(settings, tls_cert=certificate, tls_key=key)
server.run(sockets=[open_listening_socket("127.0.0.1", said["port"])])
"""


class ServerProcess:
    """A server that can be asked, killed and started again on the same folder."""

    def __init__(
        self,
        folder: Path,
        *,
        worker: Sequence[str] = WORKER,
        token: str = "",
        port: int = 0,
        state_dir: Path | None = None,
        presets: Sequence[str] = ("embedded",),
        budgets: dict[str, int] | None = None,
        deadlines: dict[str, float] | None = None,
        tls: tuple[str, str] | None = None,
        reach: tuple[str | None, list[str]] | None = None,
        **limits: float,
    ) -> None:
        self.folder = folder
        self.state_dir = state_dir or folder.with_name(f"{folder.name}.state")
        self.private = private_folder(self.state_dir, folder)
        self._said = {
            "folder": str(folder),
            "state_dir": str(self.state_dir),
            "worker": list(worker),
            "token": token,
            "port": port,
            "limits": limits,
            "budgets": budgets or {},
            "deadlines": deadlines or {},
            "tls": tls,
            "reach": reach or (None, []),
            "presets": presets,
            "unused_options": {name: sorted(PRESETS[name].unused_options) for name in presets},
        }
        self._token = token
        self._log = self.state_dir.with_suffix(".log")
        self._read_from = 0
        self.client = httpx.Client()

    def start(self) -> ServerProcess:
        with self._log.open("ab") as log:
            self._read_from = log.tell()
            self.process = subprocess.Popen([sys.executable, "-c", _SERVE, json.dumps(self._said)], stderr=log)
        until_s = time.monotonic() + PATIENCE_S
        while (address := self._address()) is None:
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < until_s, self.log()
            time.sleep(0.02)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self.client.close()
        self.client = httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_S)
        return self

    def _address(self) -> str | None:
        for line in self._log.read_bytes()[self._read_from :].decode().splitlines():
            if '"message": "serving"' in line:
                return json.loads(line)["address"]
        return None

    def log(self) -> str:
        return self._log.read_text("utf-8")

    def kill(self, number: int = signal.SIGKILL) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.kill(signal.SIGTERM)

    def upload(self, picture: bytes, **settings: object) -> httpx.Response:
        settings = {"top": 2, "duration_s": 1} | settings
        fields = {name: str(value) for name, value in settings.items()}
        return self.client.post("/v1/scenes", files={"image": ("street.png", picture)}, data=fields)

    def begun(self, picture: bytes, **settings: object) -> dict:
        answer = self.upload(picture, **settings)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def job(self, job_id: str) -> dict:
        answer = self.client.get(f"/v1/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, job: dict) -> dict:
        """The job, once it has ended."""
        return self.when(job, lambda job: job["state"] in ("done", "failed", "cancelled"))

    def done(self, job: dict) -> dict:
        ended = self.ended(job)
        assert ended["state"] == "done", (ended, self.log())
        return ended

    def when(self, job: dict, is_so) -> dict:
        until_s = time.monotonic() + PATIENCE_S
        while not is_so(now := self.job(job["job_id"])):
            assert time.monotonic() < until_s, (now, self.log())
            time.sleep(0.01)
        return now

    def worker_pid(self) -> int:
        """The one worker's process, once there is one."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            for pid in children(self.process.pid):
                return pid
            assert time.monotonic() < until_s
            time.sleep(0.005)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def serving(folder: Path, **options) -> Iterator[ServerProcess]:
    server = ServerProcess(folder, **options).start()
    try:
        yield server
    finally:
        server.close()


def events(response: httpx.Response) -> Iterator[dict]:
    """The messages of a stream of server-sent events."""
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
