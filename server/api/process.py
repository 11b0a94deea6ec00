"""One worker process: an order in, events out, and a reason if it dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from pydantic import ValidationError

from protocol.messages import Event
from server.api.problems import Problem
from server.api.work import LINE, ORDER, Order, WorkDone, WorkFailed

GRACE_S = 2.0
"""How long a worker that is told to stop may take to clean up."""

_LONGEST_LINE = 16 * 2**20
_LAST_WORDS = 4096


class WorkerProcess:
    """A worker with one order.

    Args:
        command: what starts a worker; see :mod:`server.api.work`.
        keep_open: descriptors that the worker is to hold open for as long as it lives.
    """

    def __init__(self, command: Sequence[str], *, keep_open: Sequence[int] = ()) -> None:
        self._command = command
        self._keep_open = keep_open
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False
        self._last_words: deque[bytes] = deque(maxlen=64)

    @property
    def pid(self) -> int | None:
        """Of the process, once there is one."""
        return None if self._process is None else self._process.pid

    @property
    def last_words(self) -> str:
        """The end of what the worker wrote to its standard error: for the log, not for clients."""
        return b"".join(self._last_words).decode(errors="replace")[-_LAST_WORDS:]

    async def outcome(self, order: Order, tell: Callable[[Event], None]) -> Problem | None:
        """Have an order done, telling of events as they come.

        Returns:
            None if it was done, else what went wrong.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                pass_fds=self._keep_open,
                # A Ctrl-C in the server's terminal is the server's alone: it tells its workers itself.
                start_new_session=True,
            )
        except OSError as error:
            return _crashed(f"a worker can't be started ({(error.strerror or str(error)).lower()})")
        self._process = process
        if self._stopped:
            # It was told to stop while it was being started.
            self._signal(signal.SIGTERM)
        listening = asyncio.create_task(self._listened())
        try:
            last = await self._conversation(order, tell)
        finally:
            # Whatever happened, no worker is left behind.
            if process.returncode is None and not self._stopped:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), GRACE_S)
            self._signal(signal.SIGKILL)
            await process.wait()
            await listening
        return self._verdict(last, process.returncode or 0)

    async def stop(self) -> None:
        """Have the worker clean up and end; kill it if that takes too long."""
        self._stopped = True
        process = self._process
        if process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()

    async def _conversation(self, order: Order, tell: Callable[[Event], None]) -> WorkDone | WorkFailed | None:
        """The worker's last message; None if it ended without one."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return None
        # The input stays open: its end tells the worker that its server is gone.
        with suppress(ConnectionError):
            process.stdin.write(ORDER.dump_json(order) + b"\n")
            await process.stdin.drain()
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                return None
            if not line:
                return None
            try:
                message = LINE.validate_json(line)
            except ValidationError:
                # Half a line is the last of a worker that was killed.
                continue
            if isinstance(message, WorkDone | WorkFailed):
                return message
            tell(message)

    async def _listened(self) -> None:
        """Take the worker's complaints, so that it never waits for a reader."""
        if self._process is None or self._process.stderr is None:
            return
        while chunk := await self._process.stderr.read(1024):
            self._last_words.append(chunk)

    def _verdict(self, last: WorkDone | WorkFailed | None, status: int) -> Problem | None:
        if isinstance(last, WorkDone):
            return None
        if isinstance(last, WorkFailed):
            return last.problem
        if self._stopped:
            return stopped()
        if status == -signal.SIGKILL:
            return Problem(
                code="worker_killed",
                what="the worker was killed, most likely because memory ran out",
                where="worker",
                remedy="free memory or give a smaller picture, then retry",
            )
        if status < 0:
            return _crashed(f"the worker crashed ({signal.Signals(-status).name})")
        return _crashed(f"the worker ended without an answer (exit status {status})")

    def _signal(self, number: signal.Signals) -> None:
        """Tell the worker and all that it started."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _crashed(what: str) -> Problem:
    return Problem(code="worker_crashed", what=what, where="worker", remedy="see the server's log, then retry")


def stopped() -> Problem:
    """What is said of a worker that was told to stop."""
    return Problem(code="stopped", what="the worker was told to stop", where="worker", remedy="retry")
