"""What is known of artists, view beside view: who listens, what they are called, how they sound.

Each view is a matrix of directions: rows of length 1, or zeros where nothing is known. Side by side, each times the
root of its weight, their inner product is the weighted sum of the views' cosines, so that clusters over the joint rows
are clusters over all views at once. A view that says nothing of an artist neither draws it anywhere nor keeps it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.latent import largest

Floats = NDArray[np.float32]
CLIPPED_AT = 3.0
"""Standard deviations; a figure beyond is a fault of the file more often than of the music."""


def directions(rows: NDArray[Any]) -> Floats:
    """Rows of length 1; of zeros, where they were zeros or hold what is no finite number."""
    finite = np.where(np.isfinite(rows).all(axis=1, keepdims=True), rows, 0).astype(np.float32)
    lengths = np.linalg.norm(finite, axis=1, keepdims=True)
    return np.asarray(finite / np.where(lengths > 0, lengths, 1), np.float32)


def sound_scale(sound: NDArray[Any]) -> Floats:
    """Mean and spread of each figure over the rows that were heard, ``(2, n_figures)``; a spread of 0 becomes 1."""
    some = sound[_heard(sound)]
    if not len(some):
        return np.stack([np.zeros(sound.shape[1], np.float32), np.ones(sound.shape[1], np.float32)])
    spread = some.std(axis=0)
    return np.stack([some.mean(axis=0), np.where(spread > 0, spread, 1)]).astype(np.float32)


def sound_directions(sound: NDArray[Any], scale: Floats) -> Floats:
    """What is heard, in standard deviations, clipped, as directions; zeros in, zeros out."""
    heard = np.where(_heard(sound)[:, None], sound, scale[0])
    return directions(np.clip((heard - scale[0]) / scale[1], -CLIPPED_AT, CLIPPED_AT))


def _heard(sound: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(sound.any(axis=1) & np.isfinite(sound).all(axis=1), np.bool_)


def tf_idf(terms: Csr, *, least_rows: int = 2) -> Csr:
    """log(1 + weight) · log(n / rows with the term) (Salton & Buckley 1988), rows of length 1.

    A term of fewer rows than ``least_rows`` leads from none to another and becomes 0.
    """
    carried = np.bincount(terms.indices[terms.data > 0], minlength=terms.shape[1])
    rarity = np.where(carried >= least_rows, np.log((1 + terms.shape[0]) / np.maximum(carried, 1)), 0)
    weighed = sp.csr_array(terms.astype(np.float32))
    weighed.data = (np.log1p(weighed.data) * rarity[weighed.indices]).astype(np.float32)
    weighed.eliminate_zeros()
    weighed.sort_indices()
    return lengthened(weighed)


def lengthened(rows: Csr) -> Csr:
    """Rows of length 1, or of nothing."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), np.float32).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(lengths > 0, lengths, np.float32(1))) @ rows)


def latent(weighed: Csr, dimensions: int, seed: int) -> Floats:
    """Rows reduced to ``dimensions`` by a truncated SVD (Deerwester et al. 1990), as directions."""
    width = min(dimensions, *weighed.shape)
    if not width or not weighed.nnz:
        return np.zeros((weighed.shape[0], max(width, 1)), np.float32)
    reduced = weighed @ largest(weighed, width, seed)
    reduced[np.diff(weighed.indptr) == 0] = 0  # But for rounding, which would become a direction.
    return directions(reduced)


def joined(views: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Views side by side, each times the root of its weight, as directions."""
    return directions(
        np.hstack([view * np.float32(weight**0.5) for view, weight in zip(views, weights, strict=True)])
    )
