"""Latent semantic analysis: rows in the space of the largest singular vectors (Deerwester et al. 1990)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.threads import one_blas_thread

Floats = NDArray[np.float32]
Csr = sp.csr_array[Any, tuple[int, int]]
NOTHING: Final = 1e-9
"""A length below which a row has no direction."""
OVERSAMPLED: Final = 16
POWER_ROUNDS: Final = 4


def unit(rows: Csr) -> Csr:
    """Rows at unit length; those of zeros stay."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ rows)


def latent(weights: Csr, learning: int, factors: int, seed: int = 0) -> Floats:
    """Rows in the space of the largest singular vectors of the first of them, at unit length.

    Args:
        weights: ``(n_rows, n_terms)``.
        learning: so many rows are learned from; the others are only placed.
        factors: dimensions; fewer where there are fewer rows or terms.
        seed: where `largest` begins.

    Returns:
        ``(n_rows, n_factors)`` float32, the same bytes for the same weights; rows without terms are zeros.
    """
    kept = min(factors, learning - 1, weights.shape[1] - 1)
    if kept < 1:
        return np.zeros((weights.shape[0], 0), np.float32)
    with one_blas_thread():
        found = np.asarray(weights @ largest(weights[:learning].astype(np.float64), kept, seed))
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > NOTHING, found / np.maximum(lengths, NOTHING), 0), np.float32)


def largest(rows: Csr, n: int, seed: int) -> NDArray[Any]:
    """The right singular vectors of the ``n`` largest singular values, ``(n_columns, n)``, by their size.

    Found by randomised subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4), the same bytes for the same
    rows on one thread of BLAS; ARPACK draws anew where rows have fewer dimensions than it looks for. A vector's largest
    entry is above 0.

    Args:
        rows: ``(n_rows, n_columns)``; precision is theirs.
        n: no more than either side.
        seed: what the first subspace is drawn from.
    """
    width = min(n + OVERSAMPLED, *rows.shape)
    turned = sp.csr_array(rows.T)
    drawn = np.random.default_rng(seed).standard_normal((rows.shape[1], width)).astype(rows.dtype)
    basis = np.linalg.qr(rows @ drawn)[0]
    for _ in range(POWER_ROUNDS):
        basis = np.linalg.qr(rows @ np.linalg.qr(turned @ basis)[0])[0]
    vectors = np.linalg.svd((turned @ basis).T, full_matrices=False)[2][:n]
    vectors *= np.sign(vectors[np.arange(n), np.abs(vectors).argmax(axis=1)])[:, None]
    return vectors.T
