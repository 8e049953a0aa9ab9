"""Lists in JSON whose objects are known beforehand, but for a number at the end of each.

What is said of a song is the same whoever is told of it, but for its place. So each object is kept as it is written up
to the place, all in one stretch of memory, from which an answer's are brought together before they are waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from earmark.kernels import _core
from earmark.kernels.sparse import checked_ids


class Texts:
    """Objects in JSON up to the number that is their last value."""

    def __init__(self, beginnings: Sequence[bytes]) -> None:
        """Keep them, in one stretch."""
        self._starts = np.concatenate([[0], np.cumsum([len(one) for one in beginnings], dtype=np.int64)])
        self._bytes = b"".join(beginnings)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts) - 1

    def joined(self, rows: Sequence[Sequence[int]], numbers: Sequence[Sequence[int]]) -> list[bytes]:
        """Of each row the objects that it names, each ended by its number, with commas between them.

        Args:
            rows: ids of texts.
            numbers: as many for each row, from 0 on.

        Raises:
            ValueError: an id is out of range, a number below 0, or there are not as many of both.
        """
        sizes = [len(row) for row in rows]
        if sizes != [len(row) for row in numbers]:
            raise ValueError("texts: a row has not as many numbers as ids.")
        starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        ids = checked_ids(np.fromiter(chain.from_iterable(rows), np.int64), len(self), "texts")
        behind = checked_ids(np.fromiter(chain.from_iterable(numbers), np.int64), 1 << 31, "numbers")
        return _core.join_texts(len(rows), len(self), self._bytes, self._starts, starts, ids, behind)
