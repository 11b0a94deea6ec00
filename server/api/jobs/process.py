"""One worker process: an order in, events out, and a reason if it dies."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from pydantic import ValidationError

from protocol.errors import os_reason
from protocol.events import Event
from server.api.http.problems import Problem
from server.api.jobs.bounds import JobBounds
from server.api.jobs.orders import LINE, ORDER, Order, WorkDone, WorkFailed

_LOG = logging.getLogger("sonorama.jobs")

GRACE_S = 2.0
"""How long a worker may take to clean up after it was told to stop; then it is killed."""

# Descriptors, processes or memory that others will give back.
_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)
_RETRY_AFTER_S = 1.0
_LONGEST_LINE = 16 * 2**20
_STDERR_TAIL = 4096


class WorkerProcess:
    """A worker process that executes one order.

    Args:
        command: the command that starts a worker; see :mod:`server.api.jobs.orders`.
        bounds: how much it may take.
        keep_open: file descriptors that the worker keeps open for as long as it lives.
    """

    def __init__(self, command: Sequence[str], *, bounds: JobBounds, keep_open: Sequence[int] = ()) -> None:
        self._command = command
        self._bounds = bounds
        self._exceeded: Problem | None = None
        self._keep_open = keep_open
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False
        self._stderr: deque[bytes] = deque(maxlen=64)

    @property
    def stderr_tail(self) -> str:
        """The last 4096 characters of the worker's standard error: for the log, not for clients."""
        return b"".join(self._stderr).decode(errors="replace")[-_STDERR_TAIL:]

    async def execute(self, order: Order, on_event: Callable[[Event], None]) -> Problem | None:
        """Have the worker execute an order, and wait until it has ended.

        Args:
            order: what is to be done.
            on_event: called with each event of the journey as it comes.

        Returns:
            None if the order was carried out, else what went wrong.
        """
        try:
            process = await self._started()
        except OSError as error:
            return _crash_problem(f"a worker can't be started ({os_reason(error)})")
        if process is None:
            return stopped_problem()
        self._process = process
        if self._stopped:
            # It was told to stop while it was being started.
            self._send_signal(signal.SIGTERM)
        reading_stderr = asyncio.create_task(self._read_stderr())
        watching = asyncio.create_task(self._watch(process.pid))
        try:
            last = await self._exchange(order, on_event)
        finally:
            watching.cancel()
            # Whatever happened, no worker is left behind.
            if process.returncode is None and not self._stopped:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), GRACE_S)
            self._send_signal(signal.SIGKILL)
            await process.wait()
            await reading_stderr
        return self._problem(last, process.returncode or 0)

    async def _started(self) -> asyncio.subprocess.Process | None:
        """Start the process, as soon as the machine has what that takes; returns None if told to stop before.

        Raises:
            OSError: it can't be started, and waiting won't help.
        """
        while not self._stopped:
            try:
                return await asyncio.create_subprocess_exec(
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
                if error.errno not in _SHORTAGES:
                    raise
                _LOG.warning("a job waits: %s", os_reason(error))
                await asyncio.sleep(_RETRY_AFTER_S)
        return None

    async def stop(self) -> None:
        """Have the worker clean up and end; kill it if that takes too long."""
        self._stopped = True
        process = self._process
        if process is None:
            return
        self._send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            self._send_signal(signal.SIGKILL)
            await process.wait()

    async def _exchange(self, order: Order, on_event: Callable[[Event], None]) -> WorkDone | WorkFailed | None:
        """Send the order and pass the events on; returns the worker's last message, None if it ended without one."""
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
            on_event(message)

    async def _watch(self, pid: int) -> None:
        """End the worker as soon as it takes more than it may."""
        self._exceeded = await self._bounds.exceeded(pid)
        self._send_signal(signal.SIGKILL)

    async def _read_stderr(self) -> None:
        """Read the worker's standard error, so that the worker never waits for a reader of it."""
        if self._process is None or self._process.stderr is None:
            return
        while chunk := await self._process.stderr.read(1024):
            self._stderr.append(chunk)

    def _problem(self, last: WorkDone | WorkFailed | None, status: int) -> Problem | None:
        if isinstance(last, WorkDone):
            return None
        if isinstance(last, WorkFailed):
            return last.problem
        if self._exceeded is not None:
            return self._exceeded
        if self._stopped:
            return stopped_problem()
        if status == -signal.SIGKILL:
            return Problem(
                code="worker_killed",
                what="the worker was killed, most likely because memory ran out",
                where="worker",
                remedy="free memory or give a smaller picture, then retry",
            )
        if status < 0:
            return _crash_problem(f"the worker crashed ({signal.Signals(-status).name})")
        return _crash_problem(f"the worker ended without an answer (exit status {status})")

    def _send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the worker and all processes that it started."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _crash_problem(what: str) -> Problem:
    return Problem(code="worker_crashed", what=what, where="worker", remedy="see the server's log, then retry")


def stopped_problem() -> Problem:
    """The problem of a job whose worker was told to stop."""
    return Problem(code="stopped", what="the worker was told to stop", where="worker", remedy="retry")
