from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import approx_fprime
from scipy.special import logsumexp

from earmark.ranking.features import SOFTENING, Feature
from earmark.ranking.fusion import FUSED, LISTENERS, PLAYLISTS, Fusion, FusionConfig, penalised_loss
from earmark.ranking.pools import Pools

WEAK = FusionConfig(ridge=1e-3, least_hits=1, most_lists=10_000)
PRIOR = Fusion.prior(LISTENERS)


def planted(seed, weights, n_rows, n_pairs=40, n_loved=4):
    """Pools in which what is loved is drawn by the very model that is fitted, one song at a time."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(n_rows, n_pairs, len(Feature))).astype(np.float32)
    loved = np.zeros((n_rows, n_pairs), np.bool_)
    for row in range(n_rows):
        score = features[row, :, :FUSED] @ weights
        loved[row, random.choice(n_pairs, n_loved, replace=False, p=np.exp(score - logsumexp(score)))] = True
    return Pools(
        np.tile(np.arange(n_pairs, dtype=np.int32), n_rows),
        features.reshape(-1, len(Feature)),
        np.full(n_rows, n_pairs),
        loved.ravel(),
    )


# --- the prior ---


@pytest.mark.parametrize("weights", [LISTENERS, PLAYLISTS])
def test_a_prior_has_a_weight_for_every_feature_that_is_fused(weights):
    assert [Feature(at) for at in range(FUSED)] == list(weights)
    fusion = Fusion.prior(weights)
    assert fusion.weights.tolist() == list(weights.values())
    assert fusion.learned_from == 0


def test_places_in_lists_and_bonds_are_fused_and_sums_are_not():
    assert Feature.RISING < FUSED <= Feature.ARTIST_SHARE
    assert FUSED == 17


# --- learning ---


def test_planted_weights_are_recovered_from_enough_data():
    weights = np.array(
        [0.8, -0.5, 0.3, 1.0, -0.7, 0.0, 0.6, -0.2, 0.4, 0.9, -0.3, 0.5, -0.6, 0.2, 0.7, -0.4, 0.3]
    )
    fusion = PRIOR.fit(planted(1, weights, 2_000, n_pairs=60, n_loved=1), WEAK)
    np.testing.assert_allclose(fusion.weights, weights, atol=0.1)
    assert fusion.learned_from == 2_000


def test_features_of_any_scale_are_weighed_alike():
    pools = planted(2, PRIOR.weights + 0.5, 60)
    stretch = np.ones(len(Feature), np.float32)
    stretch[:FUSED] = np.geomspace(0.01, 100, FUSED)
    stretched = Pools(pools.songs, pools.features * stretch, pools.sizes, pools.loved)
    tight = FusionConfig(ridge=5, least_hits=1)
    one = Fusion(PRIOR.weights).fit(pools, tight)
    other = Fusion(PRIOR.weights / stretch[:FUSED]).fit(stretched, tight)
    np.testing.assert_allclose(other.weights * stretch[:FUSED], one.weights, atol=1e-3)


def test_what_never_differs_keeps_its_weight():
    pools = planted(3, PRIOR.weights + 0.5, 60)
    pools.features[:, Feature.WORDS] = -np.log(520)
    fusion = PRIOR.fit(pools, WEAK)
    assert fusion.weights[Feature.WORDS] == pytest.approx(PRIOR.weights[Feature.WORDS], abs=1e-3)
    assert np.abs(fusion.weights - PRIOR.weights).max() > 0.1


def test_little_data_moves_the_weights_little():
    pools = planted(2, PRIOR.weights + 1.0, 20)
    distances = []
    for ridge in (1e-3, 10.0, 1e6):
        fusion = PRIOR.fit(pools, FusionConfig(ridge=ridge, least_hits=1))
        distances.append(np.abs(fusion.weights - PRIOR.weights).max())
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 1e-3


def test_the_same_pools_move_another_prior_towards_the_same():
    pools = planted(4, PRIOR.weights + 0.5, 300)
    one, other = (Fusion.prior(prior).fit(pools, WEAK) for prior in (LISTENERS, PLAYLISTS))
    np.testing.assert_allclose(one.weights, other.weights, atol=1e-2)
    strong = FusionConfig(ridge=1e5, least_hits=1)
    one, other = (Fusion.prior(prior).fit(pools, strong) for prior in (LISTENERS, PLAYLISTS))
    np.testing.assert_allclose(one.weights, list(LISTENERS.values()), atol=1e-2)
    np.testing.assert_allclose(other.weights, list(PLAYLISTS.values()), atol=1e-2)


def test_fewer_songs_than_the_least_leave_the_prior():
    pools = planted(3, PRIOR.weights - 1, 10)
    at_most = FusionConfig(ridge=1e-3, least_hits=41)
    assert PRIOR.fit(pools, at_most) is PRIOR
    assert PRIOR.fit(pools, WEAK).learned_from == 40
    nothing = Pools(pools.songs, pools.features, pools.sizes, np.zeros_like(pools.loved))
    assert PRIOR.fit(nothing, WEAK) is PRIOR
    assert PRIOR.fit(pools.take(np.zeros(10, np.bool_)), WEAK) is PRIOR


def test_the_same_data_gives_the_same_weights():
    pools = planted(4, PRIOR.weights + 0.5, 50)
    assert PRIOR.fit(pools, WEAK).weights.tolist() == PRIOR.fit(pools, WEAK).weights.tolist()


def test_rows_without_pairs_or_without_love_change_nothing():
    pools = planted(5, PRIOR.weights + 0.5, 30)
    loveless = planted(6, PRIOR.weights, 2)
    loveless = Pools(loveless.songs, loveless.features, loveless.sizes, np.zeros_like(loveless.loved))
    empty = Pools(pools.songs[:0], pools.features[:0], np.zeros(3, np.int64), pools.loved[:0])
    among = Pools.joined([empty, loveless, pools, empty])
    assert PRIOR.fit(among, WEAK).weights.tolist() == PRIOR.fit(pools, WEAK).weights.tolist()


@pytest.mark.parametrize(
    ("n_rows", "most", "used"), [(30, 30, 30), (31, 30, 16), (90, 30, 30), (100, 30, 25)]
)
def test_of_more_lists_than_wanted_evenly_chosen_ones_are_learned_from(n_rows, most, used):
    pools = planted(7, PRIOR.weights + 0.5, n_rows)
    some = FusionConfig(ridge=1.0, least_hits=1, most_lists=most)
    every = -(-n_rows // most)
    chosen = pools.take(np.arange(n_rows) % every == 0)
    assert len(chosen) == used <= most
    fusion = PRIOR.fit(pools, some)
    assert fusion.weights.tolist() == PRIOR.fit(chosen, some).weights.tolist()
    assert fusion.learned_from == 4 * used


POOLS = st.lists(st.lists(st.booleans(), min_size=1, max_size=6).filter(any), min_size=1, max_size=5)


def loss_twin(weights, features, pools, ridge):
    """Row by row: the mean of −log P(loved), and the ridge."""
    total, start = 0.0, 0
    for loved in pools:
        score = features[start : start + len(loved)].astype(np.float64) @ weights
        total -= (score[np.array(loved)] - logsumexp(score)).mean()
        start += len(loved)
    scale = features.astype(np.float64).std(axis=0) + 1e-6
    return total + ridge * (((weights - PRIOR.weights) * scale) ** 2).sum()


@settings(deadline=None, max_examples=40)
@given(POOLS, st.integers(0, 10**6), st.sampled_from([0.01, 1.0, 50.0]))
def test_loss_equals_its_twin_and_slope_its_differences(pools, seed, ridge):
    random = np.random.default_rng(seed)
    loved = np.array([one for pool in pools for one in pool])
    features = random.normal(size=(len(loved), FUSED)).astype(np.float32)
    loss = penalised_loss(features, np.array([len(pool) for pool in pools]), loved, PRIOR.weights, ridge)
    weights = random.normal(size=FUSED)
    value, slope = loss(weights)
    assert value == pytest.approx(loss_twin(weights, features, pools, ridge), rel=1e-9)
    numeric = approx_fprime(weights, lambda at: loss(at)[0], 1e-7)
    np.testing.assert_allclose(slope, numeric, rtol=1e-3, atol=1e-3 * max(1.0, ridge))


# --- scores ---


def test_scores_are_inner_products_of_the_first_features():
    fusion = Fusion(np.arange(FUSED))
    features = np.random.default_rng(0).normal(size=(5, len(Feature))).astype(np.float32)
    assert fusion.score(features).dtype == np.float32
    np.testing.assert_allclose(fusion.score(features), features[:, :FUSED] @ np.arange(FUSED), rtol=1e-5)
    features[:, FUSED:] = 99
    np.testing.assert_allclose(fusion.score(features), features[:, :FUSED] @ np.arange(FUSED), rtol=1e-5)


def test_parts_are_counted_from_a_song_without_that_signal():
    weights = np.zeros(FUSED)
    weights[[Feature.ARTIST_PLAYS, Feature.ARTIST_LEFT, Feature.NEIGHBOURS, Feature.LISTENERS]] = (
        2,
        -1,
        0.5,
        9,
    )
    fusion, depth = Fusion(weights), 500
    rows = np.zeros((3, len(Feature)), np.float32)
    lists = [Feature.NEIGHBOURS, Feature.NEIGHBOURS_LATELY, Feature.FACTORS, Feature.LIKE_MINDED]
    rows[:, lists] = -np.log(depth + SOFTENING)
    rows[:, Feature.LISTENERS] = 4
    rows[1, [Feature.ARTIST_PLAYS, Feature.ARTIST_LEFT]] = 3, 1
    rows[1, Feature.NEIGHBOURS] = -np.log(SOFTENING)
    rows[2, Feature.ARTIST_LEFT] = 5
    bond, together = fusion.parts(rows, depth)
    assert bond.tolist() == [0, 5, 0]
    np.testing.assert_allclose(together, [0, 0.5 * np.log((depth + SOFTENING) / SOFTENING), 0], atol=1e-6)


@pytest.mark.parametrize("wrong", [{"ridge": 0}, {"least_hits": 0}, {"most_lists": 0}, {"blend": 1}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        FusionConfig(**wrong)
