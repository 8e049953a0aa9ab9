"""Taste as vectors: implicit-feedback matrix factorisation by alternating least squares.

Method: Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (2008), with a
regularisation that grows with how much a row or song holds (Rendle, Krichene, Zhang & Koren, "Revisiting the
Performance of iALS on Item Recommendation Benchmarks", 2021). Only the songs' vectors are kept: a listener's
vector is solved anew in closed form from their history, so it is never older than their last play.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import EarmarkError, NotLearnedError
from earmark.kernels import ials
from earmark.kernels.sparse import Csr, Rows, checked_ids
from earmark.kernels.top import BALANCE_FROM, FactorIndex
from earmark.signals.collaborative.arrays import damaged, load_arrays, save_arrays
from earmark.signals.collaborative.beginnings import beginnings


class FactorConfig(BaseModel):
    """How songs and listeners become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = Field(default=128, ge=1, le=1024)
    """Length of a vector. Fewer are used where there are fewer songs or rows."""
    regularization: float = Field(default=50.0, gt=0, allow_inf_nan=False)
    """Pull of every vector towards zero; more for less data."""
    exponent: float = Field(default=0.75, ge=0, le=4)
    """How much harder rows and songs are pulled that hold much. One that holds ``n`` entries where the mean holds ``m``
    is pulled by the regularization times ((n + m) / 2m) ** exponent: 0 pulls all alike."""
    iterations: int = Field(default=12, ge=1, le=1000)
    """Times that listeners and songs are solved in turn."""
    warm_iterations: int = Field(default=3, ge=1, le=1000)
    """The same, where the song vectors of an earlier build are there to start from."""
    alpha: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    """Confidence for a weight of 1; a pair without a weight has confidence 1 that it is not liked."""
    seed: int = Field(default=0, ge=0)
    """Where the random start comes from."""


class Factors:
    """Song vectors, and listener vectors folded in against them.

    ``note`` says, after ``fit``, what was done differently from the settings, or is None. The matrix may hold more
    columns than songs (artists, words): these too get vectors, and help to place songs and listeners, but are never
    among the songs that are scored.
    """

    def __init__(self, config: FactorConfig | None = None) -> None:
        self.config = config or FactorConfig()
        self.note: str | None = None
        self._column_factors: NDArray[np.float32] | None = None
        self._n_songs = 0
        self._mean_entries = 1.0
        self._placed = np.empty(0, np.int32)

    @property
    def placed(self) -> NDArray[np.int32]:
        """Songs whose vectors come from elsewhere (`place`), (n_placed,) ascending."""
        return self._placed

    @property
    def item_factors(self) -> NDArray[np.float32]:
        """The songs' vectors, (n_songs, n_factors) float32.

        Raises:
            NotLearnedError: before ``fit``.
        """
        return self.column_factors[: self._n_songs]

    @property
    def side_factors(self) -> NDArray[np.float32]:
        """The vectors of the columns beside the songs, (n_columns - n_songs, n_factors) float32.

        Raises:
            NotLearnedError: before ``fit``.
        """
        return self.column_factors[self._n_songs :]

    @property
    def column_factors(self) -> NDArray[np.float32]:
        """The vectors of all columns, (n_columns, n_factors) float32.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._column_factors is None:
            raise NotLearnedError("These factors have not been learned.", "Call fit or load first.")
        return self._column_factors

    def fit(
        self,
        interactions: Csr,
        *,
        n_songs: int | None = None,
        keys: NDArray[np.uint64] | None = None,
        start: NDArray[np.float32] | None = None,
        threads: int | None = None,
    ) -> Self:
        """Learn from (n_rows, n_columns) weights, listeners and playlists alike; threads change no byte.

        A weight above 0 is (times alpha) the confidence that the song is liked, below 0 that it is not.

        Args:
            interactions: the weights.
            n_songs: the first so many columns are songs; all, by default.
            keys: (n_columns,) what each column is, whatever its place: where its vector begins. By default, its place.
            start: (n_songs, n_factors) song vectors of an earlier build, zeros for songs new since then.
                Vectors of another length than can now be learned are not used, and ``note`` says so.
            threads: as for `earmark.threads.over_blocks`.

        Raises:
            EarmarkError: no entry is above 0, or the weights are too large to solve.
            ValueError: a weight or ``start`` is not finite, or the matrix or ``start`` is malformed.
        """
        rows = self._confidences(interactions, "interactions")
        if not (rows.weights > 0).any():
            raise EarmarkError(
                "There is nothing to learn from: no listener or playlist holds a song.",
                "Import a history or playlists first: earmark import SOURCE PATH --listener NAME",
            )
        n_songs = rows.n_columns if n_songs is None else n_songs
        if not 0 <= n_songs <= rows.n_columns:
            raise ValueError(f"n_songs: {n_songs} of {rows.n_columns} columns cannot be songs.")
        n_factors = self._affordable_factors(rows)
        first = None if start is None else self._usable_start(start, n_songs, rows.n_columns, n_factors)
        iterations = self.config.iterations if first is None else self.config.warm_iterations
        if first is None:
            keys = np.arange(rows.n_columns, dtype=np.uint64) if keys is None else keys
            first = beginnings(keys, n_factors, self.config.seed)
        columns = rows.transposed()
        mean_entries = _mean_entries(rows)
        pulls = self._pulls(rows, mean_entries), self._pulls(columns, _mean_entries(columns))
        alternation = ials.Alternation(rows, columns, *pulls, first)
        for _ in range(iterations):
            alternation.iterate(threads)
        self._column_factors = np.ascontiguousarray(alternation.column_factors)
        self._n_songs, self._mean_entries = n_songs, mean_entries
        self._placed = np.empty(0, np.int32)
        self._forget_derived()
        return self

    def place(self, songs: NDArray[np.integer], vectors: NDArray[np.float32]) -> None:
        """Give songs that no row holds vectors from elsewhere, such as from what they sound like.

        They are scored like any other song, but whoever is folded in gets the vector that they had without them: that
        nobody held such a song says nothing about anybody.

        Args:
            songs: (n,) columns, ascending, all of songs.
            vectors: (n, n_factors).

        Raises:
            ValueError: shapes do not fit, a column is no song's, or a vector is not finite.
        """
        factors = self.column_factors
        if vectors.shape != (len(songs), factors.shape[1]) or not np.isfinite(vectors).all():
            raise ValueError(f"place: {len(songs)} songs cannot have vectors of shape {vectors.shape}.")
        if len(songs) and not (songs[0] >= 0 and songs[-1] < self._n_songs and (np.diff(songs) > 0).all()):
            raise ValueError(f"place: columns must ascend within 0 to {self._n_songs}.")
        factors[songs] = vectors
        self._placed = songs.astype(np.int32)
        self._forget_derived()

    def fold_in(self, history: Csr, *, threads: int | None = None) -> NDArray[np.float32]:
        """The vector of each listener, (n_listeners, n_factors) float32: exactly what ``fit`` approximates.

        Solves (Y'Y + sum (|c_i| - 1) y_i y_i' + pull I) x = sum over c_i > 0 of c_i y_i, with the song vectors Y
        fixed (Hu et al. 2008, equation 4). A listener without history gets zeros.

        Args:
            history: (n_listeners, n_columns) weights as for ``fit``.
            threads: as for `earmark.threads.over_blocks`; it does not change the result.

        Raises:
            EarmarkError: a listener's weights are too large to solve.
            ValueError: shapes do not fit or a weight is not finite.
        """
        rows, items = self._confidences(history, "history"), self.column_factors
        if rows.n_columns != len(items):
            raise ValueError(f"history has {rows.n_columns} columns, the factors have {len(items)}.")
        return ials.fold_in(rows, items, self._gram, self._pulls(rows, self._mean_entries), threads)

    def score(
        self,
        listener_factors: NDArray[np.float32],
        exclude: Csr | None,
        n: int,
        *,
        threads: int | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The n best songs of each listener vector; see `earmark.kernels.top.FactorIndex.top`.

        A vector of zeros (nothing is known) gets no songs: -1 and 0 throughout.
        """
        if len(listener_factors) >= BALANCE_FROM:
            index = FactorIndex(self.item_factors, like=listener_factors)
        else:
            index = self._index
        ids, scores = index.top(listener_factors, exclude, n, threads=threads)
        unknown = ~listener_factors.any(axis=1)
        ids[unknown], scores[unknown] = -1, 0.0
        return ids, scores

    def save(self, folder: Path) -> None:
        """Write settings and song vectors into ``folder``; the same factors give the same bytes."""
        save_arrays(
            folder,
            self.config,
            column_factors=self.column_factors,
            n_songs=np.array([self._n_songs]),
            mean_entries=np.array([self._mean_entries]),
            placed=self._placed,
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, (vectors, n_songs, mean_entries, placed) = load_arrays(
            folder, FactorConfig, "column_factors", "n_songs", "mean_entries", "placed"
        )
        loaded = cls(config)
        try:
            loaded._n_songs, loaded._mean_entries = n_songs.item(), mean_entries.item()
            loaded._index = FactorIndex(vectors[: loaded._n_songs])
            loaded._placed = checked_ids(placed, loaded._n_songs, "placed")
            if not (0 < loaded._mean_entries < np.inf and np.isfinite(vectors).all()):
                raise ValueError("it holds what is no finite number")
        except (ValueError, TypeError) as error:
            raise damaged(folder / "column_factors.npy", error) from error
        loaded._column_factors = np.ascontiguousarray(vectors)
        return loaded

    @cached_property
    def _index(self) -> FactorIndex:
        return FactorIndex(self.item_factors)

    @cached_property
    def _gram(self) -> NDArray[np.float64]:
        return ials.gram(self.column_factors) - ials.gram(self.column_factors[self._placed])

    def _forget_derived(self) -> None:
        self.__dict__.pop("_index", None)
        self.__dict__.pop("_gram", None)

    def _pulls(self, rows: Rows, mean_entries: float) -> NDArray[np.float64]:
        """The regularisation of each row, (n_rows,), where the mean row holds ``mean_entries``.

        Rendle et al. (2021) take the power of (entries + a * columns), a the weight of unobserved pairs. Here a is the
        density of what was learned from and the mean row keeps its regularization, so that one setting serves sparse
        and dense matrices. Entries count, not weights: one absurd weight must not loosen everybody else.
        """
        share = (np.diff(rows.starts) + mean_entries) / (2.0 * mean_entries)
        pulls: NDArray[np.float64] = self.config.regularization * share**self.config.exponent
        return pulls

    def _confidences(self, weights: Csr, what: str) -> Rows:
        rows = Rows.of(weights, what)
        with np.errstate(over="ignore"):
            confidences = rows.weights[: rows.starts[-1]] * np.float32(self.config.alpha)
        if not np.isfinite(confidences).all():
            raise ValueError(f"{what}: weights times alpha are too large for float32; scale them down.")
        said = confidences != 0
        if said.all():
            return replace(rows, indices=rows.indices[: len(said)], weights=confidences)
        starts = np.concatenate([[0], np.cumsum(said)])[rows.starts]
        return Rows(starts, rows.indices[: len(said)][said], confidences[said], rows.n_columns)

    def _affordable_factors(self, rows: Rows) -> int:
        """No more factors than rows or songs that hold anything, which is as much as the matrix can tell."""
        n_rows = int(np.count_nonzero(np.diff(rows.starts)))
        n_songs = int(np.count_nonzero(np.bincount(rows.indices)))
        n_factors = min(self.config.factors, n_rows, n_songs)
        self.note = None
        if n_factors < self.config.factors:
            self.note = (
                f"{n_factors} factors instead of {self.config.factors}: "
                f"only {n_rows} rows and {n_songs} songs hold anything."
            )
        return n_factors

    def _usable_start(
        self, start: NDArray[np.float32], n_songs: int, n_columns: int, n_factors: int
    ) -> NDArray[np.float32] | None:
        if start.ndim != 2 or len(start) != n_songs:
            raise ValueError(f"start: expected vectors of {n_songs} songs, got shape {start.shape}.")
        if not np.isfinite(start).all():
            raise ValueError("start: a vector is not finite.")
        if start.shape[1] == n_factors and start.any():
            # What stands beside the songs is found again in the first iteration.
            return np.concatenate([start, np.zeros((n_columns - len(start), n_factors), np.float32)])
        cause = (
            f"they have {start.shape[1]} factors, now there are {n_factors}" if start.any() else "all are 0"
        )
        said = f"Learned anew, not from the vectors given: {cause}."
        self.note = said if self.note is None else f"{self.note} {said}"
        return None


def _mean_entries(rows: Rows) -> float:
    """Entries of the mean row among those that hold any."""
    return float(len(rows.indices) / np.count_nonzero(np.diff(rows.starts)))
