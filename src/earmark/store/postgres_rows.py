"""Rows in and out of PostgreSQL: COPY for many, arrays for what is wanted, locks on rows for who writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import dialect

from earmark.store.schema import metadata
from earmark.store.wanted import Row, Wanted

_DIALECT: Final[Dialect] = dialect()  # type: ignore[no-untyped-call]

MANY: Final = 2_048
"""From so many rows on, COPY is worth its round trips: of 800, it takes 14 ms and arrays 12; of 20,000, 150 and 240."""


class PostgresRows:
    """How PostgreSQL wants to be spoken to; see `earmark.store.rows.Speaker`."""

    def spelled(self, statement: str) -> str:
        """With ``%s`` for ``?``."""
        return _spelled(statement)

    def told(self, statement: str, wanted: Wanted) -> tuple[str, Row]:
        """The statement with a table of arrays before it."""
        kinds = tuple(kind for _, kind in wanted.columns)
        selected = f"SELECT n - 1, {_read(kinds)} FROM {_unnested(kinds)} WITH ORDINALITY AS told ({_named(kinds)}, n)"
        table = f"WITH {wanted.table} ({wanted.names}) AS MATERIALIZED ({selected})"
        return f"{table} {statement}", tuple(_as_array(values) for values in wanted.values)

    def do(self, driver: Any, statement: str, values: Row) -> int:
        """As any other."""
        return int(driver.execute(statement, values).rowcount)

    def fetch(self, driver: Any, statement: str, values: Row) -> list[Row]:
        """As any others: the driver has them all at once."""
        rows: list[Row] = driver.execute(statement, values).fetchall()
        return rows

    def fetch_ints(self, driver: Any, statement: str, _width: int, values: Row) -> NDArray[np.int64]:
        """One by one."""
        return np.fromiter(chain.from_iterable(driver.execute(statement, values)), np.int64)

    def insert(self, driver: Any, table: str, rows: list[Row], *, if_absent: bool) -> int:
        """By COPY, or as arrays where they are few."""
        rule = " ON CONFLICT DO NOTHING" if if_absent else ""
        if len(rows) < MANY:
            kinds = _kinds(table)
            told = f"SELECT {_read(kinds)} FROM {_unnested(kinds)} AS told ({_named(kinds)})"
            arrays = tuple(_as_array(column) for column in zip(*rows, strict=True))
            return int(driver.execute(_spelled(f"INSERT INTO {table} {told}{rule}"), arrays).rowcount)
        if not if_absent:
            return _copy(driver, table, rows)
        driver.execute(f"CREATE TEMP TABLE IF NOT EXISTS new_{table} (LIKE {table}) ON COMMIT DROP")
        _copy(driver, f"new_{table}", rows)
        inserted = driver.execute(f"INSERT INTO {table} SELECT * FROM new_{table}{rule}").rowcount
        driver.execute(f"TRUNCATE new_{table}")
        return int(inserted)

    def stream(self, driver: Any, statement: str, values: Row, rows_at_once: int) -> Iterator[Row]:
        """By a cursor of the server."""
        with driver.cursor(name="stretches") as cursor:
            cursor.itersize = rows_at_once
            cursor.execute(_spelled(statement), values)
            yield from cursor

    def draw(self, driver: Any, table: str, n: int) -> Sequence[int]:
        """From the table's sequence, which other transactions draw from at the same time."""
        drawn = driver.execute("SELECT nextval(%s) FROM generate_series(1, %s)", (f"{table}_ids", n))
        return sorted(number for (number,) in drawn)

    def last_drawn(self, driver: Any, table: str) -> int:
        """From the table's sequence."""
        asked = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_ids"
        return int(driver.execute(asked).fetchone()[0])

    def hold(self, driver: Any, table: str, ids: Sequence[int]) -> list[int]:
        """Lock the rows, by ascending id, so that two who want the same do not wait for each other."""
        found = driver.execute(
            f"SELECT id FROM {table} WHERE id = ANY(%s::integer[]) ORDER BY id FOR NO KEY UPDATE",
            (list(ids),),
        )
        return [number for (number,) in found]

    def by_index(self, _index: str) -> str:
        """Nothing: PostgreSQL knows how large an index is."""
        return ""

    def taking(self, question: str) -> str:
        """By locks on rows, and without waiting for those of others."""
        return f"{question} FOR NO KEY UPDATE SKIP LOCKED"


@cache
def _spelled(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")


def _unnested(kinds: Sequence[str]) -> str:
    """Arrays, to be bound, as the columns of a table."""
    return f"unnest({', '.join(f'?::{_as_text(kind)}[]' for kind in kinds)})"


def _as_text(kind: str) -> str:
    return "text" if kind.lower() == "bytea" else kind


def _named(kinds: Sequence[str]) -> str:
    return ", ".join(f"c{at}" for at in range(len(kinds)))


def _read(kinds: Sequence[str]) -> str:
    """Those columns, bytes from their hexadecimal digits."""
    return ", ".join(
        f"decode(c{at}, 'hex')" if kind.lower() == "bytea" else f"c{at}" for at, kind in enumerate(kinds)
    )


def _as_array(values: Sequence[Any]) -> str:
    """An array as the server reads it, which is as JSON has it but for the brackets and what stands after backslashes.

    The driver would put it together value by value.
    """
    if any(isinstance(value, bytes) for value in values):
        values = [value if value is None else value.hex() for value in values]
    try:
        told = msgspec.json.encode(values).decode()
    except UnicodeEncodeError:
        told = "\\"
    if "\\" not in told:
        return "{" + told[1:-1] + "}"
    return "{" + ",".join(map(_quoted, values)) + "}"


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", r"\\").replace('"', r"\"") + '"'
    return msgspec.json.encode(value).decode()


@cache
def _kinds(table: str) -> tuple[str, ...]:
    """The type of each column."""
    return tuple(
        # An array has no collation of its own.
        column.type.compile(_DIALECT).partition(" COLLATE")[0]
        for column in metadata.tables[table].columns
    )


def _copy(driver: Any, table: str, rows: list[Row]) -> int:
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)
