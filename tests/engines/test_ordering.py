from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import logsumexp
from tests.ranking.test_ranker import SMALL, in_between

from earmark.engines.ordering import DEEPEST, LearnedOrder, as_lists, learn_order
from earmark.evaluation.metrics import Truth, mean, ndcg
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FUSED, LISTENERS, Fusion, FusionConfig
from earmark.ranking.order import Order, OrderConfig
from earmark.ranking.pools import Pools

PRIOR = Order.prior(LISTENERS)
CONFIG = OrderConfig(fusion=FusionConfig(ridge=1e-2, least_hits=1), ranker=SMALL)
ROWS = 140
"""In each half, enough to grow trees from."""


def as_fusion_would(seed: int, n_rows: int = ROWS, n_pairs: int = 40) -> Pools:
    """Pools in which songs are loved by the very model that fusion is, so that trees have nothing to add."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(n_rows, n_pairs, len(Feature))).astype(np.float32)
    loved = np.zeros((n_rows, n_pairs), np.bool_)
    for row in range(n_rows):
        score = 12 * (features[row, :, :FUSED] @ PRIOR.fusion.weights)
        loved[row, random.choice(n_pairs, 3, replace=False, p=np.exp(score - logsumexp(score)))] = True
    songs = np.tile(np.arange(n_pairs, dtype=np.int32), n_rows)
    return Pools(songs, features.reshape(-1, len(Feature)), np.full(n_rows, n_pairs), loved.ravel())


def copied(pools: Pools) -> Pools:
    return pools.take(np.ones(len(pools), np.bool_))


def truth_of(pools: Pools) -> Truth:
    bounds = pairwise(pools.indptr)
    return Truth.of(pools.songs[a:b][pools.loved[a:b]] for a, b in bounds)


@pytest.fixture(scope="module")
def of_trees() -> LearnedOrder:
    return learn_order(PRIOR, in_between(1, n_rows=ROWS), CONFIG, seed=1)


def test_trees_have_the_last_word_where_they_are_better(of_trees):
    assert of_trees.note is None
    assert of_trees.order.ranker is not None
    pools = in_between(1, n_rows=ROWS)
    assert mean(ndcg(of_trees.lists, truth_of(pools), 100)) > 0.9
    unseen = in_between(2)
    scores = of_trees.order.score(unseen.features, unseen.indptr)
    assert mean(ndcg(as_lists(unseen, scores), truth_of(unseen), 100)) > 0.95


def halves(n_rows: int, seed: int) -> list[np.ndarray]:
    first = np.random.default_rng(seed).permutation(n_rows) % 2 == 0
    return [first, ~first]


def crossed(pools: Pools, *, trees: bool, seed: int = 1) -> np.ndarray:
    """What orders learned from one half of the rows make of the other, ``(n_rows, 500)``."""
    lists = np.empty((len(pools), DEEPEST), np.int32)
    for judged in halves(len(pools), seed):
        order = PRIOR.fit(pools.take(~judged), CONFIG, seed=seed)
        judge = pools.take(judged)
        by = order if trees else order.without_trees()
        lists[judged] = as_lists(judge, by.score(judge.features, judge.indptr))
    return lists


def test_trees_have_the_last_word_only_where_they_are_better_on_rows_they_did_not_see():
    notes = []
    for seed in range(1, 4):
        pools = as_fusion_would(seed)
        learned = learn_order(PRIOR, copied(pools), CONFIG, seed=1)
        by_fusion, by_trees = (crossed(pools, trees=trees) for trees in (False, True))
        plain, better = (mean(ndcg(lists, truth_of(pools), 100)) for lists in (by_fusion, by_trees))
        if better > plain:
            assert learned.note is None
            assert learned.order.ranker is not None
            assert learned.lists.tolist() == by_trees.tolist()
        else:
            assert learned.note == (
                f"rank fusion has the last word: trees brought nDCG@100 from {plain:.4f} to {better:.4f}"
            )
            assert learned.order.ranker is None
            assert learned.lists.tolist() == by_fusion.tolist()
        notes.append(learned.note)
    # Where fusion knows all there is to know, trees are worse by what they learn in vain, some luck aside.
    assert any(notes)


def test_with_too_few_lists_fusion_has_the_last_word():
    pools = in_between(1, n_rows=60)
    learned = learn_order(PRIOR, pools, CONFIG, seed=1)
    assert learned.order.ranker is None
    assert learned.note is not None
    assert f"of {len(pools)} lists too few have something to learn from" in learned.note
    assert f"trees want {SMALL.least_lists} in each half" in learned.note
    # Fusion learned from all of them all the same.
    assert learned.order.fusion.learned_from == pools.loved.sum()


def test_lists_come_from_the_half_that_they_were_not_learned_from(of_trees):
    pools = in_between(1, n_rows=ROWS)
    assert of_trees.lists.tolist() == crossed(pools, trees=True).tolist()


def test_what_cannot_be_learned_scores_as_what_was_not():
    # Loved by chance: whoever judged orders by the rows that they learned from would be far above chance.
    random = np.random.default_rng(1)
    chance = in_between(1, n_rows=ROWS)
    chance = Pools(chance.songs, chance.features, chance.sizes, random.random(len(chance.loved)) < 0.1)
    learned = learn_order(PRIOR, copied(chance), CONFIG, seed=1)
    truth = truth_of(chance)
    shuffled = as_lists(chance, random.random(len(chance.songs)).astype(np.float32))
    found, by_chance = (ndcg(lists, truth, 100) for lists in (learned.lists, shuffled))
    assert abs(mean(found) - mean(by_chance)) < 0.04


def test_the_same_pools_and_seed_give_the_same_order():
    orders = [learn_order(PRIOR, as_fusion_would(3, 80), CONFIG, seed=seed) for seed in (1, 1, 2)]
    assert orders[0].lists.tolist() == orders[1].lists.tolist() != orders[2].lists.tolist()
    assert orders[0].order.fusion.weights.tolist() == orders[2].order.fusion.weights.tolist()


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_hardly_any_rows_leave_the_prior(n_rows):
    pools = in_between(1, n_pairs=16).take(np.arange(80) < n_rows)
    assert pools.loved.sum() < FusionConfig().least_hits
    learned = learn_order(PRIOR, pools, OrderConfig(), seed=1)
    assert learned.order.ranker is None
    assert learned.order.fusion.weights.tolist() == PRIOR.fusion.weights.tolist()
    expected = as_lists(pools, Fusion.prior(LISTENERS).score(pools.features))
    assert learned.lists.tolist() == expected.tolist()
    assert learned.lists.shape == (n_rows, DEEPEST)


def test_lists_are_the_best_of_each_row_padded():
    pools = Pools(
        np.array([4, 7, 9, 2, 5], np.int32),
        np.zeros((5, 1), np.float32),
        np.array([3, 0, 2]),
        np.zeros(5, np.bool_),
    )
    lists = as_lists(pools, np.array([0.5, 2.0, 0.5, -1.0, 3.0], np.float32))
    assert lists.shape == (3, 500)
    assert lists[:, :4].tolist() == [[7, 4, 9, -1], [-1, -1, -1, -1], [5, 2, -1, -1]]
    assert (lists[:, 4:] == -1).all()
