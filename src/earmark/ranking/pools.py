"""Pools of candidates of which it is known what came to be loved: what fusion and trees learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.ranking.candidates import best_of_each
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.columns import Int32s


@dataclass(frozen=True)
class Pools:
    """One row's candidates after the other's.

    ``songs`` ``(n_pairs,)`` columns; ``features`` ``(n_pairs, n_features)``; ``sizes`` ``(n_rows,)`` candidates of each
    row; ``loved`` ``(n_pairs,)`` whether a list should begin with the song.
    """

    songs: Int32s
    features: Floats
    sizes: NDArray[np.int64]
    loved: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def indptr(self) -> NDArray[np.int64]:
        """Bounds of each row's pairs, ``(n_rows + 1,)``."""
        return np.concatenate([[0], np.cumsum(self.sizes)])

    @classmethod
    def joined(cls, parts: Sequence[Pools]) -> Pools:
        """All rows of all parts."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("songs", "features", "sizes", "loved")
            )
        )

    def take(self, rows: NDArray[np.bool_]) -> Pools:
        """The rows for which ``rows`` ``(n_rows,)`` holds."""
        return self._keep(np.repeat(rows, self.sizes), self.sizes[rows])

    def teaching(self) -> Pools:
        """The rows that have something loved among their candidates."""
        hits = np.add.reduceat(
            np.append(self.loved, False), np.minimum(self.indptr[:-1], len(self.loved)), dtype=np.int64
        )
        return self.take((self.sizes > 0) & (hits > 0))

    def best(self, scores: Floats, n: int) -> Pools:
        """The ``n`` best-scored candidates of each row, in the order of the pool."""
        kept = np.zeros(len(self.songs), np.bool_)
        kept[best_of_each(self.indptr, scores, n)] = True
        rows = np.repeat(np.arange(len(self)), self.sizes)
        return self._keep(kept, np.bincount(rows[kept], minlength=len(self)))

    def _keep(self, pairs: NDArray[np.bool_], sizes: NDArray[np.int64]) -> Pools:
        return Pools(self.songs[pairs], self.features[pairs], sizes, self.loved[pairs])
