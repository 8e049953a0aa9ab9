"""The n songs of greatest inner product with each listener, exactly.

The songs of longest vectors are scored first, tile by tile. A listener is done when even a song in the vector's own
direction could not enter any more: |u| |v| < the n-th best score so far (the length-based bound of LEMP, Teflioudi
et al. 2015). The bound is tightest when listeners and songs vary alike in every direction; a change of basis (u A,
v A^-1) makes them so and changes no inner product. Where many listeners are searched for, the shorter songs are put
into clusters, whose tighter bound (see `clusters`) leaves few to be scored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.balancing import balancing_basis
from earmark.kernels.clusters import Clusters
from earmark.kernels.pairs import dot_pairs
from earmark.kernels.sparse import Csr, Rows, check_count, excluded_rows
from earmark.threads import one_blas_thread, over_blocks

LISTENERS_PER_BLOCK = 256
SONGS_PER_TILE = 1024
TILES_AHEAD = 4
"""Tiles of longest songs that come before the clusters: they find most of the best."""
BALANCE_FROM = 1024
"""Balancing costs as much as scoring some hundred listeners: for fewer than this many it does not pay."""
CLUSTER_FROM = 8192
"""Clustering costs as much as scoring some thousand listeners."""


class FactorIndex:
    """Song vectors, (n_songs, n_factors) float32, made ready for search."""

    def __init__(self, item_factors: NDArray[np.float32], *, like: NDArray[np.float32] | None = None) -> None:
        """Put the songs into the order of the search.

        Args:
            item_factors: (n_songs, n_factors) float32.
            like: listeners such as will be searched for, (any, n_factors) float32. The songs are balanced
                against them, and clustered if they are many, which makes many searches faster.

        Raises:
            ValueError: not two-dimensional float32, or not finite.
        """
        items = self._vectors = _checked_factors(item_factors, "item factors")
        self.n_songs, self.n_factors = items.shape
        self._basis: NDArray[np.float32] | None = None
        if like is not None:
            with one_blas_thread():
                basis = balancing_basis(_checked_factors(like, "listener factors"), items)
                items = (items @ np.linalg.inv(basis)).astype(np.float32)
            self._basis = basis.astype(np.float32)
        order = np.argsort(-_lengths(items), kind="stable").astype(np.int32)
        ahead = TILES_AHEAD * SONGS_PER_TILE
        self._clusters: Clusters | None = None
        if like is not None and len(like) >= CLUSTER_FROM and self.n_songs > ahead:
            with one_blas_thread():
                self._clusters = Clusters.of(items[order[ahead:]], order[ahead:])
            order = order[:ahead]
        self._songs = order
        self._items = items[order]
        self._lengths = _lengths(self._items)

    def top(
        self,
        listener_factors: NDArray[np.float32],
        exclude: Csr | Rows | None,
        n: int,
        *,
        threads: int | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The n best songs of each listener.

        Args:
            listener_factors: (n_listeners, n_factors) float32.
            exclude: (n_listeners, n_songs), whose entries (of any weight) may not be returned.
            n: songs to keep for each listener.
            threads: as for `over_blocks`; it does not change the result.

        Returns:
            ids (n_listeners, n) int32 and scores (n_listeners, n) float32, by score descending, then id
            ascending, padded with -1 and 0. Scores are the same among whichever other listeners.

        Raises:
            ValueError: shapes do not fit or a factor is not finite.
        """
        check_count(n, "n")
        listeners = _checked_factors(listener_factors, "listener factors")
        if listeners.shape[1] != self.n_factors:
            raise ValueError(f"listeners have {listeners.shape[1]} factors, songs have {self.n_factors}.")
        hidden = excluded_rows(exclude, len(listeners), self.n_songs)
        ids = np.empty((len(listeners), n), np.int32)
        scores = np.empty((len(listeners), n), np.float32)

        def block(start: int, stop: int) -> None:
            search = _Search(self.n_songs, hidden, start, stop, n)
            vectors = listeners[start:stop]
            self._scan(vectors if self._basis is None else vectors @ self._basis, search)
            search.finish(ids[start:stop], scores[start:stop])
            self._score_alike(vectors, ids[start:stop], scores[start:stop])

        with one_blas_thread():
            over_blocks(block, len(listeners), LISTENERS_PER_BLOCK, threads)
        return ids, scores

    def _score_alike(
        self, listeners: NDArray[np.float32], ids: NDArray[np.int32], scores: NDArray[np.float32]
    ) -> None:
        """Score what was found again, with additions in a fixed order, and sort it by that.

        A product of matrices adds up in an order that depends on how many rows it has, so a listener would find
        songs of nearly the same score in another order alone than among others.
        """
        there = ids >= 0
        starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
        songs = ids[there]
        scores[there] = dot_pairs(listeners, self._vectors, starts, songs, threads=1)
        # Score descending and id ascending as one number: a float's bits are in order once those of negative ones are
        # turned over.
        bits = (scores + np.float32(0)).view(np.uint32)
        bits = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
        keys = ~np.where(there, (bits.astype(np.uint64) << 32) | ~ids.view(np.uint32), 0)
        keys.sort(axis=1)
        keys = ~keys
        filled = keys > 0
        bits = (keys >> 32).astype(np.uint32)
        ids[:] = np.where(filled, ~keys.astype(np.uint32), np.uint32(0xFFFFFFFF)).view(np.int32)
        scores[:] = np.where(bits >> 31, bits ^ np.uint32(1 << 31), ~bits).view(np.float32)
        scores[~filled] = 0

    @property
    def _rounding(self) -> float:
        """By how much of |u| |v| a float32 inner product may be off."""
        return float((self.n_factors + 8) * np.finfo(np.float32).eps)

    def _scan(self, listeners: NDArray[np.float32], search: _Search) -> None:
        self._scan_tiles(listeners, search)
        if self._clusters is not None:
            along, across = self._clusters.split(listeners, self._rounding)
            rounding = _lengths(listeners) * (2 * self._rounding * self._clusters.longest)
            search.offer_clusters(self._clusters, listeners, along, across, rounding.astype(np.float32))

    def _scan_tiles(self, listeners: NDArray[np.float32], search: _Search) -> None:
        lengths = _lengths(listeners) * (1 + self._rounding)
        buffer = np.empty(len(listeners) * SONGS_PER_TILE, np.float32)
        active = np.arange(len(listeners), dtype=np.int32)
        vectors = listeners
        for first in range(0, len(self._items), SONGS_PER_TILE):
            still = lengths[active] * self._lengths[first] >= search.least[active]
            if not still.all():
                active = active[still]
                vectors = listeners[active]
            if len(active) == 0:
                return
            tile = self._items[first : first + SONGS_PER_TILE]
            scores = buffer[: len(active) * len(tile)].reshape(len(active), len(tile))
            np.matmul(vectors, tile.T, out=scores)
            search.offer(scores, active, self._songs[first : first + len(tile)])


class _Search:
    """The best so far of one block of listeners."""

    def __init__(self, n_songs: int, hidden: Rows, start: int, stop: int, n: int) -> None:
        n_listeners = stop - start
        self.n, self.room = n, 2 * n + 256
        self.words = (n_songs + 63) // 64
        self.excluded = np.zeros((n_listeners, self.words), np.uint64)
        _core.mark_excluded(
            start, stop, hidden.n_rows, self.words, hidden.starts, hidden.indices, self.excluded
        )
        self.keys = np.empty((n_listeners, self.room), np.uint64)
        self.fill = np.zeros(n_listeners, np.int32)
        self.floors = np.zeros(n_listeners, np.uint64)
        self.least = np.full(n_listeners, -np.inf, np.float32)

    def offer(
        self, tile: NDArray[np.float32], listeners: NDArray[np.int32], songs: NDArray[np.int32]
    ) -> None:
        """Carry one tile of scores, (n_rows, n_columns), into the best."""
        _core.offer_tile(len(listeners), len(songs), len(self.fill), tile, listeners, songs, *self._state())

    def offer_clusters(
        self,
        clusters: Clusters,
        listeners: NDArray[np.float32],
        along: NDArray[np.float32],
        across: NDArray[np.float32],
        rounding: NDArray[np.float32],
    ) -> None:
        """Carry into the best whatever of the clusters may be among them."""
        _core.offer_clusters(
            len(listeners), listeners.shape[1], len(clusters),
            clusters.starts, clusters.along, clusters.across, clusters.boxes, clusters.strides, clusters.songs,
            listeners, along, across, rounding, *self._state(),
        )  # fmt: skip

    def finish(self, ids: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
        _core.finish_top(len(self.fill), self.n, self.room, self.keys, self.fill, ids, scores)

    def _state(
        self,
    ) -> tuple[int, int, int, NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        return self.words, self.n, self.room, self.excluded, self.keys, self.fill, self.floors, self.least


def _lengths(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    return lengths


def _checked_factors(factors: NDArray[Any], what: str) -> NDArray[np.float32]:
    if factors.ndim != 2 or factors.dtype != np.float32:
        raise ValueError(f"{what}: expected float32 in 2 dimensions, got {factors.dtype} in {factors.ndim}.")
    if not np.isfinite(factors).all():
        row = int(np.argmin(np.isfinite(factors).all(axis=1)))
        raise ValueError(f"{what}: row {row} is not finite.")
    return np.ascontiguousarray(factors)
