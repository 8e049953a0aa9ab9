"""Which tags an artist would have, had more people written down what they hear.

Method: each tag is predicted from all other tags of the same artist by ridge regression, all tags at once and in
closed form (Steck 2019, "Embarrassingly shallow autoencoders for sparse data"; tags for items): with R the weights of
tags by artist, P = (R'R + λI)⁻¹ and the prediction R (I − P diag(P)⁻¹), whose diagonal is zero, so that no tag predicts
itself. Counts enter as logarithms, and rows by a power of their length: an artist whom many tagged should not speak
for everyone, but has said more than one with a single tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError, TooLittleError
from earmark.threads import one_blas_thread

if TYPE_CHECKING:
    Csr = sp.csr_array[Any, tuple[int, int]]
Floats = NDArray[np.float32]


class TagCompletionConfig(BaseModel):
    """How tags are predicted from each other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pull: float = Field(default=8.0, gt=0, allow_inf_nan=False)
    """λ, in mean squared lengths of a row: how many usual artists must agree before a tag is believed to follow."""
    evening: float = Field(default=0.5, ge=0, le=1)
    """Rows are divided by this power of their length: 0 leaves the much tagged their weight, 1 makes all equal."""


class TagCompletion:
    """How each tag follows from the others."""

    def __init__(self, config: TagCompletionConfig | None = None) -> None:
        self.config = config or TagCompletionConfig()
        self._weights: Floats | None = None

    @property
    def weights(self) -> Floats:
        """``(n_tags, n_tags)``: what each tag (row) says for each other (column); the diagonal is zero.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._weights is None:
            raise NotLearnedError("Nothing is known of how tags follow from each other.", "Call fit first.")
        return self._weights

    def fit(self, counts: Csr) -> Self:
        """Learn from how often each artist was given each tag, ``(n_artists, n_tags)``; needs n_tags² numbers.

        Raises:
            TooLittleError: no artist has a tag.
            ValueError: a count is negative or not finite.
        """
        rows = self.rows(counts)
        if not rows.nnz:
            raise TooLittleError(
                "There are no tags to learn from.",
                "Import tags, or scan a folder whose files name their genres.",
            )
        with one_blas_thread():
            gram = np.asarray((rows.T @ rows).todense(), np.float64)
            gram[np.diag_indices_from(gram)] += self.config.pull * np.trace(gram) / rows.shape[0]
            inverse = np.linalg.inv(gram)
        weights = inverse / -np.diag(inverse)
        np.fill_diagonal(weights, 0)
        self._weights = weights.astype(np.float32)
        return self

    def complete(self, counts: Csr, tags: NDArray[np.integer] | None = None) -> Floats:
        """How strongly tags follow from the other tags of each artist, ``(n_artists, n_tags or len(tags))``.

        Whether an artist has a tag does not count for that tag itself, but for the length of its row.

        Args:
            counts: as for ``fit``, of any artists.
            tags: columns that are asked for; all if None.

        Raises:
            ValueError: there are other tags than those learned from.
        """
        asked = self.weights if tags is None else self.weights[:, tags]
        if counts.shape[1] != len(self.weights):
            raise ValueError(f"counts: {counts.shape[1]} tags, but {len(self.weights)} were learned from.")
        return np.asarray(self.rows(counts) @ asked, np.float32)

    def rows(self, counts: Csr) -> Csr:
        """Counts as they are reckoned with, of the same shape: logarithms, in rows brought nearer to one length.

        Raises:
            ValueError: a count is negative or not finite.
        """
        rows: Csr = counts.astype(np.float32)
        if not np.isfinite(rows.data).all() or (rows.data < 0).any():
            raise ValueError("counts: one is negative or not finite.")
        rows.data = np.log1p(rows.data)
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1)) ** self.config.evening
        rows.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(rows.indptr)).astype(np.float32)
        return rows
