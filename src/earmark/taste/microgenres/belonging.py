"""How much artists and songs belong to micro-genres: a few each, parts of 1.

Belonging falls with distance from the centre as in a mixture of von Mises-Fisher distributions of one concentration
(Banerjee et al. 2005): in proportion to e to the power of sharpness times cosine. Only the largest parts are kept.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.taste.microgenres.views import Floats

ROWS_AT_ONCE = 4096
LEAST_PART = 0.1
"""A smaller part is noise."""
ELSEWHERE = 0.01
"""What a song's artist leaves to every micro-genre that is not theirs, so that a song can belong there."""


def belonging(points: Floats, centres: Floats, sharpness: float, most: int) -> Csr:
    """Parts ``(n_points, n_centres)`` float32, rows adding up to 1; an empty row for a point of zeros."""
    blocks = [
        _largest(
            sharpness * (points[start : start + ROWS_AT_ONCE] @ centres.T),
            np.asarray(points[start : start + ROWS_AT_ONCE].any(axis=1), np.bool_),
            most,
        )
        for start in range(0, len(points), ROWS_AT_ONCE)
    ]
    return _stacked(blocks, len(centres))


def moved(artists: Csr, points: Floats, centres: Floats, pull: float, most: int) -> Csr:
    """The parts of songs ``(n_songs, n_centres)``: those of their artists, moved by what is known of the songs.

    Args:
        artists: the parts of each song's artist, ``(n_songs, n_centres)``; empty rows for unknown ones.
        points: of the songs themselves; zeros where nothing is known.
        centres: of the micro-genres.
        pull: how much a song's own point says beside its artist.
        most: so many parts are kept of each song.
    """
    n, n_centres = artists.shape
    blocks = []
    for start in range(0, n, ROWS_AT_ONCE):
        some = slice(start, min(start + ROWS_AT_ONCE, n))
        prior = artists[some].toarray()
        known = np.asarray(prior.any(axis=1) | points[some].any(axis=1), np.bool_)
        logits = np.log(prior + np.float32(ELSEWHERE)) + pull * (points[some] @ centres.T)
        blocks.append(_largest(logits, known, most))
    return _stacked(blocks, n_centres)


def _largest(logits: Floats, known: NDArray[np.bool_], most: int) -> Csr:
    n, n_centres = logits.shape
    if not n or not n_centres:
        return _none((n, n_centres))
    kept = min(most, n_centres)
    at = np.argsort(-logits, axis=1, kind="stable")[:, :kept]
    best = np.take_along_axis(logits, at, axis=1)
    parts = np.exp(best - best[:, :1])
    parts /= parts.sum(axis=1, keepdims=True)
    parts[(parts < LEAST_PART) & (np.arange(kept) > 0)] = 0
    parts = parts / parts.sum(axis=1, keepdims=True) * known[:, None]
    found = sp.csr_array(
        (parts.ravel().astype(np.float32), at.ravel().astype(np.int32), np.arange(0, n * kept + 1, kept)),
        shape=(n, n_centres),
    )
    found.eliminate_zeros()
    found.sort_indices()
    return found


def _stacked(blocks: list[Csr], n_centres: int) -> Csr:
    if not blocks:
        return _none((0, n_centres))
    return sp.csr_array(sp.vstack(blocks, format="csr"))


def _none(shape: tuple[int, int]) -> Csr:
    nowhere = np.empty(0, np.int32)
    return sp.csr_array((np.empty(0, np.float32), (nowhere, nowhere)), shape=shape)
