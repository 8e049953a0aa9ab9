from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import logsumexp

from earmark.ranking.blend import PRIOR, Blend, BlendConfig, penalised_loss
from earmark.ranking.features import SOFTENING, Feature

N = len(Feature)
WEAK = BlendConfig(ridge=1e-3, least_hits=1)


def prior():
    return Blend().weights


def planted(seed, weights, n_listeners, n_pairs=40, n_loved=4):
    """Pools in which what is loved is drawn by the very model that is fitted, one song at a time."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(n_listeners, n_pairs, N)).astype(np.float32)
    loved = np.zeros((n_listeners, n_pairs), np.bool_)
    for row in range(n_listeners):
        score = features[row] @ weights
        loved[row, random.choice(n_pairs, n_loved, replace=False, p=np.exp(score - logsumexp(score)))] = True
    return features.reshape(-1, N), n_pairs * np.arange(n_listeners + 1), loved.ravel()


def test_the_prior_knows_every_feature():
    assert set(PRIOR) == set(Feature)
    assert np.isfinite(prior()).all()
    assert Blend().weights[Feature.NEIGHBOURS] == PRIOR[Feature.NEIGHBOURS]


def test_planted_weights_are_recovered_from_enough_data():
    weights = np.array([0.8, -0.5, 0.3, 1.0, -0.7, 0.0, 0.6, -0.2, 0.4, 0.9])
    features, indptr, loved = planted(1, weights, 2_000, n_pairs=60, n_loved=1)
    blend = Blend.fit(features, indptr, loved, WEAK)
    np.testing.assert_allclose(blend.weights, weights, atol=0.1)
    assert blend.learned_from == 2_000


def test_little_data_moves_the_weights_little():
    weights = prior() + 1.0
    distances = []
    for ridge in (1e-3, 10.0, 1e6):
        blend = Blend.fit(*planted(2, weights, 20), BlendConfig(ridge=ridge, least_hits=1))
        distances.append(np.abs(blend.weights - prior()).max())
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 1e-3


def test_fewer_songs_than_the_least_leave_the_prior():
    features, indptr, loved = planted(3, prior() - 1, 10)
    at_most = BlendConfig(ridge=1e-3, least_hits=41)
    assert Blend.fit(features, indptr, loved, at_most).weights.tolist() == prior().tolist()
    assert Blend.fit(features, indptr, loved, at_most).learned_from == 0
    assert Blend.fit(features, indptr, loved, WEAK).learned_from == 40
    nothing = Blend.fit(features, indptr, np.zeros_like(loved), WEAK)
    assert nothing.weights.tolist() == prior().tolist()


def test_the_same_data_gives_the_same_weights():
    data = planted(4, prior() + 0.5, 50)
    assert Blend.fit(*data, WEAK).weights.tolist() == Blend.fit(*data, WEAK).weights.tolist()


def test_listeners_without_pairs_or_without_love_change_nothing():
    features, indptr, loved = planted(5, prior() + 0.5, 30)
    alone = Blend.fit(features, indptr, loved, WEAK)
    more = np.random.default_rng(0).normal(size=(7, N)).astype(np.float32)
    among = Blend.fit(
        np.concatenate([more, features]),
        np.concatenate([[0, 0, 7], indptr + 7, [indptr[-1] + 7] * 2]),
        np.concatenate([np.zeros(7, np.bool_), loved]),
        WEAK,
    )
    assert among.weights.tolist() == alone.weights.tolist()


POOLS = st.lists(st.lists(st.booleans(), min_size=1, max_size=6).filter(any), min_size=1, max_size=5)


def loss_twin(weights, features, pools, ridge):
    """Listener by listener: the mean of −log P(loved), and the ridge."""
    total, start = 0.0, 0
    for loved in pools:
        score = features[start : start + len(loved)].astype(np.float64) @ weights
        total -= (score[np.array(loved)] - logsumexp(score)).mean()
        start += len(loved)
    scale = features.astype(np.float64).std(axis=0) + 1e-6
    return total + ridge * (((weights - prior()) * scale) ** 2).sum()


@settings(deadline=None, max_examples=40)
@given(POOLS, st.integers(0, 10**6), st.sampled_from([0.01, 1.0, 50.0]))
def test_loss_equals_its_twin_and_slope_its_differences(pools, seed, ridge):
    random = np.random.default_rng(seed)
    loved = np.array([one for pool in pools for one in pool])
    features = random.normal(size=(len(loved), N)).astype(np.float32)
    loss = penalised_loss(features, np.array([len(pool) for pool in pools]), loved, prior(), ridge)
    weights = random.normal(size=N)
    value, slope = loss(weights)
    assert value == pytest.approx(loss_twin(weights, features, pools, ridge), rel=1e-9)
    numeric = approx_fprime(weights, lambda at: loss(at)[0], 1e-7)
    np.testing.assert_allclose(slope, numeric, rtol=1e-3, atol=1e-3 * max(1.0, ridge))


def test_scores_are_inner_products():
    blend = Blend(np.arange(10))
    features = np.random.default_rng(0).normal(size=(5, N)).astype(np.float32)
    assert blend.score(features).dtype == np.float32
    np.testing.assert_allclose(blend.score(features), features @ np.arange(10), rtol=1e-5)


def test_parts_are_counted_from_a_song_without_that_signal():
    weights = np.zeros(N)
    weights[[Feature.ARTIST_PLAYS, Feature.ARTIST_LEFT, Feature.NEIGHBOURS, Feature.LISTENERS]] = (
        2,
        -1,
        0.5,
        9,
    )
    blend, depth = Blend(weights), 500
    rows = np.zeros((3, N), np.float32)
    rows[:, [Feature.NEIGHBOURS, Feature.FACTORS]] = -np.log(depth + SOFTENING)
    rows[:, Feature.LISTENERS] = 4
    rows[1, [Feature.ARTIST_PLAYS, Feature.ARTIST_LEFT]] = 3, 1
    rows[1, Feature.NEIGHBOURS] = -np.log(SOFTENING)
    rows[2, Feature.ARTIST_LEFT] = 5
    bond, together = blend.parts(rows, depth)
    assert bond.tolist() == [0, 5, 0]
    np.testing.assert_allclose(together, [0, 0.5 * np.log((depth + SOFTENING) / SOFTENING), 0], atol=1e-6)
