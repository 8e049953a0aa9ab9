"""The order of a mix: from the strongest choice on, each song followed by the nearest of those left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def by_likeness(vectors: NDArray[np.float32], sizes: NDArray[np.integer]) -> NDArray[np.intp]:
    """Greedy nearest-neighbour order of each mix, by the cosine of the songs' vectors.

    Args:
        vectors: ``(n_mixes, n_entries, n_factors)``, the strongest entry of each mix first.
        sizes: ``(n_mixes,)``, how many entries are real; the rest keep their places at the end.

    Returns:
        ``(n_mixes, n_entries)`` positions into the given order.
    """
    n_mixes, n_entries, _ = vectors.shape
    order = np.tile(np.arange(n_entries), (n_mixes, 1))
    if n_entries < 2:
        return order
    lengths = np.linalg.norm(vectors, axis=2, keepdims=True)
    unit = vectors / np.maximum(lengths, 1e-9)
    likeness = np.einsum("mif,mjf->mij", unit, unit)
    mixes = np.arange(n_mixes)
    # Absent entries come last, in the order given.
    absent = np.arange(n_entries)[None, :] >= np.asarray(sizes)[:, None]
    left = np.where(absent, -2.0 - np.arange(n_entries)[None, :], 0.0)
    current = np.zeros(n_mixes, np.intp)
    for place in range(1, n_entries):
        left[mixes, current] = -np.inf
        current = np.argmax(likeness[mixes, current] * ~absent + left, axis=1)
        order[:, place] = current
    return order
