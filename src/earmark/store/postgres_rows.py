"""Rows in and out of PostgreSQL: COPY for many, arrays for what is wanted, locks on rows for who writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Dialect

from earmark.store.schema import metadata

if TYPE_CHECKING:
    from earmark.store.rows import Row, Wanted

MANY: Final = 256
"""From so many rows on, COPY is worth its round trips."""


class PostgresRows:
    """How PostgreSQL wants to be spoken to; see `earmark.store.rows.Speaker`."""

    def spelled(self, statement: str) -> str:
        """With ``%s`` for ``?``."""
        return _spelled(statement)

    def told(self, _connection: Connection, statement: str, wanted: Wanted) -> tuple[str, Row]:
        """The statement with a table of arrays before it."""
        names = ", ".join(name for name, _ in wanted.columns)
        arrays = ", ".join(f"?::{kind}[]" for _, kind in wanted.columns)
        table = f"WITH {wanted.table} ({names}) AS MATERIALIZED (SELECT * FROM unnest({arrays}))"
        return f"{table} {statement}", tuple(list(values) for values in wanted.values)

    def insert(self, connection: Connection, table: str, rows: list[Row], *, if_absent: bool) -> int:
        """By COPY, or as arrays where they are few."""
        rule = " ON CONFLICT DO NOTHING" if if_absent else ""
        if len(rows) < MANY:
            arrays = ", ".join(f"%s::{kind}[]" for kind in _kinds(connection.dialect, table))
            statement = f"INSERT INTO {table} SELECT * FROM unnest({arrays}){rule}"
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            return connection.exec_driver_sql(statement, columns).rowcount
        if not if_absent:
            return _copy(connection, table, rows)
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE IF NOT EXISTS new_{table} (LIKE {table}) ON COMMIT DROP"
        )
        _copy(connection, f"new_{table}", rows)
        inserted = connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM new_{table}{rule}").rowcount
        connection.exec_driver_sql(f"TRUNCATE new_{table}")
        return inserted

    def stream(self, connection: Connection, statement: str, values: Row, rows_at_once: int) -> Iterator[Row]:
        """By a cursor of the server."""
        driver: Any = connection.connection.driver_connection
        with driver.cursor(name="stretches") as cursor:
            cursor.itersize = rows_at_once
            cursor.execute(_spelled(statement), values)
            yield from cursor

    def draw(self, connection: Connection, table: str, n: int) -> Sequence[int]:
        """From the table's sequence, which other transactions draw from at the same time."""
        drawn = connection.exec_driver_sql(
            "SELECT nextval(%s) FROM generate_series(1, %s)", (f"{table}_ids", n)
        )
        return sorted(number for (number,) in drawn)

    def last_drawn(self, connection: Connection, table: str) -> int:
        """From the table's sequence."""
        asked = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_ids"
        last: int = connection.exec_driver_sql(asked).scalar_one()
        return last

    def hold(self, connection: Connection, table: str, ids: Sequence[int]) -> list[int]:
        """Lock the rows, by ascending id, so that two who want the same do not wait for each other."""
        found = connection.exec_driver_sql(
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


@cache
def _kinds(dialect: Dialect, table: str) -> tuple[str, ...]:
    """The type of each column."""
    return tuple(
        # An array has no collation of its own.
        column.type.compile(dialect).partition(" COLLATE")[0]
        for column in metadata.tables[table].columns
    )


def _copy(connection: Connection, table: str, rows: list[Row]) -> int:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return int(cursor.rowcount)
