"""The nearest of each row of a product of sparse matrices: songs near songs, rows near rows; and what they say."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import Csr, Rows, check_count, checked_ids, excluded_rows
from earmark.threads import in_order, over_blocks

ROWS_PER_BLOCK = 256
EVERY = 1 << 31
"""More entries than any list has."""


@dataclass(frozen=True)
class NeighbourLists:
    """The nearest songs of each song, or the nearest rows of each query, nearest first; lists differ in length.

    List i is ``ids[starts[i] : starts[i + 1]]`` with ``similarities`` alike: ``starts`` (n_lists + 1,) int64,
    ``ids`` (n_entries,) int32 from 0 to ``n_ids`` - 1, ``similarities`` (n_entries,) float32.

    Raises:
        ValueError: ids are out of range, or shapes or types differ from these.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    similarities: NDArray[np.float32]
    n_ids: int

    def __post_init__(self) -> None:
        starts, ids, similarities = self.starts, self.ids, self.similarities
        if starts.dtype != np.int64 or ids.dtype != np.int32 or similarities.dtype != np.float32:
            raise ValueError(
                "neighbours: expected int64, int32 and float32, "
                f"got {starts.dtype}, {ids.dtype} and {similarities.dtype}."
            )
        if not (starts.ndim == ids.ndim == similarities.ndim == 1 and len(ids) == len(similarities)):
            raise ValueError(
                "neighbours: expected one dimension, and as many similarities as ids, "
                f"got {starts.shape}, {ids.shape} and {similarities.shape}."
            )
        if not len(starts) or starts[0] != 0 or starts[-1] != len(ids) or (np.diff(starts) < 0).any():
            raise ValueError(f"neighbours: the starts do not divide {len(ids)} entries into lists.")
        checked_ids(ids, self.n_ids, "neighbours")
        if not np.isfinite(similarities).all():
            raise ValueError("neighbours: a similarity is not finite.")
        for name in ("starts", "ids", "similarities"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name)))

    def __len__(self) -> int:
        """How many lists."""
        return len(self.starts) - 1


def find_neighbours(
    matrix: Csr, k: int, *, shrink: float = 0.0, asymmetry: float = 0.5, threads: int | None = None
) -> NeighbourLists:
    """The k nearest songs j of each song i by ``x_i . x_j / (|x_i|^(2a) |x_j|^(2(1 - a)) + shrink)``.

    With asymmetry a = 0.5 this is the shrunk cosine (Bell & Koren 2007); else Aiolli's asymmetric cosine
    (2013): below 0.5 it favours rarer neighbours. Ordered by similarity descending, then id ascending; a song
    is never its own neighbour, and songs that share no row are no neighbours. Time grows with the sum of
    squared row lengths.

    Args:
        matrix: (n_rows, n_songs), listeners or playlists by songs, weights from 0 up.
        k: neighbours to keep for each song.
        shrink: added to the denominator, in units of the dot product.
        asymmetry: a, from 0 to 1.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: a weight is negative, not finite or too large, or a setting is out of range.
    """
    if not (0.0 <= shrink < float("inf") and 0.0 <= asymmetry <= 1.0):
        raise ValueError(f"shrink must be from 0 up and asymmetry from 0 to 1, got {shrink} and {asymmetry}.")
    rows = Rows.of(matrix, "interactions")
    if len(rows.weights) and rows.weights.min() < 0:
        raise ValueError("interactions: neighbours need weights from 0 up; drop the dislikes first.")
    squares = np.bincount(rows.indices, np.square(rows.weights, dtype=np.float64), rows.n_columns)
    if squares.max(initial=0.0) > 1e30:
        raise ValueError("interactions: weights are too large for float32 sums; scale them down.")
    left = np.power(squares, asymmetry).astype(np.float32)
    right = np.power(squares, 1.0 - asymmetry).astype(np.float32)
    themselves = np.arange(rows.n_columns, dtype=np.int32)
    return find_nearest(
        rows.transposed(), rows, left, right, k, shrink=shrink, own=themselves, threads=threads
    )


def find_nearest(
    left: Rows,
    right: Rows,
    left_norms: NDArray[np.float32],
    right_norms: NDArray[np.float32],
    k: int,
    *,
    shrink: float,
    own: NDArray[np.integer],
    threads: int | None = None,
) -> NeighbourLists:
    """The k columns j nearest to each row i by ``(left right)_ij / (left_norms_i right_norms_j + shrink)``.

    Only positive similarities count, by similarity descending, then id ascending. Time grows with the number
    of products; a thread needs one float for each column, and room for k entries of each row of a block.

    Args:
        left: (n_rows, n_between).
        right: (n_between, n_columns).
        left_norms: (n_rows,) from 0 up.
        right_norms: (n_columns,) from 0 up.
        k: columns to keep for each row.
        shrink: from 0 up.
        own: (n_rows,) the column that each row itself is, which is left out; -1 for none.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit or k is out of range.
    """
    check_count(k, "k")
    if (left.n_columns, len(left_norms), len(right_norms), len(own)) != (
        right.n_rows, left.n_rows, right.n_columns, left.n_rows,
    ):  # fmt: skip
        raise ValueError("nearest: the shapes of the matrices, their norms and `own` do not fit together.")
    checked_ids(own[own >= 0], right.n_columns, "own")
    own = np.ascontiguousarray(own, np.int32)
    left_norms, right_norms = (np.ascontiguousarray(part, np.float32) for part in (left_norms, right_norms))
    k = min(k, max(right.n_columns, 1))

    def block(start: int) -> tuple[NDArray[Any], ...]:
        stop = min(start + ROWS_PER_BLOCK, left.n_rows)
        lengths = np.empty(stop - start, np.int64)
        ids = np.empty((stop - start) * k, np.int32)
        similarities = np.empty((stop - start) * k, np.float32)
        _core.find_nearest(
            start, stop, left.n_rows, right.n_rows, right.n_columns, k, shrink,
            left.starts, left.indices, left.weights,
            right.starts, right.indices, right.weights,
            left_norms, right_norms, own, lengths, ids, similarities,
        )  # fmt: skip
        found = int(lengths.sum())
        return lengths, ids[:found].copy(), similarities[:found].copy()

    parts = [deque[NDArray[Any]]() for _ in range(3)]
    for found in in_order(block, range(0, left.n_rows, ROWS_PER_BLOCK), threads):
        for part, piece in zip(parts, found, strict=True):
            part.append(piece)
    lengths, ids, similarities = map(_joined, parts, (np.int64, np.int32, np.float32))
    return NeighbourLists(np.concatenate([[0], np.cumsum(lengths)]), ids, similarities, right.n_columns)


def _joined(parts: deque[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    """The parts one after the other; each is let go as it is copied, so that they are never all held twice."""
    joined = np.empty(sum(map(len, parts)), dtype)
    at = 0
    while parts:
        part = parts.popleft()
        joined[at : at + len(part)] = part
        at += len(part)
    return joined


def score_neighbours(
    history: Csr | Rows,
    lists: NeighbourLists | Rows,
    n: int,
    *,
    exclude: Csr | Rows | None = None,
    reach: int = EVERY,
    threads: int | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The n best songs j of each row by ``sum_i w_i sim(i, j)`` over the entries i of its history.

    Only positive scores count; a row with fewer than n such songs gets -1 and 0 in the places left.

    Args:
        history: (n_rows, n_lists) weights, which may be negative.
        lists: neighbours of songs; or any rows of weighted songs, for a history of such rows.
        n: songs to keep for each row.
        exclude: (n_rows, n_songs), whose entries (of any weight) may not be returned.
        reach: so many of the first entries of each list count.
        threads: as for `over_blocks`; it does not change the result.

    Returns:
        ids (n_rows, n) int32 and scores (n_rows, n) float32, by score descending, then id ascending.

    Raises:
        ValueError: shapes do not fit or a weight is not finite.
    """
    check_count(n, "n")
    rows = Rows.of(history, "history")
    listed = as_rows(lists)
    if rows.n_columns != listed.n_rows:
        raise ValueError(f"history has {rows.n_columns} columns, but there are {listed.n_rows} lists.")
    hidden = excluded_rows(exclude, rows.n_rows, listed.n_columns)
    ids = np.empty((rows.n_rows, n), np.int32)
    scores = np.empty((rows.n_rows, n), np.float32)

    def block(start: int, stop: int) -> None:
        _core.score_lists(
            start, stop, rows.n_rows, listed.n_rows, listed.n_columns, n, reach,
            rows.starts, rows.indices, rows.weights,
            hidden.starts, hidden.indices,
            listed.starts, listed.indices, listed.weights, ids, scores,
        )  # fmt: skip

    over_blocks(block, rows.n_rows, ROWS_PER_BLOCK, threads)
    return ids, scores


def as_rows(lists: NeighbourLists | Rows) -> Rows:
    """The lists in the form that the core reads; its entries stand in their own order."""
    if isinstance(lists, Rows):
        return lists
    return Rows(lists.starts, lists.ids, lists.similarities, lists.n_ids)
