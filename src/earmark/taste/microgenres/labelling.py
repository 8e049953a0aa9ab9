"""What artists are, of whom that is not said, learned from those of whom it is.

Method: kernel ridge regression (Saunders, Gammerman & Vovk 1998) from all that is known of artists to what is said of
some of them. The kernel is the weighted sum of the cosines of several views. Beside those of an artist's own (who
listens, what it is called) one is borrowed: what the artists nearest in listening are called, an artist itself left
out, which speaks where an artist's own words are few. For squared loss the expected value of a 0/1 label is its
probability, so that the largest is the likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.errors import NotLearnedError
from earmark.signals.collaborative.histories import Csr
from earmark.taste.microgenres.views import Floats, directions, latent, lengthened, tf_idf
from earmark.threads import one_blas_thread

ROWS_AT_ONCE = 1024


class LabellingConfig(BaseModel):
    """How labels are learned; each view's weight is how much it counts beside the others, 0 leaves it out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pull: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    """Pull towards what is usual; an artist is a cosine of 1 with itself in each view."""
    most_teachers: int = Field(default=5_000, ge=1, le=20_000)
    """Artists that are learned from, the most played first: time grows with the cube."""
    terms: float = Field(default=1.0, ge=0, le=100)
    """What an artist is called."""
    latent_terms: float = Field(default=0.5, ge=0, le=100)
    """The same, reduced: terms that go together are alike."""
    listening: float = Field(default=1.0, ge=0, le=100)
    """Who listens to it."""
    borrowed: float = Field(default=0.5, ge=0, le=100)
    """What those nearest in listening are called."""
    neighbours: int = Field(default=50, ge=1, le=1_000)
    """So many artists nearest in listening are borrowed from."""
    nearness: float = Field(default=4.0, gt=0, le=100)
    """Each is borrowed from as much as the cosine to the power of this."""
    term_dimensions: int = Field(default=100, ge=2, le=1_000)
    """Length of the vectors that terms are reduced to."""


@dataclass(frozen=True)
class Known:
    """What is known of artists: views of directions, ``(n_artists, …)`` each, dense or sparse, and their weights."""

    views: tuple[Floats | Csr, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(
        cls,
        *,
        words: Csr,
        listening: Floats | None,
        lent: Csr,
        lenders: NDArray[np.intp],
        config: LabellingConfig,
        seed: int,
    ) -> Known:
        """From what each artist is called, learned vectors, and what others lend.

        Args:
            words: how much each artist is called what, ``(n_artists, n_terms)``, not below 0.
            listening: ``(n_artists, n_factors)``; zeros for those whom nobody holds.
            lent: what the lenders are called, ``(len(lenders), n_terms)``, not below 0; of the same words or others.
            lenders: from whom is borrowed, rows; one at least.
            config: how much each view counts.
            seed: where the reduction of terms begins.
        """
        called = tf_idf(words)
        views: list[tuple[Floats | Csr, float]] = [
            (called, config.terms),
            (latent(called, config.term_dimensions, seed), config.latent_terms),
        ]
        if listening is not None:
            heard = directions(listening)
            views.append((heard, config.listening))
            views.append((borrowed(heard, tf_idf(lent), lenders, config), config.borrowed))
        counted = [(view, weight) for view, weight in views if weight > 0]
        return cls(tuple(view for view, _ in counted), tuple(weight for _, weight in counted))

    def likeness(self, some: NDArray[np.intp], others: NDArray[np.intp]) -> Floats:
        """How alike artists are, ``(len(some), len(others))``."""
        alike = np.zeros((len(some), len(others)), np.float32)
        for view, weight in zip(self.views, self.weights, strict=True):
            product = view[some] @ view[others].T
            alike += np.float32(weight) * (product.toarray() if sp.issparse(product) else product)
        return alike


class Labelling:
    """Expected labels of artists. Made by `fit`."""

    def __init__(self, config: LabellingConfig | None = None) -> None:
        self.config = config or LabellingConfig()
        self._known: Known | None = None

    def fit(
        self, known: Known, labels: Csr | Floats, taught: NDArray[np.intp], weight: Floats | None = None
    ) -> Self:
        """Learn from the artists ``taught`` (rows), whose ``labels`` are ``(len(taught), n_labels)``.

        Of more than ``most_teachers``, those of most ``weight`` ``(len(taught),)`` teach, or else the first.
        """
        order = np.arange(len(taught)) if weight is None else np.argsort(-weight, kind="stable")
        chosen = np.sort(order[: self.config.most_teachers])
        said = labels[chosen]
        said = np.asarray(said.toarray() if sp.issparse(said) else said, np.float64)
        self._teachers = taught[chosen]
        self._usual = said.mean(axis=0) if len(chosen) else np.zeros(labels.shape[1])
        self._learned = np.zeros((0, labels.shape[1]), np.float32)
        if len(chosen):
            from scipy.linalg import cho_factor, cho_solve

            with one_blas_thread():
                alike = known.likeness(self._teachers, self._teachers).astype(np.float64)
                alike[np.diag_indices(len(chosen))] += self.config.pull
                weights = cho_solve(cho_factor(alike, overwrite_a=True), said - self._usual)
            self._learned = weights.astype(np.float32)
        self._known = known
        return self

    def expected(self, artists: NDArray[np.intp]) -> Floats:
        """What artists (rows) are expected to be, ``(len(artists), n_labels)``.

        Raises:
            NotLearnedError: before ``fit``.
        """
        if self._known is None:
            raise NotLearnedError("No labels have been learned.", "Call fit first.")
        found = np.empty((len(artists), self._learned.shape[1]), np.float32)
        with one_blas_thread():
            for start in range(0, len(artists), ROWS_AT_ONCE):
                some = slice(start, start + ROWS_AT_ONCE)
                found[some] = self._known.likeness(artists[some], self._teachers) @ self._learned
        return found + self._usual.astype(np.float32)


def borrowed(heard: Floats, lent: Csr, lenders: NDArray[np.intp], config: LabellingConfig) -> Csr:
    """What the lenders (rows) nearest in listening are called, an artist itself left out, as directions."""
    own = np.full(len(heard), -1)
    own[lenders] = np.arange(len(lenders))
    blocks: list[Csr] = []
    for start in range(0, len(heard), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        cosines = heard[some] @ heard[lenders].T
        lends = np.flatnonzero(own[some] >= 0)
        cosines[lends, own[some][lends]] = 0
        blocks.append(_nearest(cosines, config) @ lent)
    return lengthened(sp.csr_array(sp.vstack(blocks, format="csr")))


def _nearest(cosines: Floats, config: LabellingConfig) -> Csr:
    k = min(config.neighbours, cosines.shape[1])
    at = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    near = np.maximum(np.take_along_axis(cosines, at, axis=1), 0) ** config.nearness
    starts = np.arange(0, at.size + 1, k)
    return sp.csr_array((near.ravel(), at.ravel(), starts), shape=cosines.shape)
