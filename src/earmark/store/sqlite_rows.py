"""Rows in and out of SQLite: many to a statement, and scratch tables for what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Connection, Text

from earmark.store.schema import metadata

if TYPE_CHECKING:
    from earmark.store.rows import Row, Wanted

TOGETHER: Final = 64
"""Rows in one INSERT: nearly twice as fast as one by one, and within the 999 values always allowed."""

_COUNT: Final = """
    INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + excluded.last
    RETURNING last"""

IDS: Final = "wanted_id"

SCRATCH: Final = (
    f"CREATE TEMP TABLE {IDS} (n INTEGER PRIMARY KEY, id INTEGER NOT NULL)",
    "CREATE TEMP TABLE wanted_key (n INTEGER PRIMARY KEY, parent INTEGER NOT NULL, key TEXT NOT NULL)",
    "CREATE TEMP TABLE wanted_digest (digest BLOB NOT NULL)",
    "CREATE TEMP TABLE wanted_span (listener_id INTEGER NOT NULL, before INTEGER, first INTEGER, last INTEGER)",
)
"""Tables of one connection, made when it is opened."""


class SqliteRows:
    """How SQLite wants to be spoken to; see `earmark.store.rows.Speaker`."""

    def spelled(self, statement: str) -> str:
        """As it stands."""
        return statement

    def told(self, connection: Connection, statement: str, wanted: Wanted) -> tuple[str, Row]:
        """Fill the scratch table that the statement joins; with a question, ids come as an array that it reads as one.

        (The driver does not count the rows that a statement changes if it begins so.)
        """
        if wanted.table == IDS and statement.lstrip().startswith("SELECT"):
            told = msgspec.json.encode(list(wanted.values[1])).decode()
            return f"WITH {IDS} (n, id) AS (SELECT key, value FROM json_each(?)) {statement}", (told,)
        connection.exec_driver_sql(f"DELETE FROM {wanted.table}")
        self.insert(connection, wanted.table, list(zip(*wanted.values, strict=True)), if_absent=False)
        return statement, ()

    def insert(self, connection: Connection, table: str, rows: list[Row], *, if_absent: bool) -> int:
        """By statements of `TOGETHER` rows, and the rest one by one."""
        if not rows:
            return 0
        rows = _storable(table, rows)
        verb, rule = f"INSERT INTO {table} VALUES ", " ON CONFLICT DO NOTHING" if if_absent else ""
        width = len(rows[0])
        one = "(" + ", ".join("?" * width) + ")"
        whole = len(rows) // TOGETHER * TOGETHER
        values = list(chain.from_iterable(rows[:whole]))
        stride = TOGETHER * width
        together = [tuple(values[at : at + stride]) for at in range(0, len(values), stride)]
        inserted = 0
        for statement, many in (
            (verb + ", ".join([one] * TOGETHER) + rule, together),
            (verb + one + rule, rows[whole:]),
        ):
            if many:
                inserted += connection.exec_driver_sql(statement, many).rowcount
        return inserted

    def stream(
        self, connection: Connection, statement: str, values: Row, _rows_at_once: int
    ) -> Iterator[Row]:
        """The cursor of the driver reads as it is asked."""
        cursor: Any = connection.exec_driver_sql(statement, values).cursor
        return iter(cursor)

    def draw(self, connection: Connection, table: str, n: int) -> Sequence[int]:
        """From the table of counters."""
        last: int = connection.exec_driver_sql(_COUNT, (table, n)).scalar_one()
        return range(last - n + 1, last + 1)

    def last_drawn(self, connection: Connection, table: str) -> int:
        """From the table of counters."""
        return connection.exec_driver_sql("SELECT last FROM counter WHERE name = ?", (table,)).scalar() or 0

    def hold(self, connection: Connection, table: str, ids: Sequence[int]) -> list[int]:
        """Only see who is there: a transaction that writes is the only one that does."""
        marks = ", ".join("?" * len(ids))
        found = connection.exec_driver_sql(f"SELECT id FROM {table} WHERE id IN ({marks})", tuple(ids))
        return [number for (number,) in found]

    def by_index(self, index: str) -> str:
        """Its name: without statistics, SQLite takes the primary key to be as good as any partial index."""
        return f"INDEXED BY {index}"

    def taking(self, question: str) -> str:
        """As it stands, for the same reason."""
        return question


@cache
def _texts(table: str) -> tuple[int, ...]:
    """Which columns are text."""
    if table in metadata.tables:
        kinds = [column.type for column in metadata.tables[table].columns]
        return tuple(at for at, kind in enumerate(kinds) if isinstance(kind, Text))
    return (2,) if table == "wanted_key" else ()


def _storable(table: str, rows: list[Row]) -> list[Row]:
    """The rows, with question marks for halves of surrogate pairs, which cannot be written in UTF-8."""
    try:
        for at in _texts(table):
            "".join(row[at] or "" for row in rows).encode()
    except UnicodeEncodeError:
        return [tuple(_without_halves(value) for value in row) for row in rows]
    return rows


def _without_halves(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
