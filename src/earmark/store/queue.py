"""Work that waits for its time, who is at it, and what became of it.

A job is leased, not taken away: until it has ended, it becomes free again when its lease runs out, so a worker that is
killed loses nothing. ``free_at`` says from when on somebody may have it, whether it is not due yet, under lease, or
waits to be tried again; so there is nothing to sweep up (the visibility timeout of PGMQ and SQS). Only who holds the
lease can say how a job ended. A worker that was only slow may still be at it when the lease runs out: so whatever a job
leaves must be such that doing it again changes nothing.

Time is told in Unix milliseconds and never read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NewType, Protocol

import msgspec
from sqlalchemy import Connection

from earmark.errors import UnknownNameError
from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.port import ListenerId
from earmark.store.rows import do, fetch, insert, new_ids, take
from earmark.store.wanted import Row, wanted_ids, wanted_keys

JobId = NewType("JobId", int)

LONGEST_ERROR: Final = 2_000
"""Characters of an error that are kept."""


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    """Under lease, or its lease ran out and nobody has taken it since."""
    DONE = "done"
    FAILED = "failed"
    """Given up: it is not tried again unless somebody asks for it."""


class Work(msgspec.Struct, frozen=True):
    """Something to be done. No two jobs of one kind have the same key, as long as they are remembered."""

    kind: str
    key: str
    due_at: UnixMs
    listener: ListenerId | None = None
    """Whose work it is: it goes with them if they are forgotten."""


class JobRecord(msgspec.Struct, frozen=True):
    """A job as stored."""

    id: JobId
    kind: str
    key: str
    listener: ListenerId | None
    due_at: UnixMs
    free_at: UnixMs
    """From then on a worker may have it."""
    state: State
    attempts: int
    """How often it was begun."""
    worker: str | None
    """Who has it, or had it last."""
    last_error: str | None
    made_at: UnixMs
    ended_at: UnixMs | None


class Queue(Protocol):
    """The jobs; every call is a transaction of its own."""

    def add(self, work: Iterable[Work], now: UnixMs) -> int:
        """Add jobs, but for those whose key is remembered or whose listener is gone; returns how many are new."""

    def add_for_listeners(self, kind: str, period: str, due_at: UnixMs, time_zone: str, now: UnixMs) -> int:
        """Add a job ``<listener>:<period>`` for each of our own listeners in a time zone; returns how many are new."""

    def lease(self, together: Mapping[str, int], worker: str, now: UnixMs, until: UnixMs) -> list[JobRecord]:
        """Take the free job that was due first, and others like it.

        Args:
            together: the kinds to look at, and how many of each may be taken at once. Those that were begun before are
                taken fewer at a time, an eighth for each attempt: what spoils the work of the others ends up alone.
            worker: who takes them; a name that no other worker ever has.
            now: jobs that are free by then are looked at.
            until: when the lease runs out.

        Returns:
            Jobs of one kind, begun equally often, the one due first first; none if none is free.
        """

    def renew(self, jobs: Sequence[JobId], worker: str, until: UnixMs) -> int:
        """Move the end of the leases that the worker holds; returns how many of these jobs it holds."""

    def done(self, jobs: Sequence[JobId], worker: str, now: UnixMs) -> int:
        """Say that jobs are done; returns how many of them the worker held."""

    def failed(
        self, jobs: Sequence[JobId], worker: str, error: str, now: UnixMs, retry_at: UnixMs | None
    ) -> int:
        """Say why jobs failed, and when to try again; None: never. Returns how many of them the worker held."""

    def put_off(self, jobs: Sequence[JobId], worker: str, until: UnixMs) -> int:
        """Give jobs back as if they had not been begun; returns how many of them the worker held."""

    def retry(self, job: JobId, now: UnixMs) -> JobRecord:
        """Have a failed job tried again from the beginning, or a waiting one at once.

        Raises:
            UnknownNameError: there is no such job, or it is neither.
        """

    def find(self, kind: str, key: str) -> JobRecord | None:
        """The job of this kind and key, or None."""

    def jobs(self, states: Iterable[State], limit: int) -> list[JobRecord]:
        """Jobs in these states: those that go on by when they were due, then the ended, the latest first."""

    def counts(self) -> dict[str, dict[State, int]]:
        """How many jobs there are, by kind and state."""

    def prune(self, before: UnixMs) -> int:
        """Forget the jobs that ended before then; returns how many."""


_COLUMNS: Final = """
    id, kind, key, listener_id, due_at, free_at, state, attempts, worker, last_error, made_at, ended_at"""
_FREE: Final = "kind = ? AND ended_at IS NULL AND free_at <= ?"
_FIRST: Final = f"SELECT due_at, id, kind, attempts FROM job WHERE {_FREE} ORDER BY due_at, id LIMIT 1"
_ALIKE: Final = f"SELECT id FROM job WHERE {_FREE} AND attempts = ? ORDER BY due_at, id LIMIT ?"
_BEGIN: Final = """
    UPDATE job SET state = 'running', attempts = attempts + 1, worker = ?, free_at = ?
    WHERE id IN (SELECT id FROM wanted_id)"""
_HELD: Final = "id IN (SELECT id FROM wanted_id) AND worker = ? AND state = 'running'"
_LACKING: Final = """
    SELECT l.id, l.id || ':' || ? FROM listener l WHERE l.community_id IS NULL AND l.time_zone = ?
    AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = ? AND j.key = l.id || ':' || ?) ORDER BY l.id"""


class SqlQueue:
    """`Queue` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, work: Iterable[Work], now: UnixMs) -> int:
        """Add jobs, but for those whose key is remembered or whose listener is gone; returns how many are new."""
        with self._database.transaction(Intent.WRITE) as connection:
            return _add(connection, list(work), now)

    def add_for_listeners(self, kind: str, period: str, due_at: UnixMs, time_zone: str, now: UnixMs) -> int:
        """Add a job ``<listener>:<period>`` for each of our own listeners in a time zone; returns how many are new."""
        values = (period, time_zone, kind, period)
        with self._database.transaction(Intent.READ) as connection:
            lacking = fetch(connection, _LACKING, values)
        if not lacking:
            return 0
        with self._database.transaction(Intent.WRITE) as connection:
            return _add(connection, [Work(kind, key, due_at, listener) for listener, key in lacking], now)

    def lease(self, together: Mapping[str, int], worker: str, now: UnixMs, until: UnixMs) -> list[JobRecord]:
        """Take the free job that was due first, and others like it; see `Queue.lease`."""
        # Most often nothing is free, and to see that takes no lock.
        with self._database.transaction(Intent.READ) as connection:
            if not any(fetch(connection, _FIRST, (kind, now)) for kind in together):
                return []
        with self._database.transaction(Intent.WRITE) as connection:
            firsts = sorted(first for kind in together for first in take(connection, _FIRST, (kind, now)))
            for _, _, kind, attempts in firsts[:1]:
                at_most = max(1, together[kind] >> 3 * attempts)
                ids = [job for (job,) in take(connection, _ALIKE, (kind, now, attempts, at_most))]
                do(connection, _BEGIN, (worker, until), wanted=wanted_ids(ids))
                return _of_ids(connection, ids)
        return []

    def renew(self, jobs: Sequence[JobId], worker: str, until: UnixMs) -> int:
        """Move the end of the leases that the worker holds; returns how many of these jobs it holds."""
        return self._held(jobs, worker, "free_at = ?", until)

    def done(self, jobs: Sequence[JobId], worker: str, now: UnixMs) -> int:
        """Say that jobs are done; returns how many of them the worker held."""
        return self._held(jobs, worker, "state = 'done', last_error = NULL, ended_at = ?", now)

    def failed(
        self, jobs: Sequence[JobId], worker: str, error: str, now: UnixMs, retry_at: UnixMs | None
    ) -> int:
        """Say why jobs failed, and when to try again; None: never. Returns how many of them the worker held."""
        error = error[:LONGEST_ERROR]
        if retry_at is None:
            return self._held(jobs, worker, "state = 'failed', last_error = ?, ended_at = ?", error, now)
        return self._held(jobs, worker, "state = 'waiting', last_error = ?, free_at = ?", error, retry_at)

    def put_off(self, jobs: Sequence[JobId], worker: str, until: UnixMs) -> int:
        """Give jobs back as if they had not been begun; returns how many of them the worker held."""
        return self._held(jobs, worker, "state = 'waiting', attempts = attempts - 1, free_at = ?", until)

    def _held(self, jobs: Sequence[JobId], worker: str, change: str, *values: object) -> int:
        """Change those of the jobs that the worker holds; returns how many."""
        with self._database.transaction(Intent.WRITE) as connection:
            statement = f"UPDATE job SET {change} WHERE {_HELD}"
            return do(connection, statement, (*values, worker), wanted=wanted_ids(jobs))

    def retry(self, job: JobId, now: UnixMs) -> JobRecord:
        """Have a failed job tried again from the beginning, or a waiting one at once.

        Raises:
            UnknownNameError: there is no such job, or it is neither.
        """
        statement = """
            UPDATE job SET state = 'waiting', attempts = 0, free_at = ?, ended_at = NULL
            WHERE id = ? AND state IN ('failed', 'waiting')"""
        with self._database.transaction(Intent.WRITE) as connection:
            if not do(connection, statement, (now, job)):
                raise UnknownNameError(
                    f"No job {job} has failed or waits.", "See which do: earmark jobs --failed."
                )
            (found,) = _of_ids(connection, [job])
        return found

    def find(self, kind: str, key: str) -> JobRecord | None:
        """The job of this kind and key, or None."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, f"SELECT {_COLUMNS} FROM job WHERE kind = ? AND key = ?", (kind, key))
        return _job(found[0]) if found else None

    def jobs(self, states: Iterable[State], limit: int) -> list[JobRecord]:
        """Jobs in these states: those that go on by when they were due, then the ended, the latest first."""
        wanted = tuple(states)
        statement = f"""
            SELECT {_COLUMNS} FROM job WHERE state IN ({", ".join("?" * len(wanted))})
            ORDER BY ended_at IS NOT NULL, -ended_at, due_at, id LIMIT ?"""
        with self._database.transaction(Intent.READ) as connection:
            return [_job(row) for row in fetch(connection, statement, (*wanted, limit))]

    def counts(self) -> dict[str, dict[State, int]]:
        """How many jobs there are, by kind and state."""
        statement = "SELECT kind, state, count(*) FROM job GROUP BY kind, state ORDER BY kind, state"
        counted: dict[str, dict[State, int]] = {}
        with self._database.transaction(Intent.READ) as connection:
            for kind, state, n in fetch(connection, statement):
                counted.setdefault(kind, {})[State(state)] = n
        return counted

    def prune(self, before: UnixMs) -> int:
        """Forget the jobs that ended before then; returns how many."""
        with self._database.transaction(Intent.WRITE) as connection:
            return do(connection, "DELETE FROM job WHERE ended_at < ?", (before,))


def _add(connection: Connection, work: Sequence[Work], now: UnixMs) -> int:
    theirs = sorted({one.listener for one in work if one.listener is not None})
    on_record = fetch(
        connection, "SELECT l.id FROM wanted_id w JOIN listener l ON l.id = w.id", wanted=wanted_ids(theirs)
    )
    there = {None, *(listener for (listener,) in on_record)}
    remembered = _remembered(connection, work)
    fresh = [one for one in work if one.listener in there and (one.kind, one.key) not in remembered]
    # Numbered as they come, but put in by key, so that of two who add the same neither waits for the other.
    numbered = sorted(
        zip(new_ids(connection, "job", len(fresh)), fresh, strict=True),
        key=lambda one: (one[1].kind, one[1].key),
    )
    rows = (
        (
            job,
            one.kind,
            one.key,
            one.listener,
            one.due_at,
            one.due_at,
            State.WAITING,
            0,
            None,
            None,
            now,
            None,
        )
        for job, one in numbered
    )
    return insert(connection, "job", rows, if_absent=True)


def _remembered(connection: Connection, work: Sequence[Work]) -> set[Row]:
    """Kind and key of those jobs that are there already."""
    statement = "SELECT j.kind, j.key FROM wanted_key w JOIN job j ON j.kind = ? AND j.key = w.key"
    found: set[Row] = set()
    for kind in {one.kind for one in work}:
        keys = [one.key for one in work if one.kind == kind]
        found.update(fetch(connection, statement, (kind,), wanted=wanted_keys([0] * len(keys), keys)))
    return found


def _of_ids(connection: Connection, ids: Sequence[int]) -> list[JobRecord]:
    columns = ", ".join(f"j.{name.strip()}" for name in _COLUMNS.split(","))
    statement = f"SELECT {columns} FROM wanted_id w JOIN job j ON j.id = w.id ORDER BY w.n"
    return [_job(row) for row in fetch(connection, statement, wanted=wanted_ids(ids))]


def _job(row: Row) -> JobRecord:
    number, kind, key, listener, due_at, free_at, state, *rest = row
    return JobRecord(JobId(number), kind, key, listener, due_at, free_at, State(state), *rest)
