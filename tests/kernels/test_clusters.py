from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.kernels.clusters import SONGS_PER_STRIDE, Clusters

F = np.float32


def directed(seed: int, n_songs: int, n_factors: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    kinds = random.normal(size=(9, n_factors))
    items = kinds[random.integers(0, 9, n_songs)] + random.normal(size=(n_songs, n_factors)) * 0.3
    return (items * random.random((n_songs, 1)) ** 3).astype(F)


@pytest.mark.parametrize("n_songs", [1, 15, 16, 17, 950])
def test_every_song_has_its_place_and_its_vector(n_songs):
    items = directed(1, n_songs, 7)
    clusters = Clusters.of(items, np.arange(n_songs, dtype=np.int32) + 100)
    placed = clusters.strides.transpose(0, 2, 1).reshape(-1, 7)
    there = clusters.songs >= 0
    assert np.sort(clusters.songs[there]).tolist() == list(range(100, 100 + n_songs))
    np.testing.assert_array_equal(placed[there], items[clusters.songs[there] - 100])
    assert not placed[~there].any()
    assert clusters.starts[0] == 0
    assert clusters.starts[-1] * SONGS_PER_STRIDE == len(clusters.songs)
    np.testing.assert_allclose(np.linalg.norm(clusters.centres, axis=1), 1, rtol=1e-5)


def test_songs_are_in_the_cluster_of_the_nearest_centre_longest_first():
    items = directed(2, 2000, 5)
    clusters = Clusters.of(items, np.arange(2000, dtype=np.int32))
    assert len(clusters) > 9
    longest = []
    for k, (first, last) in enumerate(zip(clusters.starts, clusters.starts[1:], strict=False)):
        songs = clusters.songs[first * SONGS_PER_STRIDE : last * SONGS_PER_STRIDE]
        mine = items[songs[songs >= 0]]
        lengths = np.linalg.norm(mine, axis=1)
        assert (np.diff(lengths) <= 1e-6).all()
        near = mine @ clusters.centres.T
        assert (near[:, k] >= near.max(1) - 1e-5 * lengths).all()
        longest.append(lengths[0])
    assert (np.diff(longest) <= 1e-6).all()


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    n_factors=st.sampled_from([1, 2, 8, 40]),
    scale=st.sampled_from([1e-6, 1, 1e6]),
)
def test_no_inner_product_exceeds_its_bound(seed, n_factors, scale):
    items = directed(seed, 300, n_factors) * F(scale)
    random = np.random.default_rng(seed)
    # Listeners in every direction, and some exactly along songs, where the bound is tightest.
    vectors = np.concatenate([random.normal(size=(20, n_factors)).astype(F), items[:20]])
    clusters = Clusters.of(items, np.arange(300, dtype=np.int32))
    rounding = (n_factors + 8) * float(np.finfo(F).eps)
    along, across = clusters.split(vectors, rounding)
    cluster = np.repeat(np.arange(len(clusters)), np.diff(clusters.starts) * SONGS_PER_STRIDE)
    bounds = along[cluster] * clusters.along[:, None] + across[cluster] * clusters.across[:, None]
    placed = clusters.strides.transpose(0, 2, 1).reshape(-1, n_factors)
    products = placed.astype(np.float64) @ vectors.T.astype(np.float64)
    slack = 2 * rounding * clusters.longest * np.linalg.norm(vectors, axis=1)
    assert (products <= bounds + slack).all()
    edges = clusters.starts[:-1] * SONGS_PER_STRIDE
    np.testing.assert_array_equal(clusters.boxes[:, 0], np.minimum.reduceat(clusters.along, edges))
    np.testing.assert_array_equal(clusters.boxes[:, 1], np.maximum.reduceat(clusters.along, edges))
    np.testing.assert_array_equal(clusters.boxes[:, 2], np.maximum.reduceat(clusters.across, edges))
