"""Item-item neighbours by shrunk cosine, and the scores that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import Csr, Rows, check_count, excluded_rows
from earmark.threads import over_blocks

SONGS_PER_BLOCK = 256
LISTENERS_PER_BLOCK = 256


@dataclass(frozen=True)
class NeighbourLists:
    """The nearest songs of each song, nearest first.

    ``ids`` (n_songs, k) int32, padded with -1 at the end of a row; ``similarities`` (n_songs, k) float32.

    Raises:
        ValueError: ids are out of range, -1 stands before an id, or shapes or types differ from these.
    """

    ids: NDArray[np.int32]
    similarities: NDArray[np.float32]

    def __post_init__(self) -> None:
        ids, similarities = self.ids, self.similarities
        if ids.ndim != 2 or ids.shape != similarities.shape or ids.shape[1] < 1:
            raise ValueError(f"neighbours: shapes {ids.shape} and {similarities.shape} are not (n_songs, k).")
        if ids.dtype != np.int32 or similarities.dtype != np.float32:
            raise ValueError(
                f"neighbours: expected int32 and float32, got {ids.dtype}, {similarities.dtype}."
            )
        if ids.size and (ids.min() < -1 or ids.max() >= len(ids)):
            raise ValueError(f"neighbours: ids must be from -1 to {len(ids) - 1}.")
        if ((ids[:, 1:] >= 0) & (ids[:, :-1] < 0)).any():
            raise ValueError("neighbours: -1 may stand only at the end of a row.")
        if not np.isfinite(similarities).all():
            raise ValueError("neighbours: a similarity is not finite.")
        object.__setattr__(self, "ids", np.ascontiguousarray(ids))
        object.__setattr__(self, "similarities", np.ascontiguousarray(similarities))

    @property
    def n_songs(self) -> int:
        """How many songs have a list."""
        return len(self.ids)

    @property
    def k(self) -> int:
        """How long a list is at most."""
        return int(self.ids.shape[1])


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
    check_count(k, "k")
    if not (0.0 <= shrink < float("inf") and 0.0 <= asymmetry <= 1.0):
        raise ValueError(f"shrink must be from 0 up and asymmetry from 0 to 1, got {shrink} and {asymmetry}.")
    rows = Rows.of(matrix, "interactions")
    if len(rows.weights) and rows.weights.min() < 0:
        raise ValueError("interactions: neighbours need weights from 0 up; drop the dislikes first.")
    n_songs = rows.n_columns
    squares = np.bincount(rows.indices, np.square(rows.weights, dtype=np.float64), n_songs)
    if squares.max(initial=0.0) > 1e30:
        raise ValueError("interactions: weights are too large for float32 sums; scale them down.")
    columns = rows.transposed()
    left = np.power(squares, asymmetry).astype(np.float32)
    right = np.power(squares, 1.0 - asymmetry).astype(np.float32)
    ids = np.empty((n_songs, k), np.int32)
    similarities = np.empty((n_songs, k), np.float32)

    def block(start: int, stop: int) -> None:
        _core.find_neighbours(
            start, stop, n_songs, rows.n_rows, k, shrink,
            columns.starts, columns.indices, columns.weights,
            rows.starts, rows.indices, rows.weights,
            left, right, ids, similarities,
        )  # fmt: skip

    over_blocks(block, n_songs, SONGS_PER_BLOCK, threads)
    return NeighbourLists(ids, similarities)


def score_neighbours(
    history: Csr,
    neighbours: NeighbourLists,
    n: int,
    *,
    exclude: Csr | None = None,
    threads: int | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The n best songs j of each listener by ``sum_i w_i sim(i, j)`` over the songs i of their history.

    Only positive scores count; a listener with fewer than n such songs gets -1 and 0 in the places left.

    Args:
        history: (n_listeners, n_songs) weights, which may be negative.
        neighbours: lists of the same songs.
        n: songs to keep for each listener.
        exclude: (n_listeners, n_songs), whose entries (of any weight) may not be returned.
        threads: as for `over_blocks`; it does not change the result.

    Returns:
        ids (n_listeners, n) int32 and scores (n_listeners, n) float32, by score descending, then id
        ascending.

    Raises:
        ValueError: shapes do not fit or a weight is not finite.
    """
    check_count(n, "n")
    rows = Rows.of(history, "history")
    if rows.n_columns != neighbours.n_songs:
        raise ValueError(f"history has {rows.n_columns} songs, the neighbours have {neighbours.n_songs}.")
    hidden = excluded_rows(exclude, rows.n_rows, rows.n_columns)
    ids = np.empty((rows.n_rows, n), np.int32)
    scores = np.empty((rows.n_rows, n), np.float32)

    def block(start: int, stop: int) -> None:
        _core.score_neighbours(
            start, stop, rows.n_columns, rows.n_rows, neighbours.k, n,
            rows.starts, rows.indices, rows.weights,
            hidden.starts, hidden.indices,
            neighbours.ids, neighbours.similarities, ids, scores,
        )  # fmt: skip

    over_blocks(block, rows.n_rows, LISTENERS_PER_BLOCK, threads)
    return ids, scores
