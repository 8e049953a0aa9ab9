"""Which terms are a cluster's own: what its artists are called more than all artists are.

Method: a term is a cluster's own by p · log(p / q), its part of the Kullback-Leibler divergence of the cluster from all
artists, where p is the share of the cluster's artists who carry it and q that of all. Both are of those who are called
anything at all.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.views import Floats


class Carried:
    """Who carries what: ``share`` p, ``lift`` p / q and ``own`` p · log(p / q), each ``(n_clusters, n_terms)``; ``own``
    is 0 where a term may not name a cluster."""

    def __init__(
        self, terms: Csr, place: NDArray[np.integer], n_clusters: int, config: MicroGenreConfig
    ) -> None:
        """Count them.

        Args:
            terms: ``(n_artists, n_terms)``, above 0 where an artist carries a term.
            place: the cluster of each artist, −1 for none.
            n_clusters: how many there are.
            config: how many must carry a term.
        """
        self._said = said = sp.csr_array((terms > 0).astype(np.float32))
        described = np.diff(said.indptr) > 0
        inside = np.flatnonzero((place >= 0) & described)
        ones = np.ones(len(inside), np.float32)
        self._membership = membership = sp.csr_array(
            (ones, (place[inside], inside)), shape=(n_clusters, len(place))
        )
        sizes = np.maximum(np.bincount(place[inside], minlength=n_clusters), 1)
        counts = (membership @ said).toarray()
        q = np.bincount(said.indices, minlength=terms.shape[1]) / max(int(described.sum()), 1)
        self.share: Floats = (counts / sizes[:, None]).astype(np.float32)
        self.lift: Floats = (self.share / np.where(q > 0, q, 1)).astype(np.float32)
        enough = (self.share >= config.support) & (counts >= config.least_artists) & (self.lift > 1)
        own = self.share * np.log(np.where(enough, self.lift, 1))
        self.own: Floats = np.where(enough, own, 0).astype(np.float32)

    def either(self, cluster: int, terms: NDArray[np.integer]) -> Floats:
        """Share of a cluster's artists who carry one at least of any two of some terms, ``(n, n)``."""
        first, last = self._membership.indptr[cluster : cluster + 2]
        inside = self._said[self._membership.indices[first:last]][:, terms].toarray()
        both = inside.T @ inside
        alone = np.diag(both)
        return np.asarray((alone[:, None] + alone - both) / max(last - first, 1), np.float32)

    def __len__(self) -> int:
        """How many clusters."""
        return len(self.share)
