"""Which song stands in which column of every matrix, and who made it.

Columns are in an order that says nothing: record ids grow with time, so a tie that is broken by the lower id
would favour songs that somebody is already known to have played, and a held-out test would flatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.arrays import load_array

Int32s = NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """The songs of a build, by a hash of the record id; position is the column.

    Shapes: ``songs`` and ``artists`` ``(n_songs,)``, record ids.
    """

    songs: Int32s
    artists: Int32s

    @classmethod
    def of(cls, songs: pl.DataFrame) -> Columns:
        """Columns for all songs of a snapshot's ``songs`` table."""
        ids = songs["song"].to_numpy().astype(np.int32)
        order = np.lexsort((ids, _mix(ids)))
        return cls(ids[order], songs["artist"].to_numpy().astype(np.int32)[order])

    def __len__(self) -> int:
        return len(self.songs)

    def find(self, songs: NDArray[np.integer]) -> Int32s:
        """Columns of the given song ids, shape kept; −1 for songs that this build does not know."""
        if not len(self.songs):
            return np.full(np.shape(songs), -1, np.int32)
        at = np.searchsorted(self.songs, songs, sorter=self._by_id)
        column = self._by_id[np.minimum(at, len(self.songs) - 1)]
        return np.where(self.songs[column] == songs, column, -1).astype(np.int32)

    @cached_property
    def _by_id(self) -> NDArray[np.intp]:
        return np.argsort(self.songs)

    @cached_property
    def artist_ids(self) -> Int32s:
        """Record ids of all artists, ascending; position is the artist's index."""
        return np.unique(self.artists)

    @cached_property
    def artist_of(self) -> Int32s:
        """Artist index of each column, ``(n_songs,)``."""
        return np.searchsorted(self.artist_ids, self.artists).astype(np.int32)

    @cached_property
    def by_artist(self) -> sp.csr_array[np.float32, tuple[int, int]]:
        """A 1 where a song is by an artist, ``(n_songs, n_artists)`` float32."""
        n_artists = len(self.artist_ids)
        ones, starts = np.ones(len(self), np.float32), np.arange(len(self) + 1, dtype=np.int32)
        return sp.csr_array((ones, self.artist_of, starts), shape=(len(self), n_artists))

    def save(self, folder: Path) -> None:
        """Write ``columns.npy``: songs and artists, ``(2, n_songs)``."""
        np.save(folder / "columns.npy", np.stack([self.songs, self.artists]))

    @classmethod
    def load(cls, folder: Path) -> Columns:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: the file is missing or damaged.
        """
        songs, artists = load_array(folder, "columns")
        return cls(songs, artists)


def _mix(ids: Int32s) -> NDArray[np.uint64]:
    """A bijective hash of 64 bits (Steele et al., splitmix64, 2014)."""
    x = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
