"""Lists that are read a page at a time, each page beginning beyond a row that is named by its key.

Not after a count of rows: so nothing is passed over or told twice while rows are added, and the last page costs no more
than the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
Key = TypeVar("Key", bound=tuple[int | str, ...])


@dataclass(frozen=True)
class Walk(Generic[Row, Key]):
    """How the pages of a list follow each other."""

    key_of: Callable[[Row], Key]
    """By which a page begins beyond this row."""
    first: Key
    """Beyond it are all."""

    def over(self, find: Callable[[Key], Sequence[Row]]) -> Iterator[Row]:
        """Every row, page by page; ``find`` reads the page beyond a key."""
        beyond = self.first
        while rows := find(beyond):
            yield from rows
            beyond = self.key_of(rows[-1])
