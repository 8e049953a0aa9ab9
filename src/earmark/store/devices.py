"""What listens were played on: each name once, by a number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from earmark.store.rows import fetch, insert, new_id

LONGEST_NAME: Final = 120
"""Letters of a name that are kept."""
NONE: Final = 0
"""The number of no device."""


class Devices:
    """The numbers of devices, within one transaction; who is new gets one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, int] = {}

    def numbers(self, names: Iterable[str | None]) -> list[int]:
        """The number of each name; `NONE` for None and for a name without letters."""
        return [NONE if name is None else self._number(name) for name in names]

    def _number(self, name: str) -> int:
        name = name[:LONGEST_NAME].replace("\0", "").strip()
        if not name:
            return NONE
        if name not in self._known:
            if not fetch(self._connection, "SELECT 1 FROM device WHERE name = ?", (name,)):
                insert(
                    self._connection, "device", [(new_id(self._connection, "device"), name)], if_absent=True
                )
            self._known.update(fetch(self._connection, "SELECT name, id FROM device WHERE name = ?", (name,)))
        return self._known[name]
