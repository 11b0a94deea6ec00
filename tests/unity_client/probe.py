"""A Unity client without Unity: the core in a Mono process, told what to do and heard by lines of JSON."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.timing import PATIENCE_S


class Probe:
    """One process.

    Args:
        program: the compiled probe.
    """

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen(
            ["mono", "--debug", str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.passed: list[Any] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)

    def do(self, what: str, **fields: Any) -> None:
        self.process.stdin.write(json.dumps({"do": what, **fields}) + "\n")

    def hear(
        self, kind: str, is_wanted: Callable[[Any], bool] = lambda _: True, *, within_s: float = PATIENCE_S
    ) -> Any:
        """The next thing of a kind that it tells; what comes before is kept in ``passed``."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                told = json.loads(self._lines.get(timeout=max(until_s - time.monotonic(), 0.001)))
            except queue.Empty:
                raise AssertionError(f"no {kind} came; before: {self.passed[-20:]}") from None
            if told["kind"] == kind and is_wanted(told):
                return told
            self.passed.append(told)

    def state(self, state: str) -> Any:
        return self.hear("StateChanged", lambda told: told["state"] == state)

    def scene(self, count: int) -> dict[str, Any]:
        """The sources of a scene that begins, by id."""
        self.hear("SceneBegun")
        told = [self.hear("SourceAdded") for _ in range(count)]
        return {one["source"]: one for one in told}

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        self.process.stdout.close()


@contextmanager
def probing(program: Path, **settings: Any) -> Iterator[Probe]:
    """A probe that connects to ``server``, if it's told one."""
    probe = Probe(program)
    try:
        if settings:
            probe.do("start", **settings)
        yield probe
    finally:
        probe.close()
