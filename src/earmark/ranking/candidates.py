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
ROWS_AT_ONCE = 4_096


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
    deepest = max(songs.shape[1] for songs in lists)
    # Pair, generator and place in one integer: sorting plain integers is many times faster than sorting by index.
    bits = int(len(lists) * deepest).bit_length()
    packed = []
    for generator, songs in enumerate(lists):
        rows, place = np.nonzero(songs >= 0)
        pair = rows * np.int64(n_songs) + songs[rows, place]
        packed.append((pair << bits) | (generator * deepest + place))
    named = np.sort(np.concatenate(packed))
    pair, said = named >> bits, named & ((1 << bits) - 1)
    first = np.diff(pair, prepend=-1) != 0
    at = np.cumsum(first) - 1
    pairs = pair[first]
    ranks = np.empty((len(lists), len(pairs)), np.int32)
    ranks[:] = np.array([[songs.shape[1]] for songs in lists])
    ranks[said // deepest, at] = said % deepest
    rows = (pairs // n_songs).astype(np.int32)
    songs = (pairs - rows * np.int64(n_songs)).astype(np.int32)
    return Candidates(rows, songs, np.searchsorted(rows, np.arange(len(lists[0]) + 1)), ranks)


def ranked_within(indptr: Int64s, scores: NDArray[np.float32]) -> Int64s:
    """Positions of all pairs, row by row as ``indptr`` bounds them, each row's by score descending, then position.

    At most 4,096 rows of at most a million pairs each.
    """
    bits = np.ascontiguousarray(scores, np.float32).view(np.uint32)
    ascending = np.where(bits >> 31 == 0, bits | np.uint32(1 << 31), ~bits)
    sizes = np.diff(indptr)
    rows = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    place = np.arange(len(scores), dtype=np.int64) - np.repeat(indptr[:-1], sizes)
    packed = (
        (rows << np.uint64(52)) | ((~ascending).astype(np.uint64) << np.uint64(20)) | place.astype(np.uint64)
    )
    order = (np.sort(packed) & np.uint64((1 << 20) - 1)).astype(np.int64)
    return order + np.repeat(indptr[:-1], sizes)


def best_of_each(indptr: Int64s, scores: NDArray[np.float32], n: int) -> Int64s:
    """Positions of the ``n`` best-scored pairs of each row, row by row, best first; ties by position."""
    parts = []
    for start in range(0, len(indptr) - 1, ROWS_AT_ONCE):
        bounds = indptr[start : start + ROWS_AT_ONCE + 1]
        order = ranked_within(bounds - bounds[0], scores[bounds[0] : bounds[-1]])
        place = np.arange(len(order)) - np.repeat(bounds[:-1] - bounds[0], np.diff(bounds))
        parts.append(order[place < n] + bounds[0])
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


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
