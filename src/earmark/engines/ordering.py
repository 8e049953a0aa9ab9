"""Learn how candidates are put in order, and find out on rows that were not learned from whether it is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earmark.evaluation.metrics import Truth, mean, ndcg
from earmark.ranking.candidates import best_of_each
from earmark.ranking.order import Order, OrderConfig
from earmark.ranking.pools import Pools
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.columns import Int32s

DEEPEST = 500
"""Places of a list that are scored."""


@dataclass(frozen=True)
class LearnedOrder:
    """An order learned from all rows; ``lists`` ``(n_rows, 500)`` are what orders learned from the other half of the
    rows put first, columns padded with −1; ``note`` says why there are no trees, where there are none."""

    order: Order
    lists: Int32s
    note: str | None


def learn_order(prior: Order, pools: Pools, config: OrderConfig, *, seed: int) -> LearnedOrder:
    """Fusion, and trees where there is enough to learn them from and they do better on rows they did not see."""
    first = np.random.default_rng(seed).permutation(len(pools)) % 2 == 0
    fused, ranked = (np.zeros(len(pools.songs), np.float32) for _ in range(2))
    grown = True
    for judged in (first, ~first):
        judge = pools.take(judged)
        order = prior.fit(pools.take(~judged), config, seed=seed)
        pairs = np.repeat(judged, pools.sizes)
        fused[pairs] = order.without_trees().score(judge.features, judge.indptr)
        ranked[pairs] = order.score(judge.features, judge.indptr)
        grown &= order.ranker is not None
    order = (
        prior.fit(pools, config, seed=seed) if grown else prior.fit(pools, config, seed=seed).without_trees()
    )
    lists = as_lists(pools, fused)
    if not grown:
        note = (
            f"rank fusion has the last word: of {len(pools)} lists too few have something to learn from among their "
            f"best {config.ranker.taught} (trees want {config.ranker.least_lists} in each half)"
        )
        return LearnedOrder(order, lists, note)
    by_trees = as_lists(pools, ranked)
    truth = Truth.of(
        pools.songs[a:b][pools.loved[a:b]] for a, b in zip(pools.indptr, pools.indptr[1:], strict=False)
    )
    plain, better = (mean(ndcg(some, truth, 100)) for some in (lists, by_trees))
    if better <= plain:
        note = f"rank fusion has the last word: trees brought nDCG@100 from {plain:.4f} to {better:.4f}"
        return LearnedOrder(order.without_trees(), lists, note)
    return LearnedOrder(order, by_trees, None)


def as_lists(pools: Pools, scores: Floats) -> Int32s:
    """The best 500 columns of every row, padded with −1."""
    best = best_of_each(pools.indptr, scores, DEEPEST)
    rows = np.repeat(np.arange(len(pools)), pools.sizes)[best]
    lists = np.full((len(pools), DEEPEST), -1, np.int32)
    lists[rows, np.arange(len(best)) - np.searchsorted(rows, rows)] = pools.songs[best]
    return lists
