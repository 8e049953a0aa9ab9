"""Scores of given pairs of a row and a song: what neighbours and factors say about every candidate of a pool."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.neighbours import NeighbourLists, as_rows
from earmark.kernels.sparse import Csr, Rows, checked_ids
from earmark.threads import over_blocks

ROWS_PER_BLOCK = 64


class PairScores(NamedTuple):
    """One entry for each pair of row and song j, all ``(n_pairs,)``."""

    sums: NDArray[np.float32]
    """``sum_i w_i sim(i, j)`` over the row's history, as `score_neighbours` sums it."""
    greatest: NDArray[np.float32]
    """The greatest single ``w_i sim(i, j)``; 0 where none is above 0."""
    counts: NDArray[np.int32]
    """How many i of the history have ``w_i sim(i, j)`` above 0."""


def score_pairs(
    history: Csr,
    lists: NeighbourLists | Rows,
    indptr: NDArray[Any],
    songs: NDArray[Any],
    *,
    threads: int | None = None,
) -> PairScores:
    """What the lists of a row's history say about each of the row's songs.

    Time grows with the lengths of those lists, not with the number of pairs.

    Args:
        history: (n_rows, n_lists) weights, which may be negative.
        lists: as for `score_neighbours`.
        indptr: (n_rows + 1,); the songs of row r are ``songs[indptr[r] : indptr[r + 1]]``.
        songs: (n_pairs,), ascending within each row and without repeats.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit, a song is out of range, or a row's songs are not in order.
    """
    rows = Rows.of(history, "history")
    listed = as_rows(lists)
    if rows.n_columns != listed.n_rows:
        raise ValueError(f"history has {rows.n_columns} columns, but there are {listed.n_rows} lists.")
    starts, asked = _checked_pairs(indptr, songs, rows.n_rows, listed.n_columns)
    _check_order(starts, asked)
    found = PairScores(
        np.empty(len(asked), np.float32), np.empty(len(asked), np.float32), np.empty(len(asked), np.int32)
    )

    def block(start: int, stop: int) -> None:
        _core.score_pairs(
            start, stop, rows.n_rows, listed.n_rows, listed.n_columns,
            rows.starts, rows.indices, rows.weights,
            listed.starts, listed.indices, listed.weights, starts, asked, *found,
        )  # fmt: skip

    over_blocks(block, rows.n_rows, ROWS_PER_BLOCK, threads)
    return found


def dot_pairs(
    vectors: NDArray[np.float32],
    items: NDArray[np.float32],
    indptr: NDArray[Any],
    songs: NDArray[Any],
    *,
    threads: int | None = None,
) -> NDArray[np.float32]:
    """The inner product of each row's vector with each of the row's songs, ``(n_pairs,)`` float32.

    The order of additions is fixed: the same bits on every machine.

    Args:
        vectors: (n_rows, n_factors) float32.
        items: (n_songs, n_factors) float32.
        indptr: (n_rows + 1,), as for `score_pairs`.
        songs: (n_pairs,), in any order.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit, or a song is out of range.
    """
    if not (vectors.ndim == items.ndim == 2 and vectors.shape[1] == items.shape[1]):
        raise ValueError(f"vectors {vectors.shape} and items {items.shape} have no factors in common.")
    if vectors.dtype != np.float32 or items.dtype != np.float32:
        raise ValueError(f"expected float32 vectors and items, got {vectors.dtype} and {items.dtype}.")
    vectors, items = np.ascontiguousarray(vectors), np.ascontiguousarray(items)
    starts, asked = _checked_pairs(indptr, songs, len(vectors), len(items))
    dots = np.empty(len(asked), np.float32)

    def block(start: int, stop: int) -> None:
        _core.dot_pairs(
            start, stop, len(vectors), len(items), items.shape[1], vectors, items, starts, asked, dots
        )

    over_blocks(block, len(vectors), ROWS_PER_BLOCK, threads)
    return dots


def _checked_pairs(
    indptr: NDArray[Any], songs: NDArray[Any], n_rows: int, n_songs: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    starts = np.ascontiguousarray(indptr, dtype=np.int64)
    if (
        starts.shape != (n_rows + 1,)
        or starts[0] != 0
        or starts[-1] != len(songs)
        or (np.diff(starts) < 0).any()
    ):
        raise ValueError(f"pairs: indptr does not divide {len(songs)} songs among {n_rows} rows.")
    return starts, checked_ids(songs, n_songs, "pairs")


def _check_order(starts: NDArray[np.int64], asked: NDArray[np.int32]) -> None:
    falls = np.flatnonzero(asked[1:] <= asked[:-1]) + 1
    if not np.isin(falls, starts).all():
        raise ValueError("pairs: the songs of a row must be ascending, without repeats.")
