"""What a listener's bond with an artist says about the artist's other songs.

Most of what people come to love next is by somebody whom they play already; how strong that bond is, how
fresh, how broad, and how much of the artist is left to hear are the best single predictors there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.ranking.candidates import Int64s, best_per_row, look_up, ranges
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr, Histories


class Discographies:
    """The songs of every artist, the best-known first.

    ``log_held`` ``(n_artists,)`` is log(1 + holders of all the artist's songs), ``log_place`` ``(n_songs,)``
    log(1 + songs of the same artist that stand before the song).
    """

    def __init__(
        self,
        columns: Columns,
        popularity: NDArray[np.floating],
        renown: NDArray[np.floating] | None = None,
    ) -> None:
        """By column, from how many hold each song and how widely it is taken to be known (by default, as widely)."""
        n_artists = len(columns.artist_ids)
        self.artist_of = columns.artist_of
        order = -(popularity if renown is None else renown)
        self.songs = np.lexsort((order, self.artist_of)).astype(np.int32)
        self.starts: Int64s = np.searchsorted(self.artist_of[self.songs], np.arange(n_artists + 1))
        self.sizes = np.diff(self.starts)
        self.by_song = columns.by_artist
        self.log_held = np.log1p(np.bincount(self.artist_of, popularity, n_artists)).astype(np.float32)
        place = np.empty(len(columns), np.int64)
        place[self.songs] = np.arange(len(columns)) - np.repeat(self.starts[:-1], self.sizes)
        self.log_place = np.log1p(place).astype(np.float32)

    def per_artist(self, matrix: Csr) -> Csr:
        """Sum a ``(n_listeners, n_songs)`` matrix over each artist's songs."""
        summed = sp.csr_array(matrix.astype(np.float32) @ self.by_song)
        summed.sort_indices()
        return summed


@dataclass(frozen=True)
class Bonds:
    """Sums over each artist's songs, ``(n_listeners, n_artists)``.

    ``strength`` and ``recent`` are plays with slow and fast decay; ``breadth`` counts songs liked, ``skips``
    skips, ``closed`` songs that may not be recommended.
    """

    strength: Csr
    recent: Csr
    breadth: Csr
    skips: Csr
    closed: Csr

    @classmethod
    def of(cls, histories: Histories, discographies: Discographies) -> Bonds:
        """Sum the listeners' histories over artists."""
        per_artist = discographies.per_artist
        return cls(
            per_artist(histories.strength),
            per_artist(histories.recent),
            per_artist(sp.csr_array(histories.strength > 0)),
            per_artist(histories.skips),
            per_artist(histories.closed),
        )

    def find(self, rows: Int32s, artists: Int32s) -> Int64s:
        """Where in ``values`` each pair of row and artist stands; at the last place where there is no bond."""
        keys, _ = self._table
        if not len(keys):
            return np.zeros(len(rows), np.int64)
        wanted = rows * np.int64(self.strength.shape[1]) + artists
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[place] == wanted, place, len(keys))

    @property
    def values(self) -> NDArray[np.float32]:
        """The five values, in the order of the fields, of every pair that has any, and last of one without a bond:
        ``(5, n_pairs + 1)``."""
        return self._table[1]

    @property
    def pairs(self) -> tuple[Int64s, Int64s]:
        """Row and artist of every pair that has any value, ascending, ``(n_pairs,)`` each."""
        rows, artists = np.divmod(self._table[0], np.int64(self.strength.shape[1]))
        return rows, artists

    def told(self, discographies: Discographies) -> NDArray[np.float32]:
        """What a bond says about the artist's other songs, ``(6, n_pairs + 1)``, in the order of ``ARTIST_FEATURES``:
        logarithms of plays, of recent ones, of songs liked; whether the artist is known; songs left to hear; skips."""
        plays, recent, breadth, skips, closed = self.values
        known = np.flatnonzero(plays > 0)
        left = np.zeros_like(plays)
        left[known] = np.log(np.maximum(discographies.sizes[self.pairs[1][known]] - closed[known], 1))
        logs = [np.log1p(value) for value in (plays, recent, breadth)]
        return np.stack([*logs, (plays > 0).astype(np.float32), left, np.log1p(skips)])

    @cached_property
    def _table(self) -> tuple[Int64s, NDArray[np.float32]]:
        """Every (row, artist) that any of the five holds, as one ascending integer, and the values."""
        fields = (self.strength, self.recent, self.breadth, self.skips, self.closed)
        width = np.int64(self.strength.shape[1])
        keys = [
            np.repeat(np.arange(one.shape[0], dtype=np.int64), np.diff(one.indptr)) * width + one.indices
            for one in fields
        ]
        every = np.unique(np.concatenate(keys))
        values = np.zeros((5, len(every) + 1), np.float32)
        for value, one, of_one in zip(values, fields, keys, strict=True):
            value[np.searchsorted(every, of_one)] = one.data
        return every, values


def songs_by_artists(
    liking: Csr,
    closed: Csr,
    bonds: Bonds,
    discographies: Discographies,
    renown: NDArray[np.floating],
    *,
    depth: int,
    n_artists: int,
    n_songs_each: int,
) -> Int32s:
    """Unheard songs by the artists whom each row likes best, ``(n_rows, depth)`` padded with −1.

    Scored by log(1 + liking of the artist) · log(1 + renown of the song). At most ``n_artists`` artists are
    looked at and, of each, the ``n_songs_each`` most held songs beyond as many as are closed.

    Args:
        liking: ``(n_rows, n_artists)``; entries of 0 or less are no liking.
        closed: ``(n_rows, n_songs)`` songs that may not be named.
        bonds: of the same rows.
        discographies: songs by artist.
        renown: ``(n_songs,)`` how widely each song is taken to be known; 0 for those that may not be named.
        depth: songs to name at most.
        n_artists: artists to look at.
        n_songs_each: songs to look at of each.
    """
    favourite = best_per_row(*_entries(liking), liking.shape[0], n_artists)
    rows, place = np.nonzero(favourite >= 0)
    artists = favourite[rows, place]
    # Of an artist whose best-known songs are all heard, the next ones must still come up.
    heard = look_up(bonds.closed, rows.astype(np.int32), artists).astype(np.int64)
    lengths = np.minimum(discographies.sizes[artists], n_songs_each + heard)
    songs = discographies.songs[ranges(discographies.starts[artists], lengths)]
    rows = np.repeat(rows, lengths).astype(np.int32)
    fit = (renown[songs] > 0) & (look_up(closed, rows, songs) == 0)
    rows, songs = rows[fit], songs[fit]
    bond = np.repeat(np.log1p(look_up_rows(liking, favourite)), lengths)[fit]
    return best_per_row(rows, songs, bond * np.log1p(renown[songs]), liking.shape[0], depth)


def look_up_rows(matrix: Csr, lists: Int32s) -> NDArray[np.float32]:
    """The values of ``matrix`` at the columns listed per row (−1 skipped), flat."""
    rows, place = np.nonzero(lists >= 0)
    return look_up(matrix, rows.astype(np.int32), lists[rows, place])


def _entries(matrix: Csr) -> tuple[Int32s, Int32s, NDArray[np.float32]]:
    """Rows, columns and values of all positive entries."""
    matrix = sp.csr_array(matrix)
    rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))
    keep = matrix.data > 0
    return rows[keep], matrix.indices[keep].astype(np.int32), matrix.data[keep]
