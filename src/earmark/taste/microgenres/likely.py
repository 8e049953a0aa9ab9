"""The kind of music of clusters of which nothing is said: what their artists are expected to be.

Of the genres that a cluster's artists are expected to be of, that one is told which is most its own by p · log(p / q)
(`earmark.taste.microgenres.carried`), where p and q are mean probabilities of the cluster's artists and of all, and
which most of them are likely of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr

LEAST_PROBABILITY: Final = 0.4
"""Mean over a cluster's artists from which its genre is told."""


@dataclass(frozen=True)
class Expected:
    """With which probability artists are of which genres, ``(n_artists, n_genres)``, and the genres."""

    probable: Csr
    genres: Sequence[str]


def likely_genres(
    expected: Expected, place: NDArray[np.integer], n_clusters: int, least_artists: int
) -> list[str | None]:
    """The genre of each cluster; None where too few artists are expected to be of any, or of no one genre.

    Args:
        expected: of all artists; empty rows for those of whom nothing is expected.
        place: the cluster of each artist, −1 for none.
        n_clusters: how many there are.
        least_artists: of so many of a cluster's artists something must be expected.
    """
    some = np.flatnonzero((place >= 0) & (np.diff(expected.probable.indptr) > 0))
    if not len(some):
        return [None] * n_clusters
    ones = np.ones(len(some), np.float32)
    inside = sp.csr_array((ones, (place[some], some)), shape=(n_clusters, len(place)))
    sizes = np.bincount(place[some], minlength=n_clusters)
    share = (inside @ expected.probable).toarray() / np.maximum(sizes, 1)[:, None]
    usual = np.asarray(expected.probable[some].sum(axis=0)).ravel() / len(some)
    lift = share / np.where(usual > 0, usual, 1)
    own = np.where(share >= LEAST_PROBABILITY, share * np.log(np.maximum(lift, 1)), 0)
    best = own.argmax(axis=1)
    return [
        expected.genres[genre] if sizes[at] >= least_artists and own[at, genre] > 0 else None
        for at, genre in enumerate(best.tolist())
    ]
