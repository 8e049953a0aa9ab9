"""Which songs are worth ranking for a listener: the union of what several generators put first.

A candidate is a pair (listener row, column). Pairs are kept flat, sorted by row and then column, so that
everything about them is one array operation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.lists import best_of_rows, join_lists
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr

Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Flat pairs, ``(n_pairs,)`` each; ``indptr`` ``(n_listeners + 1,)`` bounds every listener's own.

    ``ranks`` ``(n_generators, n_pairs)`` is each pair's place from 0 in each generator's list, or the list's
    length.
    """

    rows: Int32s
    songs: Int32s
    indptr: Int64s
    ranks: Int32s

    def __len__(self) -> int:
        return len(self.songs)


def pool(lists: tuple[Int32s, ...], n_songs: int) -> Candidates:
    """Join generators' lists, each ``(n_listeners, depth)`` columns in order, padded with −1."""
    starts, songs, ranks = join_lists(lists, n_songs)
    rows = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
    return Candidates(rows, songs, starts, ranks)


def best_of_each(indptr: Int64s, scores: NDArray[np.float32], n: int) -> Int64s:
    """Positions of the ``n`` best-scored pairs of each row, row by row, best first; ties by position."""
    sizes = np.diff(indptr)
    place = np.arange(len(scores)) - np.repeat(indptr[:-1], sizes)
    best = best_of_rows(indptr, place, scores, max(1, min(n, int(sizes.max(initial=1)))))
    positions: Int64s = (best + indptr[:-1, None])[best >= 0]
    return positions


def look_up(matrix: Csr, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.float32]:
    """``matrix[rows[i], columns[i]]`` for all i, 0 where nothing is stored; indices must be sorted."""
    if not matrix.nnz:
        return np.zeros(len(rows), np.float32)
    width = np.int64(matrix.shape[1])
    stored = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr)) * width
    stored += matrix.indices
    wanted = rows * width + columns
    at = np.minimum(np.searchsorted(stored, wanted), len(stored) - 1)
    return np.where(stored[at] == wanted, matrix.data[at], 0).astype(np.float32)


def best_per_row(rows: Int32s, songs: Int32s, scores: NDArray[np.float32], n_rows: int, n: int) -> Int32s:
    """The ``n`` best-scored songs of every row, ``(n_rows, n)`` padded with −1; ties by lower column.

    ``rows`` ascend.
    """
    return best_of_rows(np.searchsorted(rows, np.arange(n_rows + 1)), songs, scores, n)


def ranges(starts: Int64s, lengths: Int64s) -> Int64s:
    """The concatenation of ``range(start, start + length)`` for all pairs."""
    ends = np.cumsum(lengths)
    shifts: Int64s = np.repeat(starts - (ends - lengths), lengths)
    return np.arange(len(shifts)) + shifts
