"""All that is particular to PostgreSQL: how it is opened, who waits for whom, its complaints, its leftovers.

Any number of processes write at once. Whoever writes holds one advisory lock together with all others, and whoever must
be alone (a migration; forgetting, which drops items that nobody refers to) holds it by themselves.
See https://www.postgresql.org/docs/current/explicit-locking.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from earmark.errors import UnavailableError
from earmark.store.database import Intent

LOCK: Final = 0x6561726D61726B
"""The advisory lock's key: "earmark"."""

PATIENCE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that vanished without a word is noticed within a minute (the last in ms, the others in s), and not when the
network gives up. See https://www.postgresql.org/docs/current/libpq-connect.html."""

_BEGIN: Final = {
    Intent.READ: ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
    # What others commit meanwhile is seen at the next statement: a name that they added is found. Whoever writes looks
    # up what they name: of the server's ways to do that, only one by one does not take longer the more is on record,
    # and while it has no statistics of tables that grow, it thinks others better.
    Intent.WRITE: (
        f"SELECT pg_advisory_xact_lock_shared({LOCK}), set_config('enable_seqscan', 'off', TRUE),"
        " set_config('enable_hashjoin', 'off', TRUE), set_config('enable_mergejoin', 'off', TRUE),"
        " set_config('jit', 'off', TRUE)",
    ),
    Intent.ALONE: (f"SELECT pg_advisory_xact_lock({LOCK})",),
}


class _StorableText(StrDumper):
    """Text without what PostgreSQL cannot hold: the character of code 0, and halves of surrogate pairs."""

    def dump(self, obj: str) -> Any:
        try:
            return super().dump(obj)
        except (psycopg.DataError, UnicodeEncodeError):
            return super().dump(obj.replace("\0", "").encode("utf-8", "replace").decode())


class Postgres:
    """A database of a server; see `earmark.store.database.Database`."""

    shared = True

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self.name = f"{parts.database or parts.username} at {parts.host or 'this machine'}"
        self._engine = create_engine(
            parts,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            max_overflow=20,
            pool_timeout=30,
            connect_args={**PATIENCE, **parts.query},
        )
        event.listen(self._engine, "connect", _prepare)

    @contextmanager
    def transaction(self, intent: Intent) -> Iterator[Connection]:
        """A transaction.

        Raises:
            StoreError: the server cannot be reached, refuses the user, is out of disk, or others were in the way.
        """
        with _complaints_translated(self.name), self._engine.connect() as connection, connection.begin():
            for statement in _BEGIN[intent]:
                connection.exec_driver_sql(statement)
            yield connection

    def erase_traces(self) -> None:
        """Let the deleted rows' room be written over.

        Old files, the write-ahead log and backups are the server's: see docs/explanation/privacy.md.
        """
        with (
            _complaints_translated(self.name),
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.exec_driver_sql("VACUUM")

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.adapters.register_dumper(str, _StorableText)


_AWAY: Final = "the server went away"
_AGAIN: Final = "Run the command again. Nothing of this run was kept."
_LOST: Final = ("the connection is lost", "the connection is closed")
"""What the driver says itself of a server that is gone."""
_REMEDIES: Final = (
    # https://www.postgresql.org/docs/current/errcodes-appendix.html
    (("42501",), "the user lacks a right", "Let the user own the database, or grant it the right."),
    (
        ("53100", "58030"),
        "the server's disk is full or refuses to be written",
        "Free some space there and run the command again. What was stored before is intact.",
    ),
    (("53300",), "the server has no connection left", "Raise max_connections, or run fewer workers."),
    (
        ("53",),
        "the server lacks what it needs",
        "See its log, and give it more memory. Nothing of this run was kept.",
    ),
    (("25006",), "the database may only be read", "Point EARMARK_DATABASE_URL at the primary server."),
    (("40P01", "40001", "55P03"), "others were writing the same", _AGAIN),
    (("57", "08"), _AWAY, _AGAIN),
)


@contextmanager
def _complaints_translated(database: str) -> Iterator[None]:
    """Turn what the server refuses into errors that say what to do; faults of our own pass as they are."""
    try:
        yield
    except PoolTimeoutError as error:
        raise UnavailableError(f"{database}: every connection is in use for too long.", _AGAIN) from error
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, psycopg.Error):
            raise
        said = str(cause).strip().partition("\n")[0]
        for states, what, remedy in _REMEDIES:
            if (cause.sqlstate or "").startswith(states):
                raise UnavailableError(f"{database}: {what} ({said}).", remedy) from error
        if isinstance(cause, psycopg.OperationalError) and said in _LOST:
            raise UnavailableError(f"{database}: {_AWAY} ({said}).", _AGAIN) from error
        # Whoever is turned away at the door is told why, but in no code.
        if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
            raise UnavailableError(
                f"{database}: no connection to the server ({said}).",
                "See that it runs, that the database exists (createdb), and that EARMARK_DATABASE_URL is right.",
            ) from error
        raise
