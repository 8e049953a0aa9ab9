"""Songs in clusters of like direction, so that most of them need not be scored.

Along a unit vector c any inner product splits into ``u.v = (u.c)(v.c) + u'.v'``, where u' and v' are what is left
of u and v; so ``u.v <= (u.c)(v.c) + |u'||v'|``: a bound from two numbers a song and two a listener. With the
centre of the song's own cluster for c it is tight, because little of v is left. The clusters are those of spherical
k-means (Dhillon & Modha 2001) on a sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SONGS_PER_STRIDE = 16
"""As in kernels.h: songs that are scored side by side."""
SONGS_PER_CLUSTER = 100
MOST_CLUSTERS = 1000
"""More are tighter, but every listener is compared with every centre."""
SAMPLED_PER_CLUSTER = 10
ROUNDS = 4


@dataclass(frozen=True)
class Clusters:
    """Songs in clusters, longest first in each; the cluster with the longest song comes first.

    Every cluster is filled up to whole strides with songs of -1, which are zeros.
    """

    centres: NDArray[np.float32]
    """(n_clusters, n_factors), each of length 1."""
    starts: NDArray[np.int64]
    """(n_clusters + 1,) the strides of cluster k are ``starts[k]`` to ``starts[k + 1]``."""
    strides: NDArray[np.float32]
    """(n_strides, n_factors, 16) the songs' vectors, those of a stride side by side."""
    songs: NDArray[np.int32]
    """(n_strides * 16,) which song each is."""
    along: NDArray[np.float32]
    """(n_strides * 16,) each song's part along its centre, v.c."""
    across: NDArray[np.float32]
    """(n_strides * 16,) the length of what is left."""
    boxes: NDArray[np.float32]
    """(n_clusters, 3) the least and greatest ``along`` and the greatest ``across``."""
    longest: float
    """Length of the longest vector."""

    @classmethod
    def of(cls, items: NDArray[np.float32], songs: NDArray[np.int32]) -> Clusters:
        """Clusters of ``items`` (n_songs, n_factors), which are called ``songs``."""
        lengths = np.linalg.norm(items, axis=1)
        centres, sizes, order = _clustered(items, lengths)
        starts = np.concatenate([[0], np.cumsum(-(-sizes // SONGS_PER_STRIDE))])
        left_open = starts[:-1] * SONGS_PER_STRIDE - (np.cumsum(sizes) - sizes)
        place = np.arange(len(order)) + np.repeat(left_open, sizes)
        n_places = int(starts[-1]) * SONGS_PER_STRIDE
        called = np.full(n_places, -1, np.int32)
        called[place] = songs[order]
        placed = np.zeros((n_places, items.shape[1]), np.float32)
        placed[place] = items[order]
        centre = np.repeat(centres, np.diff(starts) * SONGS_PER_STRIDE, axis=0)
        along = np.einsum("ij,ij->i", placed, centre)
        centre *= along[:, None]
        across = np.linalg.norm(placed - centre, axis=1)
        edges = starts[:-1] * SONGS_PER_STRIDE
        boxes = np.stack(
            [
                np.minimum.reduceat(along, edges),
                np.maximum.reduceat(along, edges),
                np.maximum.reduceat(across, edges),
            ],
            axis=1,
        )
        strides = placed.reshape(-1, SONGS_PER_STRIDE, items.shape[1]).transpose(0, 2, 1)
        return cls(
            centres, starts, np.ascontiguousarray(strides), called, along, across, boxes, float(lengths.max())
        )

    def __len__(self) -> int:
        """How many clusters."""
        return len(self.centres)

    def split(
        self, vectors: NDArray[np.float32], rounding: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The parts of listeners' vectors along every centre, and the lengths of what is left.

        Args:
            vectors: (n_listeners, n_factors).
            rounding: relative error of a float32 inner product; what is left is enlarged by it, so that it
                is never too short.

        Returns:
            Two (n_clusters, n_listeners) float32 arrays.
        """
        along = self.centres @ vectors.T
        squares = np.einsum("ij,ij->i", vectors, vectors)
        return along, np.sqrt(np.maximum(squares * (1 + 3 * rounding) - np.square(along), 0))


def _clustered(
    items: NDArray[np.float32], lengths: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """Centres and sizes of the clusters that hold songs, and the order of the songs in them."""
    directions = (items / np.maximum(lengths, 1e-30)[:, None]).astype(np.float32, copy=False)
    centres = _centres(directions)
    cluster = np.argmax(directions @ centres.T, axis=1)
    longest = np.full(len(centres), -1.0)
    np.maximum.at(longest, cluster, lengths)
    order = np.lexsort((-lengths, cluster, -longest[cluster]))
    filled, first, sizes = np.unique(cluster[order], return_index=True, return_counts=True)
    in_turn = np.argsort(first)
    return centres[filled[in_turn]], sizes[in_turn], order


def _centres(directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n_clusters, n_factors) of length 1, by a few rounds of spherical k-means on a sample."""
    n = min(MOST_CLUSTERS, -(-len(directions) // SONGS_PER_CLUSTER))
    random = np.random.default_rng(0)
    sample = directions[np.sort(random.permutation(len(directions))[: n * SAMPLED_PER_CLUSTER])]
    centres = sample[np.sort(random.permutation(len(sample))[:n])]
    for _ in range(ROUNDS):
        nearest = np.argmax(sample @ centres.T, axis=1)
        order = np.argsort(nearest, kind="stable")
        filled, first = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(sample[order], first, axis=0)
        lengths = np.linalg.norm(sums, axis=1)
        centres[filled[lengths > 0]] = (sums / np.where(lengths > 0, lengths, 1)[:, None])[lengths > 0]
    return centres
