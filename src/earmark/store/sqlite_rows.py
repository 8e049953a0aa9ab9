"""Rows in and out of SQLite: many to a statement, and JSON for what is wanted and what is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Text

from earmark.store.schema import metadata
from earmark.store.wanted import Row, Wanted

if TYPE_CHECKING:
    from sqlite3 import Connection

TOGETHER: Final = (64, 8, 1)
"""Rows in one INSERT: nearly twice as fast as one by one, and within the 999 values always allowed."""

FROM_HEX: Final = "from_hex"
"""A function that every connection has: bytes of hexadecimal digits."""

_COUNT: Final = """
    INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + excluded.last
    RETURNING last"""

_NUL: Final = r"\u0000"
_ROWS: Final = msgspec.json.Decoder(list[tuple[Any, ...]])


class SqliteRows:
    """How SQLite wants to be spoken to; see `earmark.store.rows.Speaker`.

    The driver gives the interpreter away at every step, be it only a row, and where other threads are busy gets it
    back late. So what is asked and answered while others are served takes few steps, however much it is.
    """

    def __init__(self) -> None:
        self._widths: dict[str, int] = {}

    def spelled(self, statement: str) -> str:
        """As it stands."""
        return statement

    def told(self, statement: str, wanted: Wanted) -> tuple[str, Row]:
        """The statement with a table read from JSON before it."""
        told = (
            [f"value ->> {at}" for at in range(len(wanted.columns))] if len(wanted.columns) > 1 else ["value"]
        )
        selected = ", ".join(
            f"{FROM_HEX}({value})" if kind == "bytea" else value
            for value, (_, kind) in zip(told, wanted.columns, strict=True)
        )
        table = f"WITH {wanted.table} ({wanted.names}) AS (SELECT key, {selected} FROM json_each(?))"
        return f"{table} {statement}", (_as_json(wanted),)

    def do(self, driver: Connection, statement: str, values: Row) -> int:
        """Asked of the database: the driver does not count the rows that a statement changes if it begins with WITH."""
        driver.execute(statement, values)
        ((touched,),) = driver.execute("SELECT changes()")
        return int(touched)

    def fetch(self, driver: Connection, statement: str, values: Row) -> list[Row]:
        """As one array of arrays."""
        width = self._widths.get(statement)
        if width is None:
            described = driver.execute(f"SELECT * FROM ({statement}) LIMIT 0", values).description
            width = self._widths[statement] = len(described)
        columns = ", ".join(f"c{at}" for at in range(width))
        ((said,),) = driver.execute(
            f"WITH answer ({columns}) AS ({statement}) SELECT json_group_array(json_array({columns})) FROM answer",
            values,
        )
        return _ROWS.decode(said)

    def fetch_ints(self, driver: Connection, statement: str, width: int, values: Row) -> NDArray[np.int64]:
        """As one text of numbers."""
        columns = [f"c{at}" for at in range(width)]
        row = " || ',' || ".join(columns)
        ((said,),) = driver.execute(
            f"WITH answer ({', '.join(columns)}) AS ({statement}) SELECT group_concat({row}) FROM answer",
            values,
        )
        return np.zeros(0, np.int64) if said is None else np.fromstring(said, np.int64, sep=",")

    def insert(self, driver: Connection, table: str, rows: list[Row], *, if_absent: bool) -> int:
        """By statements of several rows."""
        if not rows:
            return 0
        rows = _storable(table, rows)
        verb, rule = f"INSERT INTO {table} VALUES ", " ON CONFLICT DO NOTHING" if if_absent else ""
        one = "(" + ", ".join("?" * len(rows[0])) + ")"
        inserted = first = 0
        for together in TOGETHER:
            last = first + (len(rows) - first) // together * together
            if last > first:
                values = [
                    tuple(chain.from_iterable(rows[at : at + together]))
                    for at in range(first, last, together)
                ]
                statement = verb + ", ".join([one] * together) + rule
                inserted += driver.executemany(statement, values).rowcount
                first = last
        return inserted

    def stream(self, driver: Connection, statement: str, values: Row, _rows_at_once: int) -> Iterator[Row]:
        """The driver reads as it is asked."""
        return driver.execute(statement, values)

    def draw(self, driver: Connection, table: str, n: int) -> Sequence[int]:
        """From the table of counters."""
        ((last,),) = driver.execute(_COUNT, (table, n))
        return range(last - n + 1, last + 1)

    def last_drawn(self, driver: Connection, table: str) -> int:
        """From the table of counters."""
        found = driver.execute("SELECT last FROM counter WHERE name = ?", (table,)).fetchone()
        return found[0] if found else 0

    def hold(self, driver: Connection, table: str, ids: Sequence[int]) -> list[int]:
        """Only see who is there: a transaction that writes is the only one that does."""
        marks = ", ".join("?" * len(ids))
        return [number for (number,) in driver.execute(f"SELECT id FROM {table} WHERE id IN ({marks})", ids)]

    def by_index(self, index: str) -> str:
        """Its name: without statistics, SQLite takes the primary key to be as good as any partial index."""
        return f"INDEXED BY {index}"

    def taking(self, question: str) -> str:
        """As it stands, for the same reason."""
        return question


def _as_json(wanted: Wanted) -> str:
    """An array of the values, or of arrays of them where there is more than one column."""
    rows = list(wanted.values[0]) if len(wanted.values) == 1 else list(zip(*wanted.values, strict=True))
    try:
        told = msgspec.json.encode(rows).decode()
    except UnicodeEncodeError:
        told = _NUL
    if _NUL in told:
        # SQLite reads no more of a text than what comes before it.
        told = msgspec.json.encode([_storable_value(one) for one in rows]).decode()
    return told


@cache
def _texts(table: str) -> tuple[int, ...]:
    """Which columns are text."""
    kinds = [column.type for column in metadata.tables[table].columns]
    return tuple(at for at, kind in enumerate(kinds) if isinstance(kind, Text))


def _storable(table: str, rows: list[Row]) -> list[Row]:
    """The rows, with question marks for halves of surrogate pairs, which cannot be written in UTF-8."""
    try:
        for at in _texts(table):
            "".join(row[at] or "" for row in rows).encode()
    except UnicodeEncodeError:
        return [_storable_value(row) for row in rows]
    return rows


def _storable_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_storable_value(one) for one in value)
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value
