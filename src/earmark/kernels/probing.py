"""The n songs of greatest inner product with each listener, but for very few: for answers while somebody waits.

Songs are put into clusters of like direction, and only those are looked through in which the best ones are likely to
be: ordered by the listener's part along the cluster's centre times the longest part of a song along it, until enough
songs were seen (an inverted file, its lists ordered for inner products; for distances see Jégou, Douze & Schmid 2011).
Vectors are kept as bytes, each with a scale of its own, so a score is off by some thousandths of the product of the two
lengths; listeners' are rounded to sixteen bits, so that only whole numbers are multiplied and added. Who else is
searched for changes no bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.clusters import Clusters
from earmark.kernels.sparse import Csr, Rows, check_count, excluded_rows
from earmark.threads import one_blas_thread, over_blocks

LISTENERS_PER_BLOCK = 16
FACTORS_TOGETHER = 32
"""With which the kernel gets on best."""


class ProbingIndex:
    """Song vectors, (n_songs, n_factors) float32, in clusters."""

    def __init__(self, item_factors: NDArray[np.float32], *, seen: int) -> None:
        """Put the songs into clusters.

        Args:
            item_factors: (n_songs, n_factors), finite, of one song at least.
            seen: so many songs are looked at for a listener, and the rest of the last cluster.
        """
        self.n_songs, self.n_factors = item_factors.shape
        self.seen = seen
        with one_blas_thread():
            clusters = Clusters.of(item_factors, np.arange(self.n_songs, dtype=np.int32))
        self._starts, self._boxes, self._songs = clusters.starts, clusters.boxes, clusters.songs
        in_turn = clusters.strides.transpose(0, 2, 1).reshape(-1, self.n_factors)
        self._items, self._item_scales = _scaled(in_turn)
        self._centres, self._centre_scales = _scaled(clusters.centres)

    def top(
        self,
        listener_factors: NDArray[np.float32],
        exclude: Csr | Rows | None,
        n: int,
        *,
        threads: int | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The n best songs of each listener among those looked at.

        Args:
            listener_factors: (n_listeners, n_factors) float32.
            exclude: (n_listeners, n_songs), whose entries (of any weight) may not be returned.
            n: songs to keep for each listener.
            threads: as for `over_blocks`; it does not change the result.

        Returns:
            ids (n_listeners, n) int32 and scores (n_listeners, n) float32, by score descending, then id
            ascending, padded with -1 and 0.

        Raises:
            ValueError: shapes or types do not fit.
        """
        check_count(n, "n")
        if listener_factors.dtype != np.float32 or listener_factors.shape[1:] != (self.n_factors,):
            raise ValueError(
                f"expected float32 vectors of {self.n_factors}, got {listener_factors.dtype} {listener_factors.shape}."
            )
        vectors = _filled_up(listener_factors)
        closed = excluded_rows(exclude, len(vectors), self.n_songs)
        ids = np.empty((len(vectors), n), np.int32)
        scores = np.empty((len(vectors), n), np.float32)

        def block(start: int, stop: int) -> None:
            _core.probe_clusters(
                start, stop, len(vectors), self.n_songs, vectors.shape[1], len(self._boxes), self.seen, n,
                vectors, self._centres, self._centre_scales, self._starts, self._boxes,
                self._items, self._item_scales, self._songs, closed.starts, closed.indices, ids, scores,
            )  # fmt: skip

        over_blocks(block, len(vectors), LISTENERS_PER_BLOCK, threads)
        return ids, scores


def _filled_up(vectors: NDArray[Any]) -> NDArray[Any]:
    """With zeros, to a multiple of `FACTORS_TOGETHER` factors."""
    more = -vectors.shape[1] % FACTORS_TOGETHER
    return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, more))) if more else vectors)


def _scaled(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors as whole numbers up to 127, and by what each one's are to be multiplied, (n_vectors,)."""
    scales = (np.abs(vectors).max(axis=1) / np.float32(127)).astype(np.float32)
    numbers = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return _filled_up(numbers), scales
