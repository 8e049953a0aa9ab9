"""A basis in which listeners and songs vary alike in every direction, so that lengths say most about products."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def balancing_basis(listeners: NDArray[np.float32], items: NDArray[np.float32]) -> NDArray[np.float64]:
    """The symmetric A with A C_u A = A^-1 C_v A^-1 for the second moments C_u of listeners and C_v of items.

    A A is the geometric mean of C_u^-1 and C_v (Pusz & Woronowicz 1975).
    """
    of_listeners, of_items = _second_moments(listeners), _second_moments(items)
    root, inverse_root = _power(of_listeners, 0.5), _power(of_listeners, -0.5)
    return _power(inverse_root @ _power(root @ of_items @ root, 0.5) @ inverse_root, 0.5)


def _second_moments(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """V'V of trace 1, with a floor under its eigenvalues, so that an empty direction stays harmless."""
    n_factors = vectors.shape[1]
    moments = (vectors.T @ vectors).astype(np.float64)
    trace = float(np.trace(moments)) or 1.0
    floored: NDArray[np.float64] = moments / trace + np.eye(n_factors) * (1e-3 / n_factors)
    return floored


def _power(symmetric: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(symmetric)
    powered: NDArray[np.float64] = (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
    return powered
