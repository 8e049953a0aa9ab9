"""Songs that listeners and playlists hold together: shrunk cosine between songs.

Shrinkage (Bell & Koren 2007) keeps songs that few rows hold from looking alike by chance; damping keeps a
playlist of thousands, or a listener of everything, from tying all its songs together as firmly as a short
list does (inverse user frequency, Breese et al. 1998).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import sparse

from earmark.errors import EarmarkError, NotLearnedError
from earmark.kernels.neighbours import NeighbourLists, find_neighbours, score_neighbours
from earmark.kernels.pairs import PairScores, score_pairs
from earmark.kernels.sparse import Csr, Rows
from earmark.signals.collaborative.arrays import damaged, load_arrays, save_arrays


class NeighbourConfig(BaseModel):
    """How alike two songs are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=500, ge=1, le=10_000)
    """Neighbours kept for each song; fewer where fewer share a row with it."""
    shrink: float = Field(default=15.0, ge=0, allow_inf_nan=False)
    """Added to the cosine's denominator: about how many rows of usual length must hold a song before its
    similarities are believed by half."""
    damping: float = Field(default=0.2, ge=0, le=2, allow_inf_nan=False)
    """A row of n songs says (n / mean n) to the power of minus this about each pair of its songs; 0 lets all
    rows say as much."""
    asymmetry: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False)
    """0.5 is the cosine; below it the neighbour's own popularity counts against it more (Aiolli 2013)."""


class Neighbours:
    """The nearest songs of each song, and the scores they give a listener."""

    def __init__(self, config: NeighbourConfig | None = None) -> None:
        self.config = config or NeighbourConfig()
        self._lists: NeighbourLists | None = None

    @property
    def lists(self) -> NeighbourLists:
        """The neighbours of each song.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._lists is None:
            raise NotLearnedError("These neighbours have not been learned.", "Call fit or load first.")
        return self._lists

    def fit(self, interactions: Csr, *, threads: int | None = None) -> Self:
        """Learn from (n_rows, n_songs) weights; entries of 0 or less teach nothing. Threads change no byte.

        Raises:
            EarmarkError: no entry is above 0.
            ValueError: a weight is not finite, or the matrix is malformed.
        """
        damped = _damped(Rows.of(interactions, "interactions"), self.config.damping)
        self._lists = find_neighbours(
            damped, self.config.k, shrink=self.config.shrink, asymmetry=self.config.asymmetry, threads=threads
        )
        return self

    def score(
        self, history: Csr, exclude: Csr | None, n: int, *, threads: int | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The n best songs of each row of ``history``; see `earmark.kernels.neighbours.score_neighbours`."""
        return score_neighbours(history, self.lists, n, exclude=exclude, threads=threads)

    def score_pairs(
        self, history: Csr, indptr: NDArray[Any], songs: NDArray[Any], *, threads: int | None = None
    ) -> PairScores:
        """What each row of ``history`` says about given songs; see `earmark.kernels.pairs.score_pairs`."""
        return score_pairs(history, self.lists, indptr, songs, threads=threads)

    def save(self, folder: Path) -> None:
        """Write settings and lists into ``folder``; the same neighbours give the same bytes."""
        lists = self.lists
        save_arrays(folder, self.config, starts=lists.starts, ids=lists.ids, similarities=lists.similarities)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, (starts, ids, similarities) = load_arrays(
            folder, NeighbourConfig, "starts", "ids", "similarities"
        )
        loaded = cls(config)
        try:
            loaded._lists = NeighbourLists(starts, ids, similarities, starts.size - 1)
        except ValueError as error:
            raise damaged(folder / "ids.npy", error) from error
        return loaded


def liked(rows: Rows) -> sparse.csr_array[Any, tuple[int, int]]:
    """The entries above 0.

    Raises:
        EarmarkError: there is none.
    """
    positive = sparse.csr_array(
        (rows.weights, rows.indices, rows.starts), (rows.n_rows, rows.n_columns), copy=True
    )
    positive.data[positive.data < 0] = 0
    positive.eliminate_zeros()
    if positive.nnz == 0:
        raise EarmarkError(
            "There is nothing to learn from: no listener or playlist holds a song.",
            "Import a history or playlists first: earmark import SOURCE PATH --listener NAME",
        )
    return positive


def _damped(rows: Rows, damping: float) -> sparse.csr_array[Any, tuple[int, int]]:
    """The positive entries, each row scaled by (its length / mean length) ** (-damping / 2).

    Half the exponent on each factor of a product damps the product by the whole of it, in the dot products
    and in the norms alike.
    """
    damped = liked(rows)
    lengths = np.diff(damped.indptr)
    mean = damped.nnz / np.count_nonzero(lengths)
    scale = np.power(np.maximum(lengths, 1) / mean, -damping / 2).astype(np.float32)
    damped.data *= np.repeat(scale, lengths)
    return damped
