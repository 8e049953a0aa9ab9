"""Listeners and playlists that hold the same songs: nearest rows, and what they speak for.

Rows are compared by the cosine of their weighted songs, each song's weight scaled by its inverse frequency
(Breese et al. 1998): that two rows hold the same rare song says more than that both hold a hit. Shrinkage
(Herlocker et al. 1999, in the form of Bell & Koren 2007) keeps rows with little in common from looking alike.
The nearest rows then vote for their songs with a power of their similarity (case amplification, Breese et al.
1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import sparse

from earmark.errors import NotLearnedError
from earmark.kernels.neighbours import NeighbourLists, find_nearest, score_neighbours
from earmark.kernels.pairs import PairScores, score_pairs
from earmark.kernels.sparse import Csr, Rows
from earmark.signals.collaborative.arrays import damaged, load_arrays, save_arrays
from earmark.signals.collaborative.neighbours import liked


class LikeMindedConfig(BaseModel):
    """Who is like-minded, and how much they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=60, ge=1, le=10_000)
    """Rows kept for each history."""
    shrink: float = Field(default=5.0, ge=0, allow_inf_nan=False)
    """Added to the cosine's denominator: about how many shared songs of usual weight and rarity make half of a
    similarity."""
    exponent: float = Field(default=2.0, gt=0, le=10)
    """A row votes with its similarity to this power: the greater, the more the nearest decide."""
    rarity: float = Field(default=0.5, ge=0, le=2)
    """A vote for a song counts with its inverse frequency to this power: 0 for the plain vote, which favours
    hits."""
    reach: int = Field(default=1_000_000, ge=1)
    """At most so many holders of a history's songs are looked at, those of its rarest songs first. It bounds
    the time that one history takes: some milliseconds for a million."""


class LikeMinded:
    """The rows of a joint matrix, ready to be searched for those nearest to a history."""

    def __init__(self, config: LikeMindedConfig | None = None) -> None:
        self.config = config or LikeMindedConfig()
        self._learned: _Held | None = None

    @property
    def _held(self) -> _Held:
        if self._learned is None:
            raise NotLearnedError("No like-minded rows have been learned.", "Call fit or load first.")
        return self._learned

    def fit(self, interactions: Csr) -> Self:
        """Hold (n_rows, n_songs) weights by song and by row; entries of 0 or less say nothing.

        Raises:
            EarmarkError: no entry is above 0.
            ValueError: a weight is not finite or too large, or the matrix is malformed.
        """
        rows = Rows.of(liked(Rows.of(interactions, "interactions")), "interactions")
        self._learned = _Held.of(rows.transposed(), self.config.rarity)
        return self

    def nearest(
        self, history: Csr, own: NDArray[Any] | None = None, *, threads: int | None = None
    ) -> NeighbourLists:
        """The k rows r nearest to each history q by ``(q . r) / (|q| |r| + shrink)``.

        Weights count times the song's inverse frequency: ``log(1 + n_rows / holders)``, over the mean of that
        over all entries.

        Args:
            history: (n_histories, n_songs) weights; those of 0 or less say nothing.
            own: (n_histories,) the row that is the history's own and does not count, or -1; none by default.
            threads: as for `over_blocks`; it does not change the result.

        Raises:
            NotLearnedError: before ``fit``.
            ValueError: shapes do not fit, a weight is not finite, or an own row is out of range.
        """
        held = self._held
        asked = Rows.of(history, "history")
        if asked.n_columns != held.by_song.n_rows:
            raise ValueError(
                f"history has {asked.n_columns} songs, the like-minded rows have {held.by_song.n_rows}."
            )
        weights = np.maximum(asked.weights, 0) * held.inverse_frequency[asked.indices]
        # The other row's factor stands here, so that the matrix by song needs no second copy.
        across = weights * held.inverse_frequency[asked.indices] * self._within_reach(asked)
        looked_up = sparse.csr_array(
            (across, asked.indices, asked.starts), (asked.n_rows, asked.n_columns), copy=True
        )
        looked_up.eliminate_zeros()
        return find_nearest(
            Rows.of(looked_up, "history"),
            held.by_song,
            _norms(asked.starts, weights),
            held.norms,
            self.config.k,
            shrink=self.config.shrink,
            own=np.full(asked.n_rows, -1) if own is None else own,
            threads=threads,
        )

    def score(
        self, nearest: NeighbourLists, exclude: Csr | None, n: int, *, threads: int | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The n best songs for each history by what its nearest rows r hold.

        A song of inverse frequency f scores ``f^rarity * sum_r sim_r^exponent w_r``. The arguments and the result are
        those of `earmark.kernels.neighbours.score_neighbours`.
        """
        return score_neighbours(self._voices(nearest), self._held.votes, n, exclude=exclude, threads=threads)

    def score_pairs(
        self,
        nearest: NeighbourLists,
        indptr: NDArray[Any],
        songs: NDArray[Any],
        *,
        threads: int | None = None,
    ) -> PairScores:
        """That sum for given songs, the greatest part of it, and how many of the nearest rows hold the song.

        The arguments are those of `earmark.kernels.pairs.score_pairs`.
        """
        return score_pairs(self._voices(nearest), self._held.votes, indptr, songs, threads=threads)

    def save(self, folder: Path) -> None:
        """Write settings and the matrix by song, from which the rest is made; the same rows give the same bytes."""
        by_song = self._held.by_song
        save_arrays(
            folder,
            self.config,
            starts=by_song.starts,
            rows=by_song.indices,
            weights=by_song.weights,
            n_rows=np.array([by_song.n_columns]),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, (starts, rows, weights, n_rows) = load_arrays(
            folder, LikeMindedConfig, "starts", "rows", "weights", "n_rows"
        )
        loaded = cls(config)
        try:
            by_song = sparse.csr_array((weights, rows, starts), shape=(starts.size - 1, n_rows.item()))
            loaded._learned = _Held.of(Rows.of(by_song, "like-minded rows"), config.rarity)
        except (ValueError, TypeError) as error:
            raise damaged(folder / "rows.npy", error) from error
        return loaded

    def _voices(self, nearest: NeighbourLists) -> sparse.csr_array[Any, tuple[int, int]]:
        """How much each history's nearest rows have to say, (n_histories, n_rows)."""
        voices = nearest.similarities**self.config.exponent
        return sparse.csr_array((voices, nearest.ids, nearest.starts), shape=(len(nearest), nearest.n_ids))

    def _within_reach(self, asked: Rows) -> NDArray[np.bool_]:
        """Which entries to look up, (n_entries,): each row's rarest songs, and its rarest whatever it costs."""
        holders = np.diff(self._held.by_song.starts)[asked.indices]
        before = np.concatenate([[0], np.cumsum(holders)])
        within = np.ones(len(holders), np.bool_)
        for row in np.flatnonzero(np.diff(before[asked.starts]) > self.config.reach):
            entries = slice(asked.starts[row], asked.starts[row + 1])
            rarest = np.argsort(holders[entries], kind="stable")
            beyond = np.cumsum(holders[entries][rarest]) > self.config.reach
            within[entries][rarest[1:][beyond[1:]]] = False
        return within


@dataclass(frozen=True)
class _Held:
    """A joint matrix, ready for both steps."""

    by_song: Rows
    """(n_songs, n_rows) weights: who holds a song."""
    votes: Rows
    """(n_rows, n_songs) weights times a power of inverse frequency: what a row speaks for."""
    norms: NDArray[np.float32]
    """(n_rows,) length of each row of weights times inverse frequency."""
    inverse_frequency: NDArray[np.float32]
    """(n_songs,), 1 on the average entry."""

    @classmethod
    def of(cls, by_song: Rows, power: float) -> _Held:
        holders = np.diff(by_song.starts)
        frequency = np.log1p(by_song.n_columns / np.maximum(holders, 1))
        frequency = (frequency * (holders.sum() / (frequency @ holders))).astype(np.float32)
        rows = by_song.transposed()
        norms = _norms(rows.starts, rows.weights * frequency[rows.indices])
        if norms.max(initial=0.0) > 1e15:
            raise ValueError("interactions: weights are too large for float32 sums; scale them down.")
        votes = Rows(
            rows.starts, rows.indices, rows.weights * (frequency**power)[rows.indices], rows.n_columns
        )
        return cls(by_song, votes, norms, frequency)


def _norms(starts: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean length of each row, (n_rows,)."""
    norms = np.zeros(len(starts) - 1, np.float32)
    held = np.diff(starts) > 0
    norms[held] = np.sqrt(np.add.reduceat(np.square(weights, dtype=np.float64), starts[:-1][held]))
    return norms
