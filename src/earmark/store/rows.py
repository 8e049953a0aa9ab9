"""Many rows at once, in and out: plain SQL, tuples in, integers out as arrays.

Every named statement of the room passes through here, so a database that writes its placeholders otherwise
needs a change in this file alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

BULK: Final = 65_536
"""Rows handed to the driver at once: enough to hide the cost of a call, few enough to stay small."""

TOGETHER: Final = 64
"""Rows in one INSERT: nearly twice as fast as one by one, and within the 999 values always allowed."""

Row = tuple[Any, ...]


def insert(connection: Connection, table: str, rows: Iterable[Row], *, if_absent: bool = False) -> int:
    """Insert rows that have a value for every column of the table; returns how many went in.

    With ``if_absent``, rows whose key is in the table are left out.
    """
    verb, rule = f"INSERT INTO {table} VALUES ", " ON CONFLICT DO NOTHING" if if_absent else ""
    inserted = 0
    remaining = iter(rows)
    while chunk := list(islice(remaining, BULK)):
        width = len(chunk[0])
        one = "(" + ", ".join("?" * width) + ")"
        whole = len(chunk) // TOGETHER * TOGETHER
        values = list(chain.from_iterable(chunk[:whole]))
        stride = TOGETHER * width
        together = [tuple(values[at : at + stride]) for at in range(0, len(values), stride)]
        inserted += put(connection, verb + ", ".join([one] * TOGETHER) + rule, together)
        inserted += put(connection, verb + one + rule, chunk[whole:])
    return inserted


def put(connection: Connection, statement: str, rows: Iterable[Row]) -> int:
    """Execute the statement once for each row; returns how many rows it touched in all."""
    touched = 0
    remaining = iter(rows)
    while chunk := list(islice(remaining, BULK)):
        touched += connection.exec_driver_sql(statement, chunk).rowcount
    return touched


def do(connection: Connection, statement: str, values: Row = ()) -> int:
    """Execute the statement; returns how many rows it touched."""
    return connection.exec_driver_sql(statement, values).rowcount


def fetch(connection: Connection, statement: str, values: Row = ()) -> list[Row]:
    """All rows as plain tuples."""
    return _cursor(connection, statement, values).fetchall()  # type: ignore[no-any-return]


def fetch_ints(connection: Connection, statement: str, values: Row = ()) -> NDArray[np.int64]:
    """All rows of a statement that yields integers only, as ``(n_columns, n_rows)``."""
    cursor = _cursor(connection, statement, values)
    width = len(cursor.description)
    flat = np.fromiter(chain.from_iterable(cursor), np.int64)
    return flat.reshape(-1, width).T


def stream_ints(
    connection: Connection, statement: str, rows_at_once: int, values: Row = ()
) -> Iterator[NDArray[np.int64]]:
    """The same, a stretch of at most ``rows_at_once`` rows at a time."""
    cursor = _cursor(connection, statement, values)
    width = len(cursor.description)
    while True:
        flat = np.fromiter(chain.from_iterable(islice(cursor, rows_at_once)), np.int64)
        if not len(flat):
            return
        yield flat.reshape(-1, width).T


def ask_about(connection: Connection, ids: Sequence[int]) -> None:
    """Fill ``wanted_id`` with these ids, numbered in order, for a statement to join."""
    do(connection, "DELETE FROM wanted_id")
    insert(connection, "wanted_id", enumerate(ids))


def _cursor(connection: Connection, statement: str, values: Row) -> Any:
    # The driver's own cursor yields tuples; SQLAlchemy's rows cost more than reading them does.
    return connection.exec_driver_sql(statement, values).cursor
