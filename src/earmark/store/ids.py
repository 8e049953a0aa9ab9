"""Numbers for new rows. A number once given is never given again, not even after its row was forgotten."""

from __future__ import annotations

from sqlalchemy import Connection

from earmark.store.rows import fetch, put


class Ids:
    """The counters of one transaction; `save` writes them back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] | None = None

    def take(self, table: str, n: int = 1) -> range:
        """``n`` consecutive new ids of a table."""
        if self._last is None:
            self._last = dict(fetch(self._connection, "SELECT name, last FROM counter"))
        first = self._last.get(table, 0) + 1
        self._last[table] = first + n - 1
        return range(first, first + n)

    def save(self) -> None:
        """Write the counters into the record."""
        if self._last:
            put(
                self._connection,
                "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last",
                sorted(self._last.items()),
            )
