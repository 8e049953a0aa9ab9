from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from earmark.errors import NotLearnedError
from earmark.evaluation.metrics import Truth, mean, ndcg
from earmark.ranking.candidates import best_of_each
from earmark.ranking.features import Feature
from earmark.ranking.fusion import LISTENERS, Fusion, FusionConfig
from earmark.ranking.pools import Pools
from earmark.ranking.ranker import FILE, Ranker, RankerConfig
from earmark.signals.collaborative.columns import Int32s

SMALL = RankerConfig(least_lists=60, trees=60, leaves=8, learning_rate=0.2, least_in_leaf=20, patience=10)


def in_between(seed: int, n_rows: int = 80, n_pairs: int = 40) -> Pools:
    """Pools in which songs are loved that are neither too near nor too far by one feature: no weight says that."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(n_rows * n_pairs, len(Feature))).astype(np.float32)
    features[:, Feature.FUSED] = 0
    features[:, Feature.FUSED] = 0
    loved = np.abs(features[:, Feature.NEIGHBOURS]) < 0.15
    songs = np.tile(np.arange(n_pairs, dtype=np.int32), n_rows)
    return Pools(songs, features, np.full(n_rows, n_pairs), loved)


@cache
def grown(seed: int = 1) -> Ranker:
    ranker = Ranker.fit(in_between(1).teaching(), SMALL, seed=seed)
    assert ranker is not None
    return ranker


def lists_by(pools: Pools, scores: np.ndarray) -> Int32s:
    return pools.songs[best_of_each(pools.indptr, scores, 20)].reshape(len(pools), 20)


def truth_of(pools: Pools) -> Truth:
    bounds = pairwise(pools.indptr)
    return Truth.of(pools.songs[a:b][pools.loved[a:b]] for a, b in bounds)


def test_a_preference_that_no_weights_express_is_learned():
    unseen = in_between(2)
    fusion = Fusion.prior(LISTENERS).fit(in_between(1), FusionConfig(ridge=1e-3, least_hits=1))
    truth = truth_of(unseen)
    fused, ranked = (
        mean(ndcg(lists_by(unseen, scores), truth, 20))
        for scores in (fusion.score(unseen.features), grown().score(unseen.features))
    )
    assert ranked > 0.95
    assert fused < 0.6
    gains = grown().gains()
    assert max(gains, key=gains.__getitem__) == Feature.NEIGHBOURS
    assert set(gains) == set(Feature)
    assert sum(gains.values()) == pytest.approx(1)


def test_with_fewer_lists_than_the_least_none_is_grown():
    teaching = in_between(1).teaching()
    few = teaching.take(np.arange(len(teaching)) < 59)
    assert Ranker.fit(few, SMALL, seed=1) is None
    assert Ranker.fit(few.take(np.zeros(59, np.bool_)), SMALL, seed=1) is None
    enough = teaching.take(np.arange(len(teaching)) < 60)
    assert Ranker.fit(enough, SMALL, seed=1) is not None


def test_growing_stops_when_more_trees_do_not_help():
    assert 1 <= grown().trees < SMALL.trees
    noise = in_between(1)
    drawn = np.random.default_rng(3).random(len(noise.loved)) < 0.1
    noise = Pools(noise.songs, noise.features, noise.sizes, drawn).teaching()
    of_noise = Ranker.fit(noise, SMALL, seed=1)
    assert of_noise is not None
    assert of_noise.trees < SMALL.trees // 2


def test_the_seed_decides_which_lists_count_the_trees():
    scores = [grown(seed).score(in_between(2).features).tolist() for seed in (1, 2)]
    assert scores[0] != scores[1]


def test_trees_correct_the_fused_score():
    features = in_between(2).features
    fused = features.copy()
    fused[:, Feature.FUSED] = np.random.default_rng(1).normal(size=len(fused)) * 5
    # These trees never saw the fused score differ: what they add does not depend on it.
    expected = fused[:, Feature.FUSED] + grown().score(features)
    np.testing.assert_allclose(grown().score(fused), expected, rtol=1e-5, atol=1e-5)


def test_what_fusion_knows_needs_no_learning_again():
    pools, unseen = in_between(1), in_between(2)
    for some in (pools, unseen):
        # Fusion is right about one half of what is loved, and knows nothing of the other.
        right = some.loved & (some.features[:, Feature.LISTENERS] > 0)
        some.features[:, Feature.FUSED] = 3 * right
    ranker = Ranker.fit(pools.teaching(), SMALL, seed=1)
    assert ranker is not None
    fused, ranked = (
        mean(ndcg(lists_by(unseen, scores), truth_of(unseen), 20))
        for scores in (unseen.features[:, Feature.FUSED], ranker.score(unseen.features))
    )
    assert ranked > fused + 0.1
    assert ranked > 0.95


# --- on disk ---


def test_saved_trees_score_as_they_did(tmp_path):
    grown().save(tmp_path)
    loaded = Ranker.load(tmp_path)
    features = in_between(2).features
    assert loaded.score(features).tolist() == grown().score(features).tolist()
    assert loaded.score(features).dtype == np.float32
    assert loaded.trees == grown().trees
    assert loaded.gains() == grown().gains()
    whole = (tmp_path / FILE).read_bytes()
    loaded.save(tmp_path)
    assert (tmp_path / FILE).read_bytes() == whole


def test_threads_change_no_bit_of_a_score():
    features = in_between(2).features
    one, many = (grown().score(features, threads=threads) for threads in (1, 2))
    assert one.tolist() == many.tolist()


ON_THREADS = """
import sys
from pathlib import Path
from earmark.ranking import ranker
ranker.PAIRS_PER_THREAD, ranker.default_threads = 1, lambda: int(sys.argv[1])
from tests.ranking.test_ranker import grown
grown().save(Path(sys.argv[2]))
"""


def test_the_same_lists_give_the_same_bytes_at_any_number_of_threads(tmp_path, pytestconfig):
    grown().save(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    for threads in (1, 2):
        folder = tmp_path / str(threads)
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", ON_THREADS, str(threads), str(folder)],
            check=True,
            cwd=pytestconfig.rootpath,
            env=os.environ | {"OMP_WAIT_POLICY": "passive"},
        )
        assert (folder / FILE).read_bytes() == whole


def halved(text: bytes) -> bytes:
    return text[: len(text) // 2]


def without_its_end(text: bytes) -> bytes:
    return text[: text.rindex(b"values") + 4]


def with_another_leaf(text: bytes) -> bytes:
    return text.replace(b'"values":[-', b'"values":[', 1)


def with_other_letters(text: bytes) -> bytes:
    return text[:300] + "ä".encode() + text[300:]


@pytest.mark.parametrize(
    "damage",
    [
        halved,
        without_its_end,
        with_another_leaf,
        with_other_letters,
        lambda text: text[1:],
        lambda _: b"",
        lambda _: b"tree\n",
    ],
)
def test_a_damaged_file_is_named(damage, tmp_path):
    grown().save(tmp_path)
    path = tmp_path / FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(NotLearnedError, match=FILE) as caught:
        Ranker.load(tmp_path)
    assert "earmark learn" in caught.value.remedy


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotLearnedError, match=FILE):
        Ranker.load(tmp_path)
