"""How good ranked lists are, against what listeners came to love (truth with binary relevance).

Lists are an int array ``(n_listeners, k)`` of item ids, best first, padded at the end with −1; no item stands
twice in a list. Truth is ragged (`Truth`). Every accuracy metric returns one value a listener,
``(n_listeners,)``, so that systems can be compared listener by listener (`earmark.evaluation.intervals`). A
listener without any truth has no value: NaN. Sources: Järvelin & Kekäläinen 2002 (nDCG), Voorhees 1999 (MRR),
Chen et al. 2018 (the RecSys Challenge: R-precision, clicks), Vargas & Castells 2011 (novelty).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Lists = NDArray[np.integer]
"""Ranked item ids ``(n_listeners, k)``, best first, padded with −1."""
PerListener = NDArray[np.float64]
"""One value a listener ``(n_listeners,)``; NaN where there is no truth."""

PAGE: Final = 10
"""Songs that a click shows."""
CLICKS_WITHOUT_HIT: Final = 51
"""Clicks if none of the first 500 is right: one more than the last page."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The relevant items of each listener: those of listener ``i`` are ``items[indptr[i]:indptr[i + 1]]``.

    ``indptr`` has shape ``(n_listeners + 1,)``, ``items`` ``(n_pairs,)``, distinct within a listener.
    """

    indptr: NDArray[np.int64]
    items: NDArray[np.integer]

    @classmethod
    def of(cls, sets: Iterable[Iterable[int]]) -> Truth:
        """Build from one collection of items a listener."""
        rows = [sorted(set(items)) for items in sets]
        lengths = [len(row) for row in rows]
        return cls(
            indptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            items=np.array([item for row in rows for item in row], np.int64),
        )

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many items are relevant to each listener, ``(n_listeners,)``."""
        return np.diff(self.indptr)


def hits(lists: Lists, truth: Truth) -> NDArray[np.bool_]:
    """Which places hold a relevant item, ``(n_listeners, k)``.

    Raises:
        ValueError: lists and truth speak of different numbers of listeners.
    """
    if len(lists) != len(truth.sizes):
        raise ValueError(
            f"{len(lists)} lists, but truth for {len(truth.sizes)} listeners: pass one row for each."
        )
    if not lists.size or not truth.items.size:
        return np.zeros(lists.shape, np.bool_)
    span = int(max(lists.max(), truth.items.max())) + 1
    listeners = np.arange(len(lists), dtype=np.int64)
    relevant = np.repeat(listeners, truth.sizes) * span + truth.items
    shown = listeners[:, None] * span + lists
    found: NDArray[np.bool_] = np.isin(shown, relevant) & (lists >= 0)
    return found


def recall(lists: Lists, truth: Truth, k: int) -> PerListener:
    """Share of the relevant items that stand among the first ``k``."""
    return _of_truth(hits(lists[:, :k], truth).sum(1), truth.sizes)


def precision(lists: Lists, truth: Truth, k: int) -> PerListener:
    """Share of the first ``k`` places that hold a relevant item; an empty place is a miss."""
    return _where_known(np.sum(hits(lists[:, :k], truth), axis=1) / k, truth)


def hit_rate(lists: Lists, truth: Truth, k: int) -> PerListener:
    """1 where any of the first ``k`` is relevant, else 0."""
    found: NDArray[np.bool_] = np.any(hits(lists[:, :k], truth), axis=1, keepdims=True)[:, 0]
    return _where_known(found.astype(np.float64), truth)


def ndcg(lists: Lists, truth: Truth, k: int) -> PerListener:
    """Normalised discounted cumulative gain at ``k``: gain 1, discount 1 / log2(rank + 1), ideal list 1."""
    found = hits(lists[:, :k], truth)
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(truth.sizes, k)]
    return _of_truth(found @ discount[: found.shape[1]], ideal)


def reciprocal_rank(lists: Lists, truth: Truth, k: int) -> PerListener:
    """1 / rank of the first relevant item among the first ``k``, else 0. Its mean is MRR."""
    rank = _first_hit(hits(lists[:, :k], truth))
    return _where_known(np.where(rank > 0, 1.0 / np.maximum(rank, 1), 0.0), truth)


def r_precision(lists: Lists, truth: Truth) -> PerListener:
    """Recall among the first R places, where R is how many items are relevant to this listener."""
    within = np.arange(1, lists.shape[1] + 1) <= truth.sizes[:, None]
    return _of_truth((hits(lists, truth) & within).sum(1), truth.sizes)


def clicks(lists: Lists, truth: Truth) -> PerListener:
    """Pages of ten to turn until a relevant item shows: ⌊(rank − 1) / 10⌋; 51 if none is in the first 500."""
    rank = _first_hit(hits(lists[:, : PAGE * (CLICKS_WITHOUT_HIT - 1)], truth))
    return _where_known(np.where(rank > 0, (rank - 1) // PAGE, CLICKS_WITHOUT_HIT).astype(np.float64), truth)


def coverage(lists: Lists, n_items: int, k: int) -> float:
    """Share of a catalogue of ``n_items`` that stands among somebody's first ``k``."""
    return len(_recommended(lists, k)[0]) / n_items


def novelty(lists: Lists, holders: NDArray[np.integer], n_rows: int, k: int) -> PerListener:
    """Mean of −log2(share of rows that hold the item) over the first ``k``, in bits; NaN for an empty list.

    Args:
        lists: ranked item ids.
        holders: ``(n_items,)``, how many of the ``n_rows`` rows (listeners and playlists) hold each item; an
            item that none holds counts as held by one.
        n_rows: how many rows there are.
        k: how deep to look.
    """
    shown = lists[:, :k]
    there = shown >= 0
    bits = np.log2(n_rows) - np.log2(np.maximum(holders, 1))
    return _of_truth(np.where(there, bits[np.where(there, shown, 0)], 0.0).sum(1), there.sum(1))


def popularity_concentration(lists: Lists, n_items: int, k: int) -> float:
    """Gini coefficient of how often each of ``n_items`` is recommended: 0 all alike, towards 1 a few only."""
    times = np.zeros(n_items, np.float64)
    items, counts = _recommended(lists, k)
    times[items] = counts
    if not times.any():
        return 0.0
    ranks = np.arange(1, n_items + 1)
    return float((2 * ranks - n_items - 1) @ np.sort(times) / (n_items * times.sum()))


def mean(values: PerListener) -> float:
    """Mean over the listeners that have a value; NaN if none has."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _recommended(lists: Lists, k: int) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    shown = lists[:, :k]
    return np.unique(shown[shown >= 0], return_counts=True)


def _first_hit(found: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rank of the first hit, counted from 1; 0 where there is none."""
    if not found.shape[1]:
        return np.zeros(len(found), np.int64)
    return np.where(found.any(1), found.argmax(1) + 1, 0).astype(np.int64)


def _of_truth(gain: NDArray[np.generic], of: NDArray[np.generic]) -> PerListener:
    whole = of.astype(np.float64)
    shares = np.full(len(whole), np.nan)
    np.divide(gain.astype(np.float64), whole, out=shares, where=whole > 0)
    return shares


def _where_known(values: PerListener, truth: Truth) -> PerListener:
    return np.where(truth.sizes > 0, values, np.nan)
