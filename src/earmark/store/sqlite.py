"""All that is particular to SQLite: how it is opened, its complaints, its leftovers.

The write-ahead log (WAL) lets readers go on while one process writes, and makes a kill −9 harmless. A commit returns
when the log is on disk (``synchronous = FULL``), so a power cut is harmless, too.
See https://sqlite.org/wal.html and https://sqlite.org/pragma.html.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import StaticPool

from earmark.errors import StoreError, UnavailableError
from earmark.store.database import Intent
from earmark.store.sqlite_rows import FROM_HEX

WRITING: Final = "earmark_writing"
"""Execution option of connections that are going to write: they take the write lock at once, not midway."""

PRAGMAS: Final = (
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA cache_size = -131072",
    "PRAGMA busy_timeout = 10000",
)


class Sqlite:
    """A database file, or one in memory; see `earmark.store.database.Database`.

    One process writes at a time, so whoever writes is alone.
    """

    shared = False

    def __init__(self, url: str) -> None:
        self.name = make_url(url).database or "the database in memory"
        # A database in memory lives in one connection, which everybody shares.
        self._in_memory = make_url(url).database in {None, "", ":memory:"}
        self._engine = create_engine(url, poolclass=StaticPool) if self._in_memory else create_engine(url)
        self._writing_now: Connection | None = None
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def transaction(self, intent: Intent) -> Iterator[Connection]:
        """A transaction; in memory, who reads while somebody writes reads what is being written.

        Raises:
            StoreError: the disk is full, the database is locked, damaged, missing or read-only.
        """
        with _complaints_translated(self.name):
            if intent is Intent.READ:
                if self._writing_now is not None:
                    yield self._writing_now
                    return
                with self._begun(writing=False) as connection:
                    yield connection
                return
            with self._begun(writing=True) as connection:
                self._writing_now = connection if self._in_memory else None
                try:
                    yield connection
                finally:
                    self._writing_now = None

    @contextmanager
    def _begun(self, *, writing: bool) -> Iterator[Connection]:
        with (
            self._engine.connect().execution_options(**{WRITING: writing}) as connection,
            connection.begin(),
        ):
            yield connection

    def erase_traces(self) -> None:
        """Rewrite the database without its free pages, and empty the write-ahead log.

        Raises:
            StoreError: another process holds the database, so that the log cannot be emptied.
        """
        with (
            _complaints_translated(self.name),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            driver: Any = connection.connection.driver_connection
            # First the log: where there is no room to rewrite the file, the deleted is overwritten all the same.
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            driver.execute("VACUUM")
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(
                "The write-ahead log could not be emptied, because another process is using the database.",
                "Stop the other Earmark process and run the command again: nothing else is left to do.",
            )

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transaction handling would commit behind our back; `_begin` says when one starts.
    connection.isolation_level = None
    connection.create_function(FROM_HEX, 1, bytes.fromhex, deterministic=True)
    for statement in PRAGMAS:
        connection.execute(statement).close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


_REMEDIES: Final = (
    (
        ("disk is full", "disk i/o error"),
        "the disk is full or refuses to be written",
        "Free some space (or lift the file size limit) and run the command again. "
        "What was stored before is intact; nothing of this run was kept.",
    ),
    (
        ("is locked", "is busy"),
        "another process is writing to it",
        "Wait until the other command is done, then run this one again. Nothing of this run was kept.",
    ),
    (
        ("malformed", "not a database", "unsupported file format"),
        "the file is damaged, or is not an Earmark record",
        "Put back the latest backup of the file, or point Earmark at another home folder.",
    ),
    (
        ("unable to open",),
        "the file cannot be opened",
        "Check that its folder exists and that you may write there.",
    ),
    (
        ("readonly", "read-only"),
        "the file may only be read",
        "Give yourself the right to write the file and its folder, then run the command again.",
    ),
)


@contextmanager
def _complaints_translated(database: str) -> Iterator[None]:
    """Turn what the database refuses into errors that say what to do; faults of our own pass as they are.

    Raises:
        StoreError: the disk is full, the database is locked, damaged, missing or read-only.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise UnavailableError(
            f"{database}: every connection is in use for too long.", "Try again in a moment."
        ) from error
    except (DBAPIError, sqlite3.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        for signs, cause, remedy in _REMEDIES:
            if any(sign in said.lower() for sign in signs):
                raise UnavailableError(f"{database}: {cause} ({said}).", remedy) from error
        raise
