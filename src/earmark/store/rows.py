"""Many rows at once, in and out: plain SQL, tuples in, integers out as arrays.

Every named statement of the room passes through here. It writes its placeholders as ``?``; what a statement asks about,
however much that is, it joins by name (`earmark.store.wanted`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.store.postgres_rows import PostgresRows
from earmark.store.sqlite_rows import SqliteRows
from earmark.store.wanted import Row, Wanted

BULK: Final = 65_536
"""Rows handed to the driver at once: enough to hide the cost of a call, few enough to stay small."""

AT_ONCE: Final = 500
"""Values in a list of one statement: within the 999 always allowed."""


class Speaker(Protocol):
    """How one kind of database wants to be spoken to; ``driver`` is a connection of its driver."""

    def spelled(self, statement: str) -> str:
        """The statement with the placeholders of the driver."""

    def told(self, statement: str, wanted: Wanted) -> tuple[str, Row]:
        """The statement made to know of what is wanted, and the values that come before its own."""

    def do(self, driver: Any, statement: str, values: Row) -> int:
        """Execute a statement that was made so; returns how many rows it touched."""

    def fetch(self, driver: Any, statement: str, values: Row) -> list[Row]:
        """All rows of a question that was made so."""

    def fetch_ints(self, driver: Any, statement: str, width: int, values: Row) -> NDArray[np.int64]:
        """The same of integers, row after row."""

    def insert(self, driver: Any, table: str, rows: list[Row], *, if_absent: bool) -> int:
        """Insert at most `BULK` rows; returns how many went in."""

    def stream(self, driver: Any, statement: str, values: Row, rows_at_once: int) -> Iterator[Row]:
        """All rows, of which no more than about ``rows_at_once`` are held."""

    def draw(self, driver: Any, table: str, n: int) -> Sequence[int]:
        """``n`` ids that no row of the table ever had."""

    def last_drawn(self, driver: Any, table: str) -> int:
        """The last id that was drawn; 0 if none ever was."""

    def hold(self, driver: Any, table: str, ids: Sequence[int]) -> list[int]:
        """Keep other writers from these rows until the transaction ends; returns the ids that there are."""

    def by_index(self, index: str) -> str:
        """What stands after a table's name, so that it is searched by this index."""

    def taking(self, question: str) -> str:
        """The question, made to hold the rows that it finds as `hold` does, and to pass over what others hold."""


_SPEAKERS: Final[dict[str, Speaker]] = {"sqlite": SqliteRows(), "postgresql": PostgresRows()}


def by_index(connection: Connection, statement: str, index: str) -> str:
    """The statement with what makes it search by an index where it says ``{by_index}``."""
    return statement.format(by_index=_speaker(connection).by_index(index))


def insert(connection: Connection, table: str, rows: Iterable[Row], *, if_absent: bool = False) -> int:
    """Insert rows that have a value for every column of the table; returns how many went in.

    With ``if_absent``, rows whose key is in the table are left out.
    """
    speaker, driver, inserted, remaining = _speaker(connection), _driver(connection), 0, iter(rows)
    while chunk := list(islice(remaining, BULK)):
        inserted += speaker.insert(driver, table, chunk, if_absent=if_absent)
    return inserted


def new_ids(connection: Connection, table: str, n: int) -> Sequence[int]:
    """``n`` ascending ids for new rows. One once given is never given again, not even after its row was forgotten."""
    return _speaker(connection).draw(_driver(connection), table, n) if n else ()


def new_id(connection: Connection, table: str) -> int:
    """The same for one row."""
    (number,) = new_ids(connection, table, 1)
    return number


def last_id(connection: Connection, table: str) -> int:
    """The last id that was given; 0 if none ever was."""
    return _speaker(connection).last_drawn(_driver(connection), table)


def put(connection: Connection, statement: str, rows: Iterable[Row]) -> int:
    """Execute the statement once for each row; returns how many rows it touched in all."""
    spelled, touched, remaining = _speaker(connection).spelled(statement), 0, iter(rows)
    while chunk := list(islice(remaining, BULK)):
        cursor = _driver(connection).cursor()
        cursor.executemany(spelled, chunk)
        touched += cursor.rowcount
    return touched


def do(connection: Connection, statement: str, values: Row = (), *, wanted: Wanted | None = None) -> int:
    """Execute the statement; returns how many rows it touched."""
    if wanted is None:
        return int(_asked(connection, statement, values).rowcount)
    speaker = _speaker(connection)
    return speaker.do(_driver(connection), *_told(speaker, statement, values, wanted))


def fetch(
    connection: Connection, statement: str, values: Row = (), *, wanted: Wanted | None = None
) -> list[Row]:
    """All rows as plain tuples."""
    if wanted is None:
        rows: list[Row] = _asked(connection, statement, values).fetchall()
        return rows
    speaker = _speaker(connection)
    return speaker.fetch(_driver(connection), *_told(speaker, statement, values, wanted))


def fetch_ints(
    connection: Connection, statement: str, width: int, values: Row = (), *, wanted: Wanted | None = None
) -> NDArray[np.int64]:
    """All rows of a statement that yields ``width`` columns of integers, as ``(width, n_rows)``."""
    if wanted is None:
        flat = np.fromiter(chain.from_iterable(_asked(connection, statement, values)), np.int64)
    else:
        speaker = _speaker(connection)
        statement, values = _told(speaker, statement, values, wanted)
        flat = speaker.fetch_ints(_driver(connection), statement, width, values)
    return flat.reshape(-1, width).T


def stream(connection: Connection, statement: str, rows_at_once: int, values: Row = ()) -> Iterator[Row]:
    """All rows, of which no more than about ``rows_at_once`` are held."""
    return _speaker(connection).stream(_driver(connection), statement, values, rows_at_once)


def stream_ints(
    connection: Connection, statement: str, width: int, rows_at_once: int, values: Row = ()
) -> Iterator[NDArray[np.int64]]:
    """The same, a stretch of at most ``rows_at_once`` rows at a time."""
    rows = stream(connection, statement, rows_at_once, values)
    while True:
        flat = np.fromiter(chain.from_iterable(islice(rows, rows_at_once)), np.int64)
        if not len(flat):
            return
        yield flat.reshape(-1, width).T


def hold_listeners(connection: Connection, listeners: Iterable[int]) -> set[int]:
    """Keep other writers from these listeners until the transaction ends: no two settle the same plays at once.

    Returns those who are on record.
    """
    wanted, speaker, driver = sorted(set(listeners)), _speaker(connection), _driver(connection)
    parts = (wanted[first : first + AT_ONCE] for first in range(0, len(wanted), AT_ONCE))
    return {number for part in parts for number in speaker.hold(driver, "listener", part)}


class Held:
    """The listeners whom one transaction keeps from other writers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked: set[int] = set()
        self._there: set[int] = set()

    def hold(self, listeners: Iterable[int]) -> set[int]:
        """As `hold_listeners`, of whom each is asked for once."""
        wanted = set(listeners)
        if new := wanted - self._asked:
            self._there |= hold_listeners(self._connection, new)
            self._asked |= new
        return wanted & self._there


def take(connection: Connection, question: str, values: Row = ()) -> list[Row]:
    """All rows that nobody else holds; nobody else can take or change them until the transaction ends."""
    return fetch(connection, _speaker(connection).taking(question), values)


def _speaker(connection: Connection) -> Speaker:
    return _SPEAKERS[connection.dialect.name]


def _driver(connection: Connection) -> Any:
    # Statements go to the driver itself: what SQLAlchemy wraps around each takes several times as long as a short one.
    return connection.connection.driver_connection


def _asked(connection: Connection, statement: str, values: Row) -> Any:
    return _driver(connection).execute(_speaker(connection).spelled(statement), values)


def _told(speaker: Speaker, statement: str, values: Row, wanted: Wanted) -> tuple[str, Row]:
    statement, before = speaker.told(statement, wanted)
    return speaker.spelled(statement), before + values
