"""What a kind of database must do for the store, beyond SQL."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import Enum
from typing import Protocol

from sqlalchemy import Connection


class Intent(Enum):
    """What a transaction is for."""

    READ = "read"
    """Questions, all answered from the record as it was at one moment."""
    WRITE = "write"
    """Changes."""
    ALONE = "alone"
    """Changes that nobody else may make at the same time."""


class Database(Protocol):
    """One record's database, opened."""

    name: str
    """How errors call it; never with a password."""
    shared: bool
    """Whether several processes may write at once."""

    def transaction(self, intent: Intent) -> AbstractContextManager[Connection]:
        """A transaction; what the database refuses is raised as StoreError.

        Raises:
            StoreError: it cannot be reached, is full, locked, damaged or the like.
        """

    def erase_traces(self) -> None:
        """Overwrite what deleted rows left behind, as far as the database lets us.

        Raises:
            StoreError: it does not, just now.
        """

    def close(self) -> None:
        """Release all connections."""
