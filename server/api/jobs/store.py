"""The queue of jobs, on the disk: a job is stored before a client is told that it will be done."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from protocol.errors import InputError
from server.api.http.problems import ConflictError, NotFoundError, Problem
from server.api.jobs.job import ACTIVE, Job, State, new_job_id
from server.api.jobs.orders import REQUEST, Export, Generate, Voice

MOST_ATTEMPTS = 3
"""How often a job is started again after its server died; a job that was running each time may be the cause."""

_PROBLEM = TypeAdapter(Problem)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    scene_id TEXT NOT NULL,
    source_id TEXT,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS retired (
    scene_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    PRIMARY KEY (scene_id, source_id)
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE INDEX IF NOT EXISTS jobs_by_scene ON jobs (scene_id, number);
"""
_VERSION = 1


class JobStore:
    """All jobs, in an SQLite database; every change is on the disk when its method returns. Safe to use from threads.

    Args:
        path: the file of the database; it is created where there is none.

    Raises:
        InputError: the database can't be opened, or was made by a later version.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA journal_mode = WAL")
            # In WAL mode only FULL waits for the disk at each commit.
            self._connection.execute("PRAGMA synchronous = FULL")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise InputError("was made by a later version", where=str(path), remedy="use that version to serve it")
            self._connection.executescript(_SCHEMA)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
        except sqlite3.Error as error:
            raise InputError(
                f"can't be used ({error})", where=str(path), remedy="move the file away: scenes don't need it"
            ) from error

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    def add(self, request: Generate | Voice | Export, *, scene_id: str, job_id: str | None = None) -> Job:
        """Add a job to the end of the queue.

        Args:
            request: what is to be done.
            scene_id: the scene that it is done for.
            job_id: the id of the new job; None draws one.
        """
        job_id = job_id or new_job_id()
        now = _now()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO jobs (job_id, kind, scene_id, source_id, request, state, created_at, changed_at)"
                " VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)",
                (
                    job_id,
                    request.kind,
                    scene_id,
                    request.source_id if isinstance(request, Voice) else None,
                    REQUEST.dump_json(request).decode(),
                    now,
                    now,
                ),
            )
        return self.job(job_id)

    def retire(self, scene_id: str, source_id: str) -> None:
        """Keep in mind that a source was deleted: jobs may still be for it."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO retired VALUES (?, ?)", (scene_id, source_id))

    def retired(self, scene_id: str) -> frozenset[str]:
        """The ids of all sources of a scene that were deleted."""
        select = "SELECT source_id FROM retired WHERE scene_id = ?"
        with self._lock, closing(self._connection.execute(select, (scene_id,))) as found:
            return frozenset(row["source_id"] for row in found)

    def job(self, job_id: str) -> Job:
        """One job.

        Raises:
            NotFoundError: there is no job with that id.
        """
        return _job(self._row(job_id))

    def request(self, job_id: str) -> Generate | Voice | Export:
        """The request that a job carries out.

        Raises:
            NotFoundError: there is no job with that id.
        """
        return REQUEST.validate_json(self._row(job_id)["request"])

    def jobs(
        self, *, scene_id: str | None = None, states: Sequence[State] = (), most: int = -1, newest: bool = True
    ) -> list[Job]:
        """Jobs in the order in which they were added.

        Args:
            scene_id: jobs of this scene only; None for those of all scenes.
            states: jobs in these states only; none for those in any state.
            most: how many at most; -1 for all.
            newest: whether the newest come first.
        """
        conditions, values = ["1"], list[Any]()
        if scene_id is not None:
            conditions.append("scene_id = ?")
            values.append(scene_id)
        if states:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += states
        # Only question marks and words of this file are put together here.
        query = (
            f"SELECT * FROM jobs WHERE {' AND '.join(conditions)} ORDER BY number {'DESC' if newest else ''} LIMIT ?"  # noqa: S608
        )
        with self._lock:
            return [_job(row) for row in self._connection.execute(query, [*values, most]).fetchall()]

    def dequeue(self) -> Job | None:
        """Mark the job that has waited longest as running, and return it.

        Returns None if no job waits, or if another job is running for each of their scenes.
        """
        with self._transaction() as connection:
            row = connection.execute(
                "UPDATE jobs SET state = 'running', attempts = attempts + 1, changed_at = ? WHERE number ="
                " (SELECT number FROM jobs WHERE state = 'queued' AND scene_id NOT IN"
                " (SELECT scene_id FROM jobs WHERE state = 'running') ORDER BY number LIMIT 1) RETURNING *",
                (_now(),),
            ).fetchone()
        return None if row is None else _job(row)

    def finish(self, job_id: str, state: Literal["done", "failed"], problem: Problem | None = None) -> Job:
        """Mark a running job as done or failed, and return it; a job that was cancelled meanwhile stays cancelled.

        Args:
            job_id: which job.
            state: how it ended.
            problem: why it failed.

        Raises:
            NotFoundError: there is no job with that id.
        """
        self._change(job_id, state, problem, among=("running",))
        return self.job(job_id)

    def cancel(self, job_id: str) -> Job:
        """Mark a job that is queued or running as cancelled, and return it.

        Raises:
            NotFoundError: there is no job with that id.
            ConflictError: it has ended already.
        """
        if not self._change(job_id, "cancelled", None, among=ACTIVE):
            job = self.job(job_id)
            raise ConflictError(f"is {job.state} already", where=f"job {job_id}", remedy="cancel only what goes on")
        return self.job(job_id)

    def requeue(self, job_id: str) -> Job:
        """Put a job that has failed or was cancelled back to its old place in the queue, and return it.

        Raises:
            NotFoundError: there is no job with that id.
            ConflictError: it is queued, running or done.
        """
        with self._transaction() as connection:
            changed = connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = 0, problem = NULL, changed_at = ?"
                " WHERE job_id = ? AND state IN ('failed', 'cancelled')",
                (_now(), job_id),
            ).rowcount
        job = self.job(job_id)
        if not changed:
            raise ConflictError(f"is {job.state}", where=f"job {job_id}", remedy="retry what failed or was cancelled")
        return job

    def requeue_interrupted(self) -> None:
        """Queue the jobs again that ran when the server died; those that this has happened to too often have failed."""
        problem = Problem(
            code="worker_crashed",
            what=f"the server stopped {MOST_ATTEMPTS} times while this ran",
            where="server",
            remedy="see the server's log, then retry",
        )
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'failed', problem = ?, changed_at = ?"
                " WHERE state = 'running' AND attempts >= ?",
                (_PROBLEM.dump_json(problem).decode(), _now(), MOST_ATTEMPTS),
            )
            connection.execute("UPDATE jobs SET state = 'queued', changed_at = ? WHERE state = 'running'", (_now(),))

    def put_back(self, job_id: str) -> None:
        """Queue a running job again as if it had not been started, because the server is told to stop."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'queued', attempts = attempts - 1, changed_at = ?"
                " WHERE job_id = ? AND state = 'running'",
                (_now(), job_id),
            )

    def forget(self, job_id: str) -> None:
        """Remove a job that has ended.

        Raises:
            NotFoundError: there is no job with that id.
            ConflictError: it is queued or running.
        """
        with self._transaction() as connection:
            gone = connection.execute(
                "DELETE FROM jobs WHERE job_id = ? AND state NOT IN ('queued', 'running')", (job_id,)
            ).rowcount
        if not gone:
            job = self.job(job_id)
            raise ConflictError(f"is {job.state}", where=f"job {job_id}", remedy="cancel it first")

    def _change(self, job_id: str, state: State, problem: Problem | None, *, among: Sequence[State]) -> bool:
        text = None if problem is None else _PROBLEM.dump_json(problem).decode()
        marks = ", ".join("?" * len(among))
        with self._transaction() as connection:
            return bool(
                connection.execute(
                    f"UPDATE jobs SET state = ?, problem = ?, changed_at = ? WHERE job_id = ? AND state IN ({marks})",  # noqa: S608
                    (state, text, _now(), job_id, *among),
                ).rowcount
            )

    def _row(self, job_id: str) -> sqlite3.Row:
        with self._lock, closing(self._connection.execute("SELECT * FROM jobs WHERE job_id = ?", (job_id,))) as found:
            row: sqlite3.Row | None = found.fetchone()
        if row is None:
            raise NotFoundError("there is no such job", where=f"job {job_id[:64]!r}", remedy="list the jobs")
        return row

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _job(row: sqlite3.Row) -> Job:
    return Job(
        job_id=row["job_id"],
        kind=row["kind"],
        scene_id=row["scene_id"],
        source_id=row["source_id"],
        state=row["state"],
        attempts=row["attempts"],
        problem=None if row["problem"] is None else _PROBLEM.validate_json(row["problem"]),
        progress=None,
        created_at=datetime.fromisoformat(row["created_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )
