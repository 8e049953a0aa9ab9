"""Which songs are worth ranking for a listener: the union of what several generators put first.

A candidate is a pair (listener row, column). Pairs are kept flat, sorted by row and then column, so that
everything about them is one array operation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    n_listeners = len(lists[0])
    filled = [np.nonzero(songs >= 0) for songs in lists]
    keys = [at[0] * np.int64(n_songs) + songs[at] for songs, at in zip(lists, filled, strict=True)]
    pairs = np.unique(np.concatenate(keys))
    ranks = np.empty((len(lists), len(pairs)), np.int32)
    for generator, (songs, (_, place)) in enumerate(zip(lists, filled, strict=True)):
        ranks[generator] = songs.shape[1]
        ranks[generator, np.searchsorted(pairs, keys[generator])] = place
    rows = pairs // n_songs
    bounds = np.searchsorted(rows, np.arange(n_listeners + 1))
    return Candidates(rows.astype(np.int32), (pairs % n_songs).astype(np.int32), bounds, ranks)


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


def best_per_row(rows: Int32s, songs: Int32s, scores: NDArray[np.floating], n_rows: int, n: int) -> Int32s:
    """The ``n`` best-scored songs of every row, ``(n_rows, n)`` padded with −1; ties by lower column."""
    order = np.lexsort((songs, -scores, rows))
    rows, songs = rows[order], songs[order]
    starts = np.searchsorted(rows, np.arange(n_rows + 1))
    place = np.arange(len(rows)) - starts[rows]
    kept = place < n
    best = np.full((n_rows, n), -1, np.int32)
    best[rows[kept], place[kept]] = songs[kept]
    return best


def ranges(starts: Int64s, lengths: Int64s) -> Int64s:
    """The concatenation of ``range(start, start + length)`` for all pairs."""
    ends = np.cumsum(lengths)
    shifts: Int64s = np.repeat(starts - (ends - lengths), lengths)
    return np.arange(len(shifts)) + shifts
