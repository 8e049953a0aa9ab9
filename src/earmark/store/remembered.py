"""What one transaction remembers for the next: which items the words of a source stand for.

Most plays are of what was played before, and finding that out costs more than all else: three names become keys, and
keys are looked up in three tables. An item keeps its id and its song for as long as it exists, and nothing but
forgetting drops one. So forgetting counts itself in the record; a writer reads the count in its own transaction,
in which nobody forgets, and what was remembered under another count is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from earmark.music.items import Item
from earmark.store.rows import last_id, new_id

MOST_REMEMBERED: Final = 200_000
"""Items; some 500 bytes each. The first to be remembered is the first to be dropped."""

_FORGETTING: Final = "forgetting"
"""What numbers are drawn for, as ids are for the rows of a table."""

Ids = tuple[int, int]
"""An item and its song, as `earmark.store.catalogue.Catalogue` answers them."""


class Remembered:
    """The items that the transactions of one process have met, and that are in the record. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forgettings = 0
        self._items: dict[Item, Ids] = {}

    def as_of(self, forgettings: int) -> Mapping[Item, Ids]:
        """What is remembered, if nobody was forgotten since; to be read only."""
        with self._lock:
            if forgettings != self._forgettings:
                self._items = {}
                self._forgettings = forgettings
            return self._items

    def keep(self, forgettings: int, items: Mapping[Item, Ids]) -> None:
        """Remember what a transaction found or added, now that it has been committed."""
        with self._lock:
            if forgettings != self._forgettings:
                return
            self._items.update(islice(items.items(), max(0, len(items) - MOST_REMEMBERED), None))
            for item in list(islice(self._items, max(0, len(self._items) - MOST_REMEMBERED))):
                del self._items[item]


def forgettings(connection: Connection) -> int:
    """How often forgetting has dropped items."""
    return last_id(connection, _FORGETTING)


def count_forgetting(connection: Connection) -> None:
    """Let every process drop what it remembers."""
    new_id(connection, _FORGETTING)
