"""Artists that stand together under a name, and who put them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.ranking.candidates import look_up
from earmark.signals.collaborative.histories import Csr


@dataclass(frozen=True)
class Collections:
    """Artists that stand together under a name, as those of a tag, or those whose songs a playlist holds.

    An entry ``(n_entries,)`` is an artist (``artists``, columns) in a collection (``collections``, positions in
    ``names``), put there by a listener (``listeners``, rows; −1 for nobody who is recommended anything).
    """

    names: list[str]
    collections: NDArray[np.integer]
    artists: NDArray[np.integer]
    listeners: NDArray[np.integer]

    @classmethod
    def none(cls) -> Collections:
        """Nothing is known but plays."""
        return cls([], *np.empty((3, 0), np.int32))

    def without(self, hidden: Csr) -> Collections:
        """What is left if nobody ever met the artists that ``hidden`` ``(n_listeners, n_artists)`` holds of them.

        Whoever tags an artist knows them: their tag would give away what is asked for.
        """
        kept = (self.listeners < 0) | (look_up(hidden, self.listeners, self.artists) == 0)
        return Collections(self.names, self.collections[kept], self.artists[kept], self.listeners[kept])

    def of_at_least(self, n: int) -> Collections:
        """The collections that hold ``n`` artists or more."""
        held = np.unique(np.stack([self.collections, self.artists]), axis=1)[0]
        enough = np.bincount(held, minlength=len(self.names)) >= n
        kept = enough[self.collections]
        return Collections(
            [name for name, holds in zip(self.names, enough, strict=True) if holds],
            (np.cumsum(enough) - 1)[self.collections[kept]],
            self.artists[kept],
            self.listeners[kept],
        )

    def matrix(self, n_artists: int) -> Csr:
        """Ones where a collection holds an artist, ``(n_collections, n_artists)``."""
        entries = np.unique(np.stack([self.collections, self.artists]), axis=1)
        held = sp.csr_array(
            (np.ones(entries.shape[1], np.int8), (entries[0], entries[1])), shape=(len(self.names), n_artists)
        )
        held.sort_indices()
        return held
