"""Lists of songs, one per row: the best of scored songs, and several lists joined into one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import check_count, checked_ids
from earmark.threads import over_blocks

ROWS_PER_BLOCK = 128


class Joined(NamedTuple):
    """Several lists for each row as one."""

    starts: NDArray[np.int64]
    """``(n_rows + 1,)``; the songs of row r are ``songs[starts[r] : starts[r + 1]]``."""
    songs: NDArray[np.int32]
    """``(n_pairs,)`` whatever any list names, ascending within a row and without repeats."""
    places: NDArray[np.int32]
    """``(n_lists, n_pairs)`` the song's place from 0 in each list, or the list's length where it is not named."""


def best_of_rows(
    starts: NDArray[Any], songs: NDArray[Any], scores: NDArray[Any], n: int, *, threads: int | None = None
) -> NDArray[np.int32]:
    """The n best-scored songs of each row, ``(n_rows, n)`` padded with -1: by score descending, then id ascending.

    Args:
        starts: ``(n_rows + 1,)``; the songs of row r are ``songs[starts[r] : starts[r + 1]]``.
        songs: ``(n_pairs,)`` ids from 0, none twice in a row.
        scores: ``(n_pairs,)`` float32, none of them NaN.
        n: songs to keep of each row.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit, or an id is negative.
    """
    check_count(n, "n")
    starts = np.ascontiguousarray(starts, dtype=np.int64)
    if starts.ndim != 1 or not len(starts) or starts[0] != 0 or (np.diff(starts) < 0).any():
        raise ValueError("starts must ascend from 0.")
    if not starts[-1] == len(songs) == len(scores):
        raise ValueError(
            f"{starts[-1]} pairs in rows, {len(songs)} songs and {len(scores)} scores do not fit."
        )
    ids = checked_ids(songs, 2**31 - 1, "scored songs")
    values = np.ascontiguousarray(scores, dtype=np.float32)
    best = np.empty((len(starts) - 1, n), np.int32)

    def block(start: int, stop: int) -> None:
        _core.keep_best(start, stop, len(best), n, starts, ids, values, best)

    over_blocks(block, len(best), ROWS_PER_BLOCK, threads)
    return best


def join_lists(lists: Sequence[NDArray[np.int32]], n_songs: int, *, threads: int | None = None) -> Joined:
    """What any of the lists names for each row, and where it stands in each.

    Args:
        lists: ``(n_rows, length)`` each, songs in order, padded with -1; no list names a song twice in a row.
        n_songs: every song is below this.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: the lists are of different rows, or a song is out of range.
    """
    n_rows = len(lists[0])
    if any(one.ndim != 2 or len(one) != n_rows for one in lists):
        raise ValueError(f"lists of shapes {[one.shape for one in lists]} are not of the same rows.")
    named = np.concatenate(lists, axis=1, dtype=np.int32)
    if named.size and (named.min() < -1 or named.max() >= n_songs):
        raise ValueError(f"lists: a song is not within 0 to {n_songs}.")
    bounds = np.cumsum([0, *(one.shape[1] for one in lists)], dtype=np.int64)
    united = np.empty_like(named)
    lengths = np.empty(n_rows, np.int64)

    def unite(start: int, stop: int) -> None:
        _core.unite_lists(start, stop, n_rows, named.shape[1], n_songs, named, united, lengths)

    over_blocks(unite, n_rows, ROWS_PER_BLOCK, threads)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    songs = united[np.arange(named.shape[1]) < lengths[:, None]]
    places = np.empty((len(lists), len(songs)), np.int32)
    places[:] = np.diff(bounds)[:, None]

    def place(start: int, stop: int) -> None:
        _core.place_lists(start, stop, n_rows, len(lists), n_songs, bounds, named, starts, songs, places)

    over_blocks(place, n_rows, ROWS_PER_BLOCK, threads)
    return Joined(starts, songs, places)
