from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.ranking.test_ranker import SMALL, grown, in_between

from earmark.errors import NotLearnedError
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FUSED, LISTENERS, PLAYLISTS, Fusion, FusionConfig
from earmark.ranking.order import Order, OrderConfig
from earmark.ranking.pools import Pools
from earmark.ranking.ranker import FILE, Ranker

CONFIG = OrderConfig(
    fusion=FusionConfig(least_hits=1), ranker=SMALL.model_copy(update={"reranked": 35, "taught": 30})
)
RAGGED = np.array([0, 0, 25, 40, 40, 41, 100, 100], np.int64)


def learned() -> Order:
    return Order(Fusion.prior(LISTENERS), grown(), reranked=10)


def pairs(n: int = 100) -> np.ndarray:
    return in_between(5).features[:n].copy()


def test_the_prior_order_is_fusion_alone():
    order = Order.prior(PLAYLISTS)
    assert order.ranker is None
    scores = order.score(pairs(), RAGGED)
    assert scores.tolist() == Fusion.prior(PLAYLISTS).score(pairs()).tolist()


def test_what_the_trees_saw_stands_above_what_they_did_not():
    order, features = learned(), pairs()
    fused, scores = order.fusion.score(features), order.score(features, RAGGED)
    assert scores.dtype == np.float32
    for start, stop in pairwise(RAGGED):
        place = sorted(range(start, stop), key=lambda at: (-fused[at], at))
        seen, unseen = place[:10], place[10:]
        known = features[seen]
        known[:, Feature.FUSED] = fused[seen]
        by_trees = dict(zip(seen, grown().score(known).tolist(), strict=True))
        assert sorted(seen, key=lambda at: -scores[at]) == sorted(seen, key=lambda at: -by_trees[at])
        assert scores[unseen].tolist() == fused[unseen].tolist()
        if unseen:
            assert scores[seen].min() > scores[unseen].max()


def test_a_rows_scores_are_its_own():
    order, features = learned(), pairs()
    # One row whose scores are far from all others.
    features[25:40] *= 1_000
    among = order.score(features, RAGGED)
    for start, stop in pairwise(RAGGED):
        alone = order.score(features[start:stop], np.array([0, stop - start]))
        np.testing.assert_allclose(alone, among[start:stop], rtol=1e-5)


def test_trees_see_the_fused_score_whatever_stood_in_its_place():
    fusion = Fusion.prior(LISTENERS)
    pools = in_between(4)
    order = Order(fusion).fit(pools, CONFIG, seed=1)
    features = pairs()
    filled = features.copy()
    filled[:, Feature.FUSED] = 77
    assert order.score(features, RAGGED).tolist() == order.score(filled, RAGGED).tolist()
    assert filled.tolist() == features.tolist()
    assert (filled[:, Feature.FUSED] != 77).all()


def test_nothing_is_ordered_as_nothing():
    for order in (Order.prior(LISTENERS), learned()):
        assert order.score(pairs(0), np.zeros(1, np.int64)).shape == (0,)
        assert order.score(pairs(0), np.zeros(4, np.int64)).shape == (0,)


def test_without_trees_there_is_fusion():
    order = learned()
    plain = order.without_trees()
    assert plain.ranker is None
    assert plain.score(pairs(), RAGGED).tolist() == order.fusion.score(pairs()).tolist()


# --- learning ---


def test_fusion_and_trees_are_learned_from_the_same_pools():
    pools = in_between(1)
    order = Order.prior(LISTENERS).fit(pools, CONFIG, seed=1)
    assert order.reranked == 35
    fusion = Fusion.prior(LISTENERS).fit(in_between(1), CONFIG.fusion)
    assert order.fusion.weights.tolist() == fusion.weights.tolist()
    assert order.fusion.learned_from == pools.loved.sum()
    # The trees learn from the best of the fused order, with its score among the features.
    seen = in_between(1)
    fused = fusion.score(seen.features)
    seen.features[:, Feature.FUSED] = fused
    ranker = Ranker.fit(seen.best(fused, 30).teaching(), CONFIG.ranker, seed=1)
    assert ranker is not None
    assert order.ranker is not None
    assert order.ranker.score(pairs()).tolist() == ranker.score(pairs()).tolist()


def test_too_few_lists_teach_fusion_alone():
    few = in_between(1, n_rows=30)
    order = Order.prior(LISTENERS).fit(few, CONFIG, seed=1)
    assert order.ranker is None
    assert order.fusion.learned_from > 0


def test_no_lists_teach_nothing():
    none = Pools(np.empty(0, np.int32), pairs(0), np.empty(0, np.int64), np.empty(0, np.bool_))
    order = Order.prior(LISTENERS).fit(none, CONFIG, seed=1)
    assert order.ranker is None
    assert order.fusion.weights.tolist() == list(LISTENERS.values())


# --- on disk ---


@pytest.mark.parametrize(
    "order", [learned(), Order(Fusion(np.linspace(-1, 1, FUSED)))], ids=["trees", "fusion"]
)
def test_a_saved_order_scores_as_it_did(order, tmp_path):
    config = OrderConfig(ranker=SMALL.model_copy(update={"reranked": 30, "taught": 30}))
    order.reranked = 30
    order.save(tmp_path / "one")
    loaded = Order.load(tmp_path / "one", config)
    assert (loaded.ranker is None) == (order.ranker is None)
    assert loaded.score(pairs(), RAGGED).tolist() == order.score(pairs(), RAGGED).tolist()
    order.save(tmp_path / "other")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert (FILE in files) == (order.ranker is not None)
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_every_missing_or_damaged_file_is_named(tmp_path):
    learned().save(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        whole = path.read_bytes()
        path.write_bytes(whole[:-3])
        with pytest.raises(NotLearnedError, match=path.name):
            Order.load(tmp_path, CONFIG)
        path.unlink()
        with pytest.raises(NotLearnedError, match=path.name):
            Order.load(tmp_path, CONFIG)
        path.write_bytes(whole)
    assert Order.load(tmp_path, CONFIG).ranker is not None
