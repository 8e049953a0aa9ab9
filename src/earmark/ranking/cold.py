"""Vectors for items that nobody holds, from what is known of them.

Method: ridge regression from features to what an item's vector should do, which is to meet the listeners' vectors as
a factorisation would have it. Let an item's vector be its features f times B; with the listeners' vectors x fixed, B
minimises the factorisation's own loss: the sum over all pairs of \\|c\\| (p − x · f B)², plus pull \\|B\\|². Here p is
1 where somebody likes the item (c > 0) and 0 elsewhere, and c is 1 where nothing is said (Hu, Koren & Volinsky 2008,
the items' side made linear in features). Gantner et al. (2010) regress on the items' learned vectors instead; those
of little-held items are themselves pulled towards zero, and what is learned from them comes out worse. The equations
are solved by conjugate gradients in a basis in which X'X is diagonal, and never written out.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import EarmarkError, NotLearnedError
from earmark.kernels.ials import gram
from earmark.kernels.sparse import Rows
from earmark.ranking.blocks import Blocks
from earmark.ranking.content import Content
from earmark.signals.collaborative.histories import Csr
from earmark.threads import one_blas_thread, over_blocks

Floats = NDArray[np.float32]
ITEMS_PER_BLOCK = 128
NEAR_ENOUGH = 1e-10
"""Share of the first residual's square below which further steps change nothing."""


class ColdConfig(BaseModel):
    """How features become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pull: float = Field(default=200.0, gt=0, allow_inf_nan=False)
    """Pull towards zero on the vector of an item of usual content; compare a factorisation's regularization."""
    steps: int = Field(default=20, ge=1, le=10_000)
    """Conjugate gradient steps at most; to stop early is like a little more pull."""


class ColdFactors:
    """A vector for each feature; an item's vector is the sum of those of its features."""

    def __init__(self, config: ColdConfig | None = None) -> None:
        self.config = config or ColdConfig()
        self._feature_factors: Floats | None = None

    @property
    def feature_factors(self) -> Floats:
        """B, ``(n_features, n_factors)`` float32.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._feature_factors is None:
            raise NotLearnedError("No vectors have been learned from features.", "Call fit first.")
        return self._feature_factors

    def fit(
        self, content: Content, confidences: Csr, row_factors: Floats, *, threads: int | None = None
    ) -> Self:
        """Learn from the items that some row likes; threads change no byte.

        Args:
            content: of all items.
            confidences: ``(n_rows, n_items)`` weights times alpha, as the factorisation had them.
            row_factors: ``(n_rows, n_factors)``, the factorisation's vectors of the rows.
            threads: as for `earmark.threads.over_blocks`.

        Raises:
            EarmarkError: no item that anybody likes has a feature.
            ValueError: shapes do not fit, or a feature, confidence or vector is not finite.
        """
        if confidences.shape != (len(row_factors), len(content)):
            raise ValueError(
                f"confidences: expected {len(row_factors)} rows by {len(content)} items, got {confidences.shape}."
            )
        if not np.isfinite(row_factors).all():
            raise ValueError("row_factors: a vector is not finite.")
        features, said = _finite(content), Rows.of(confidences, "confidences").transposed()
        held = sp.csr_array((said.weights, said.indices, said.starts), shape=(len(content), len(row_factors)))
        likers = np.diff(np.concatenate([[0], np.cumsum(held.data > 0)])[held.indptr])
        teaching = np.flatnonzero((likers > 0) & (np.diff(features.indptr) > 0))
        if not len(teaching):
            raise EarmarkError(
                "There is nothing to learn from: no item that somebody likes has any feature.",
                "Import a history or playlists first: earmark import SOURCE PATH --listener NAME",
            )
        with one_blas_thread():
            spectrum, basis = np.linalg.eigh(gram(row_factors, threads))
            turn = basis.astype(np.float32)
            equations = _Equations(
                features[teaching],
                held[teaching],
                row_factors @ turn,
                spectrum=np.maximum(spectrum, 0).astype(np.float32),
                pull=self.config.pull,
                threads=threads,
            )
            self._feature_factors = equations.solve(self.config.steps) @ turn.T
        return self

    def factors(self, content: Content) -> Floats:
        """The vectors of items by their content alone, ``(n_items, n_factors)`` float32; zeros for those without any.

        Raises:
            ValueError: the features are others than those learned from, or one is not finite.
        """
        features, learned = _finite(content), self.feature_factors
        if features.shape[1] != len(learned):
            raise ValueError(f"content: {features.shape[1]} features, but {len(learned)} were learned from.")
        with one_blas_thread():
            return Blocks.of(features).times(learned)


def fused(fits: Floats, likenesses: Floats) -> Floats:
    """One score from how well items' cold vectors fit each row and how like its taste they are, ``(n_rows, n_items)``.

    Both are taken in standard deviations from the mean of the row, and summed (Montague & Aslam 2001). Vectors know
    what goes together, but blur who is who where there are more artists than factors; likeness is the other way round.
    """
    return _standard(fits) + _standard(likenesses)


def _standard(scores: Floats) -> Floats:
    spread = scores.std(axis=1, keepdims=True)
    away = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(away / np.where(spread > 0, spread, 1), np.float32)


class _Equations:
    """F'((F B) ∘ g + Σ (\\|c\\| − 1) (x · f B) x) + pull B = F' Σ c x over c > 0, in a basis where X'X is diag(g)."""

    def __init__(
        self,
        features: Csr,
        held: Csr,
        row_factors: Floats,
        *,
        spectrum: Floats,
        pull: float,
        threads: int | None,
    ) -> None:
        self._features = Blocks.of(features)
        self._held, self._rows, self._spectrum, self._threads = held, row_factors, spectrum, threads
        said = self._features.squares()
        # In units of what a usual item's features come to, lest their scale matter.
        self._pull = np.float32(pull * said.sum() / features.shape[0])
        self._diagonal = said[:, None] * spectrum + self._pull

    def solve(self, steps: int) -> Floats:
        """B by preconditioned conjugate gradients from zero (Hestenes & Stiefel 1952)."""
        liked = sp.csr_array(self._held)
        liked.data = np.maximum(liked.data, 0)
        residual = self._features.turned_times(liked @ self._rows)
        solved = np.zeros_like(residual)
        first = _dot(residual, residual)
        direction = near = residual / self._diagonal
        slope = _dot(residual, near)
        for _ in range(steps):
            if _dot(residual, residual) <= NEAR_ENOUGH * first:
                break
            image = self._apply(direction)
            step = np.float32(slope / _dot(direction, image))
            solved += step * direction
            residual -= step * image
            near = residual / self._diagonal
            slope, before = _dot(residual, near), slope
            direction = near + np.float32(slope / before) * direction
        return solved

    def _apply(self, factors: Floats) -> Floats:
        vectors = self._features.times(factors)
        met = vectors * self._spectrum
        held, rows = self._held, self._rows

        def meet(start: int, stop: int) -> None:
            some = slice(held.indptr[start], held.indptr[stop])
            there = rows[held.indices[some]]
            items = np.repeat(np.arange(start, stop), np.diff(held.indptr[start : stop + 1]))
            excess = np.abs(held.data[some]) - np.float32(1)
            meeting = excess * np.einsum("ij,ij->i", there, vectors[items])
            bounds = held.indptr[start : stop + 1] - held.indptr[start]
            by_item = sp.csr_array(
                (meeting, np.arange(len(meeting)), bounds), shape=(stop - start, len(meeting))
            )
            met[start:stop] += by_item @ there

        over_blocks(meet, held.shape[0], ITEMS_PER_BLOCK, self._threads)
        return self._features.turned_times(met) + self._pull * factors


def _finite(content: Content) -> Csr:
    """Its features, checked.

    Raises:
        ValueError: one is not finite.
    """
    Rows.of(content.features, "content")
    return content.features


def _dot(one: Floats, other: Floats) -> float:
    return float(np.einsum("ij,ij->", one, other, dtype=np.float64))
