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


def unit(rows: Csr) -> Csr:
    """Rows at unit length; those of zeros stay."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ rows)


def latent(weights: Csr, learning: int, factors: int) -> Floats:
    """Rows in the space of the largest singular vectors of the first of them, at unit length.

    Args:
        weights: ``(n_rows, n_terms)``.
        learning: so many rows are learned from; the others are only placed.
        factors: dimensions; fewer where there are fewer rows or terms.

    Returns:
        ``(n_rows, n_factors)`` float32, the same bytes for the same weights; rows without terms are zeros.
    """
    from scipy.sparse.linalg import svds

    kept = min(factors, learning - 1, weights.shape[1] - 1)
    if kept < 1:
        return np.zeros((weights.shape[0], 0), np.float32)
    taught = weights[:learning].astype(np.float64)
    with one_blas_thread():
        # A fixed start makes Lanczos iterations repeat themselves; singular vectors are told up to their sign.
        _, singular, right = svds(taught, k=kept, v0=np.ones(min(taught.shape)))
        right = right[np.argsort(-singular, kind="stable")]
        right *= np.sign(right[np.arange(kept), np.abs(right).argmax(axis=1)])[:, None]
        found = np.asarray(weights @ right.T)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > NOTHING, found / np.maximum(lengths, NOTHING), 0), np.float32)
