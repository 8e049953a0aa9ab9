"""The n songs of greatest inner product with each listener, exactly.

Songs are sorted by the length of their vectors and scored tile by tile, longest first. A listener is done
when even a song in the vector's own direction could not enter any more: |u| |v| < the n-th best score so far
(the length-based bound of LEMP, Teflioudi et al. 2015). The bound is tightest when listeners and songs vary
alike in every direction; a change of basis (u A, v A^-1) makes them so and changes no inner product.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import Csr, Rows, check_count, excluded_rows
from earmark.threads import one_blas_thread, over_blocks

LISTENERS_PER_BLOCK = 256
SONGS_PER_TILE = 1024
BALANCE_FROM = 1024
"""Balancing costs as much as scoring some hundred listeners: for fewer than this many it does not pay."""


class FactorIndex:
    """Song vectors, (n_songs, n_factors) float32, made ready for search."""

    def __init__(self, item_factors: NDArray[np.float32], *, like: NDArray[np.float32] | None = None) -> None:
        """Sort the songs by the length of their vectors.

        Args:
            item_factors: (n_songs, n_factors) float32.
            like: listeners such as will be searched for, (any, n_factors) float32. The songs are balanced
                against them, which makes many searches faster and moves scores by float32 rounding only.

        Raises:
            ValueError: not two-dimensional float32, or not finite.
        """
        items = _checked_factors(item_factors, "item factors")
        self.n_songs, self.n_factors = items.shape
        self._basis: NDArray[np.float32] | None = None
        if like is not None:
            with one_blas_thread():
                basis = _balancing_basis(_checked_factors(like, "listener factors"), items)
                items = (items @ np.linalg.inv(basis)).astype(np.float32)
            self._basis = basis.astype(np.float32)
        lengths = _lengths(items)
        order = np.argsort(-lengths, kind="stable")
        self._songs = order.astype(np.int32)
        self._lengths = lengths[order]
        items = items[order]
        self._tiles = [
            np.ascontiguousarray(items[start : start + SONGS_PER_TILE].T)
            for start in range(0, self.n_songs, SONGS_PER_TILE)
        ]

    def top(
        self,
        listener_factors: NDArray[np.float32],
        exclude: Csr | None,
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
            ascending, padded with -1 and 0.

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

        with one_blas_thread():
            over_blocks(block, len(listeners), LISTENERS_PER_BLOCK, threads)
        return ids, scores

    def _scan(self, listeners: NDArray[np.float32], search: _Search) -> None:
        # A float32 inner product may exceed the bound by its own rounding.
        slack = 1.0 + (self.n_factors + 4) * float(np.finfo(np.float32).eps)
        lengths = _lengths(listeners) * slack
        buffer = np.empty(len(listeners) * SONGS_PER_TILE, np.float32)
        active = np.arange(len(listeners), dtype=np.int32)
        vectors = listeners
        for number, tile in enumerate(self._tiles):
            first = number * SONGS_PER_TILE
            still = lengths[active] * self._lengths[first] >= search.least[active]
            if not still.all():
                active = active[still]
                vectors = listeners[active]
            if len(active) == 0:
                return
            scores = buffer[: len(active) * tile.shape[1]].reshape(len(active), tile.shape[1])
            np.matmul(vectors, tile, out=scores)
            search.offer(scores, active, self._songs[first : first + tile.shape[1]])


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
        _core.offer_tile(
            len(listeners), len(songs), len(self.fill), self.words, self.n, self.room,
            tile, listeners, songs, self.excluded, self.keys, self.fill, self.floors, self.least,
        )  # fmt: skip

    def finish(self, ids: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
        _core.finish_top(len(self.fill), self.n, self.room, self.keys, self.fill, ids, scores)


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


def _balancing_basis(listeners: NDArray[np.float32], items: NDArray[np.float32]) -> NDArray[np.float64]:
    """The symmetric A with A C_u A = A^-1 C_v A^-1 for the second moments C_u of listeners and C_v of items.

    A A is the geometric mean of C_u^-1 and C_v (Pusz & Woronowicz 1975).
    """
    of_listeners, of_items = _second_moments(listeners), _second_moments(items)
    root, inverse_root = _power(of_listeners, 0.5), _power(of_listeners, -0.5)
    return _power(inverse_root @ _power(root @ of_items @ root, 0.5) @ inverse_root, 0.5)


def _second_moments(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """V'V of trace 1, with a floor under its eigenvalues, so that an empty direction stays harmless."""
    n_factors = vectors.shape[1]
    moments = (vectors.T @ vectors).astype(np.float64)
    trace = float(np.trace(moments)) or 1.0
    floored: NDArray[np.float64] = moments / trace + np.eye(n_factors) * (1e-3 / n_factors)
    return floored


def _power(symmetric: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(symmetric)
    powered: NDArray[np.float64] = (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
    return powered


def top_by_factors(
    listener_factors: NDArray[np.float32],
    item_factors: NDArray[np.float32],
    exclude: Csr | None,
    n: int,
    *,
    threads: int | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """`FactorIndex.top` for one use; keep a `FactorIndex` where the songs are searched again."""
    like = listener_factors if len(listener_factors) >= BALANCE_FROM else None
    return FactorIndex(item_factors, like=like).top(listener_factors, exclude, n, threads=threads)
