"""How broad and how widely held a listener's plays are: the level that recommendations are held against.

Breadth is the generalist–specialist score (Waller & Anderson 2019; Anderson, Maystre, Anderson, Mehrotra &
Lalmas 2020): the play-weighted mean cosine between songs and their play-weighted centroid; 1 for somebody who
plays one thing only, towards 0 for somebody who plays everything. Of vectors brought to length 1 (the length
of a factor says how widely a song is held) it is the length of the centroid::

    GS = Σ wᵢ cos(sᵢ, μ) / Σ wᵢ = ‖μ‖,   μ = Σ wᵢ sᵢ / Σ wᵢ,   ‖sᵢ‖ = 1

It falls with the number of songs, because every song is as near to itself as can be. So a list of n songs is
held against n different songs drawn from the plays: their squared score is on average 1/n + (1 − 1/n) ρ, with
ρ the mean cosine of two different songs, each drawn by play.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.kernels.pairs import dot_pairs
from earmark.ranking.candidates import look_up
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.histories import Csr, Histories, entries_where
from earmark.signals.collaborative.matrix import Membership

PerListener = NDArray[np.float64]


@dataclass(frozen=True)
class Directions:
    """Songs' vectors brought to length 1, without a copy of them all.

    ``vectors`` is ``(n_songs, n_factors)``; ``scale`` ``(n_songs,)`` is 1 / length, 0 for a zero vector, which
    has no direction.
    """

    vectors: Floats
    scale: Floats

    @classmethod
    def of(cls, vectors: Floats) -> Self:
        """Measure the vectors.

        Raises:
            ValueError: a vector is not finite.
        """
        lengths = np.sqrt(np.einsum("sf,sf->s", vectors, vectors))
        if not np.isfinite(lengths).all():
            raise ValueError(f"{np.count_nonzero(~np.isfinite(lengths))} song vectors are not finite.")
        return cls(vectors, np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0))

    def __getitem__(self, songs: NDArray[np.integer]) -> Floats:
        """Unit vectors of columns, ``(*songs.shape, n_factors)``; zeros for −1 and where a song has none."""
        unit: Floats = self.vectors[songs]
        unit *= np.where(songs >= 0, self.scale[songs], np.float32(0))[..., None]
        return unit

    def cosines(self, towards: Floats, songs: NDArray[np.integer]) -> Floats:
        """Inner products of each row of ``towards`` ``(m, n_factors)`` with its songs' unit vectors, ``(m, n)``.

        ``songs`` ``(m, n)`` are columns; a song without a direction gives 0.
        """
        indptr = np.arange(len(songs) + 1) * songs.shape[1]
        products = dot_pairs(towards, self.vectors, indptr, songs.ravel()).reshape(songs.shape)
        scaled: Floats = products * self.scale[songs]
        return scaled

    def known(self, weights: Csr) -> Csr:
        """The entries of positive weight whose song has a direction, float32, ``(n_rows, n_songs)``."""
        keep = (weights.data > 0) & (self.scale[weights.indices] > 0)
        return entries_where(weights, keep).astype(np.float32)

    def sums(self, weights: Csr) -> PerListener:
        """Weighted sums of unit vectors, ``(n_rows, n_factors)``; of weights as `known` gives them."""
        scaled = sp.csr_array(
            (weights.data * self.scale[weights.indices], weights.indices, weights.indptr), weights.shape
        )
        return np.asarray(scaled @ self.vectors, np.float64)


def generalist_specialist(weights: Csr, directions: Directions) -> PerListener:
    """The score of each row of weights, ``(n_rows,)``; NaN where no song of positive weight has a vector."""
    known = directions.known(weights)
    return _shares(np.linalg.norm(directions.sums(known), axis=1), known.sum(axis=1))


@dataclass(frozen=True)
class OwnLevel:
    """What each listener plays, of the songs that others hold as well, ``(n_listeners,)`` each.

    A song that nobody else holds cannot be recommended, and its vector mirrors only the listener's own row:
    it would make everyone a specialist.

    ``songs`` counts these songs. By play, ``likeness`` is the mean cosine of two different ones (NaN with
    fewer than two) and ``popularity`` the mean log₂ of the others' rows that hold one (NaN with none).
    """

    songs: NDArray[np.int64]
    likeness: PerListener
    popularity: PerListener

    @classmethod
    def of(
        cls,
        histories: Histories,
        members: Membership,
        popularity: NDArray[np.floating],
        directions: Directions,
    ) -> Self:
        """Measure the listeners of ``histories`` by their plays.

        Args:
            histories: of whom.
            members: who holds which song.
            popularity: ``(n_songs,)``, how many rows of ``members`` hold each song.
            directions: of the songs.
        """
        plays, others = _held_by_others(directions.known(histories.plays), histories, members, popularity)
        n_songs = np.diff(plays.indptr).astype(np.int64)
        rows = np.repeat(np.arange(len(histories)), n_songs)
        total = np.bincount(rows, plays.data, len(histories))
        squares = np.bincount(rows, np.square(plays.data, dtype=np.float64), len(histories))
        together = np.square(directions.sums(plays)).sum(axis=1) - squares
        likeness = np.clip(_shares(together, np.where(n_songs > 1, total**2 - squares, 0)), -1, 1)
        held = np.bincount(rows, plays.data * np.log2(others), len(histories))
        return cls(n_songs, likeness, _shares(held, total))

    def score(self, sizes: NDArray[np.integer] | int) -> PerListener:
        """Generalist–specialist score of ``sizes`` different songs drawn from the plays, root mean square."""
        of_itself = 1 / np.maximum(sizes, 1)
        return np.asarray(np.sqrt(np.maximum(of_itself + (1 - of_itself) * self.likeness, 0)))


def _held_by_others(
    plays: Csr, histories: Histories, members: Membership, popularity: NDArray[np.floating]
) -> tuple[Csr, NDArray[np.float64]]:
    """The plays of songs that others hold, and how many of their rows do, aligned with the data."""
    rows = np.repeat(np.arange(len(histories)), np.diff(plays.indptr))
    own_listener = _rows_of(histories.find(members.listener_ids), len(histories)) @ members.listeners
    own_playlists = _rows_of(histories.find(members.owners), len(histories)) @ members.playlists
    others = popularity[plays.indices].astype(np.float64)
    for own in (own_listener, own_playlists):
        own.sort_indices()
        others -= look_up(own, rows, plays.indices)
    return entries_where(plays, others > 0).astype(np.float32), others[others > 0]


def _rows_of(owners: NDArray[np.integer], n_listeners: int) -> Csr:
    """Which rows are whose, ``(n_listeners, n_rows)``; −1 is nobody of them."""
    theirs = np.flatnonzero(owners >= 0)
    ones = np.ones(len(theirs), np.float32)
    return sp.csr_array((ones, (owners[theirs], theirs)), shape=(n_listeners, len(owners)))


def _shares(part: NDArray[Any], whole: NDArray[Any]) -> PerListener:
    """``part / whole``, NaN where the whole is not positive."""
    shares = np.full(len(whole), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
