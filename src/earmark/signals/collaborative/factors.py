"""Taste as vectors: implicit-feedback matrix factorisation by alternating least squares.

Method: Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (2008), solved by
conjugate gradients (Takács et al. 2011) in the library `implicit`. Only the songs' vectors are kept: a
listener's vector is solved anew in closed form from their history, so it is never older than their last play.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import sparse

from earmark.errors import EarmarkError, NotLearnedError
from earmark.kernels.sparse import Csr, Rows
from earmark.kernels.top import BALANCE_FROM, FactorIndex
from earmark.signals.collaborative.arrays import damaged, load_arrays, save_arrays
from earmark.threads import default_threads, one_blas_thread, over_blocks

LISTENERS_PER_BLOCK = 256
SONGS_AT_ONCE = 16_384


class FactorConfig(BaseModel):
    """How songs and listeners become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = Field(default=128, ge=1, le=1024)
    """Length of a vector. Fewer are used where there are fewer songs or rows."""
    regularization: float = Field(default=50.0, gt=0, allow_inf_nan=False)
    """Pull of every vector towards zero; more for less data."""
    iterations: int = Field(default=12, ge=1, le=1000)
    """Times that listeners and songs are solved in turn."""
    alpha: float = Field(default=20.0, gt=0, allow_inf_nan=False)
    """Confidence for a weight of 1; a pair without a weight has confidence 1 that it is not liked."""
    seed: int = Field(default=0, ge=0)
    """Where the random start comes from."""


class Factors:
    """Song vectors, and listener vectors folded in against them.

    ``note`` says, after ``fit``, what was done differently from the settings, or is None.
    """

    def __init__(self, config: FactorConfig | None = None) -> None:
        self.config = config or FactorConfig()
        self.note: str | None = None
        self._item_factors: NDArray[np.float32] | None = None

    @property
    def item_factors(self) -> NDArray[np.float32]:
        """(n_songs, n_factors) float32.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._item_factors is None:
            raise NotLearnedError("These factors have not been learned.", "Call fit or load first.")
        return self._item_factors

    def fit(self, interactions: Csr, *, threads: int | None = None) -> Self:
        """Learn from (n_rows, n_songs) weights, listeners and playlists alike; threads change no byte.

        A weight above 0 is (times alpha) the confidence that the song is liked, below 0 that it is not.

        Raises:
            EarmarkError: no entry is above 0, or the weights are too large to solve.
            ValueError: a weight is not finite, or the matrix is malformed.
        """
        # The library loads slowly, and only learning needs it.
        from implicit.cpu.als import AlternatingLeastSquares
        from implicit.recommender_base import ModelFitError

        rows = self._confidences(interactions, "interactions")
        if rows.nnz == 0 or rows.data.max() <= 0:
            raise EarmarkError(
                "There is nothing to learn from: no listener or playlist holds a song.",
                "Import a history or playlists first: earmark import SOURCE PATH --listener NAME",
            )
        n_factors = self._affordable_factors(rows)
        start = np.random.default_rng(self.config.seed)
        with one_blas_thread():
            model = AlternatingLeastSquares(
                factors=n_factors,
                regularization=self.config.regularization,
                iterations=self.config.iterations,
                num_threads=threads or default_threads(),
                random_state=self.config.seed,
            )
            model.user_factors = start.random((rows.shape[0], n_factors), np.float32) * np.float32(0.01)
            model.item_factors = start.random((rows.shape[1], n_factors), np.float32) * np.float32(0.01)
            try:
                model.fit(rows, show_progress=False)
            except ModelFitError as error:
                raise EarmarkError(
                    f"The factors cannot be solved: {error}.",
                    "Lower alpha or the weights, or raise the regularization.",
                ) from error
        self._keep(model.item_factors)
        return self

    def fold_in(self, history: Csr, *, threads: int | None = None) -> NDArray[np.float32]:
        """The vector of each listener, (n_listeners, n_factors) float32: exactly what ``fit`` approximates.

        Solves (Y'Y + sum (|c_i| - 1) y_i y_i' + regularization I) x = sum over c_i > 0 of c_i y_i, with the
        song vectors Y fixed (Hu et al. 2008, equation 4). A listener without history gets zeros.

        Args:
            history: (n_listeners, n_songs) weights as for ``fit``.
            threads: as for `earmark.threads.over_blocks`; it does not change the result.

        Raises:
            ValueError: shapes do not fit or a weight is not finite.
        """
        rows = self._confidences(history, "history")
        items, gram = self.item_factors, self._gram
        if rows.shape[1] != len(items):
            raise ValueError(f"history has {rows.shape[1]} songs, the factors have {len(items)}.")
        vectors = np.zeros((rows.shape[0], items.shape[1]), np.float32)

        def block(start: int, stop: int) -> None:
            left = np.repeat(gram[None], stop - start, axis=0)
            right = np.zeros((stop - start, items.shape[1]))
            for row in range(start, stop):
                entries = slice(rows.indptr[row], rows.indptr[row + 1])
                confidences = rows.data[entries].astype(np.float64)
                held = items[rows.indices[entries]].astype(np.float64)
                left[row - start] += (held.T * (np.abs(confidences) - 1.0)) @ held
                right[row - start] = np.maximum(confidences, 0.0) @ held
            vectors[start:stop] = np.linalg.solve(left, right[..., None])[..., 0]

        with one_blas_thread():
            over_blocks(block, rows.shape[0], LISTENERS_PER_BLOCK, threads)
        return vectors

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
        save_arrays(folder, self.config, item_factors=self.item_factors)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        config, (item_factors,) = load_arrays(folder, FactorConfig, "item_factors")
        loaded = cls(config)
        try:
            loaded._index = FactorIndex(item_factors)
        except ValueError as error:
            raise damaged(folder / "item_factors.npy", error) from error
        loaded._item_factors = np.ascontiguousarray(item_factors)
        return loaded

    def _keep(self, item_factors: NDArray[np.float32]) -> None:
        self._item_factors = np.ascontiguousarray(item_factors)
        self.__dict__.pop("_index", None)
        self.__dict__.pop("_gram", None)

    @cached_property
    def _index(self) -> FactorIndex:
        return FactorIndex(self.item_factors)

    @cached_property
    def _gram(self) -> NDArray[np.float64]:
        """Y'Y + regularization I, summed in float64 a stretch of songs at a time, lest Y be held twice."""
        items = self.item_factors
        gram = self.config.regularization * np.eye(items.shape[1])
        with one_blas_thread():
            for start in range(0, len(items), SONGS_AT_ONCE):
                some = items[start : start + SONGS_AT_ONCE].astype(np.float64)
                gram += some.T @ some
        return gram

    def _confidences(self, weights: Csr, what: str) -> sparse.csr_matrix[Any]:
        rows = Rows.of(weights, what)
        with np.errstate(over="ignore"):
            scaled = rows.weights * np.float32(self.config.alpha)
        if not np.isfinite(scaled).all():
            raise ValueError(f"{what}: weights times alpha are too large for float32; scale them down.")
        matrix = sparse.csr_matrix(
            (scaled, rows.indices, rows.starts), (rows.n_rows, rows.n_columns), copy=True
        )
        matrix.eliminate_zeros()
        return matrix

    def _affordable_factors(self, rows: sparse.csr_matrix[Any]) -> int:
        """No more factors than rows or songs that hold anything, which is as much as the matrix can tell."""
        n_rows = int(np.count_nonzero(np.diff(rows.indptr)))
        n_songs = len(np.unique(rows.indices))
        n_factors = min(self.config.factors, n_rows, n_songs)
        self.note = None
        if n_factors < self.config.factors:
            self.note = (
                f"{n_factors} factors instead of {self.config.factors}: "
                f"only {n_rows} rows and {n_songs} songs hold anything."
            )
        return n_factors
