from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.kernels import top
from earmark.kernels.top import FactorIndex

F = np.float32


def top_twin(listeners: np.ndarray, items: np.ndarray, exclude: np.ndarray, n: int):
    scores = listeners @ items.T
    ids = np.full((len(listeners), n), -1)
    values = np.zeros((len(listeners), n), F)
    for row, hidden in enumerate(exclude):
        order = np.lexsort((np.arange(len(items)), -scores[row]))
        order = order[hidden[order] == 0][:n]
        ids[row, : len(order)] = order
        values[row, : len(order)] = scores[row, order]
    return ids, values


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([1, 15, 16, 17, 63, 64, 65, 1500, 2600]),
    spread=st.sampled_from([0, 1, 9]),
    n=st.sampled_from([1, 7, 300]),
    hidden=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_top_equals_its_numpy_twin_ties_included(seed, n_songs, spread, n, hidden):
    random = np.random.default_rng(seed)
    # Whole numbers, so that every inner product is exact in any order and ties are many.
    listeners = random.integers(-spread, spread + 1, (5, 4)).astype(F)
    items = random.integers(-spread, spread + 1, (n_songs, 4)).astype(F)
    items *= (random.random((n_songs, 1)) < 0.7).astype(F)
    exclude = (random.random((5, n_songs)) < hidden).astype(F)
    ids, scores = FactorIndex(items).top(listeners, sparse.csr_array(exclude), n, threads=1)
    expected_ids, expected_scores = top_twin(listeners, items, exclude, n)
    np.testing.assert_array_equal(ids, expected_ids)
    np.testing.assert_array_equal(scores, expected_scores)


@pytest.mark.parametrize("order", [1, -1])
def test_scores_that_only_rise_or_only_fall_are_carried_from_tile_to_tile(monkeypatch, order):
    monkeypatch.setattr(top, "SONGS_PER_TILE", 100)
    items = np.arange(5000, dtype=F)[::order, None].copy()
    for listener in (1, -1):
        ids, scores = FactorIndex(items).top(np.array([[listener]], F), None, 7)
        expected_ids, expected_scores = top_twin(np.array([[listener]], F), items, np.zeros((1, 5000)), 7)
        np.testing.assert_array_equal(ids, expected_ids)
        np.testing.assert_array_equal(scores, expected_scores)


def test_balanced_search_finds_the_same_songs_and_scores():
    random = np.random.default_rng(2)
    shape = np.geomspace(5, 0.05, 16)
    listeners = (random.normal(size=(1200, 16)) * shape).astype(F)
    items = (random.normal(size=(4000, 16)) * random.random((4000, 1)) ** 2).astype(F)
    exclude = sparse.csr_array((random.random((1200, 4000)) < 0.01).astype(F))
    ids, scores = FactorIndex(items, like=listeners).top(listeners, exclude, 50)
    _, expected = FactorIndex(items).top(listeners, exclude, 50)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        np.take_along_axis(listeners @ items.T, ids.astype(np.int64), 1), scores, rtol=1e-4, atol=1e-5
    )
    assert not exclude.toarray()[np.arange(1200)[:, None], ids].any()


def test_early_stop_loses_nothing(monkeypatch):
    monkeypatch.setattr(top, "SONGS_PER_TILE", 64)
    random = np.random.default_rng(3)
    listeners = random.normal(size=(300, 8)).astype(F)
    items = (random.normal(size=(3000, 8)) * np.geomspace(3, 1e-3, 3000)[:, None]).astype(F)
    _, scores = FactorIndex(items).top(listeners, None, 20)
    _, expected = top_twin(listeners, items, np.zeros((300, 3000)), 20)
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


def test_top_does_not_depend_on_threads():
    random = np.random.default_rng(4)
    listeners = random.normal(size=(1500, 32)).astype(F)
    items = random.normal(size=(3000, 32)).astype(F)
    one, two = (FactorIndex(items).top(listeners, None, 30, threads=threads) for threads in (1, 2))
    assert [part.tobytes() for part in one] == [part.tobytes() for part in two]


def in_clusters(patch: pytest.MonkeyPatch, items: np.ndarray, like: np.ndarray) -> FactorIndex:
    patch.setattr(top, "SONGS_PER_TILE", 16)
    patch.setattr(top, "CLUSTER_FROM", 1)
    index = FactorIndex(items, like=like)
    assert (index._clusters is None) == (len(items) <= 64)
    return index


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([64, 65, 80, 81, 700]),
    spread=st.sampled_from([0, 1, 9]),
    n=st.sampled_from([1, 7, 300]),
    hidden=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_clustered_search_equals_its_numpy_twin_ties_included(seed, n_songs, spread, n, hidden):
    random = np.random.default_rng(seed)
    listeners = random.integers(-spread, spread + 1, (5, 6)).astype(F)
    items = random.integers(-spread, spread + 1, (n_songs, 6)).astype(F)
    items *= (random.random((n_songs, 1)) < 0.7).astype(F)
    exclude = (random.random((5, n_songs)) < hidden).astype(F)
    with pytest.MonkeyPatch.context() as patch:
        # Without a change of basis every inner product is exact.
        patch.setattr(top, "balancing_basis", lambda listeners, items: np.eye(6))
        index = in_clusters(patch, items, listeners)
        ids, scores = index.top(listeners, sparse.csr_array(exclude), n, threads=1)
    expected_ids, expected_scores = top_twin(listeners, items, exclude, n)
    np.testing.assert_array_equal(ids, expected_ids)
    np.testing.assert_array_equal(scores, expected_scores)


@pytest.mark.parametrize("n_factors", [1, 3, 16, 37])
def test_clustered_search_loses_nothing_where_songs_do_cluster(monkeypatch, n_factors):
    random = np.random.default_rng(n_factors)
    kinds = random.normal(size=(30, n_factors))
    items = kinds[random.integers(0, 30, 3000)] + random.normal(size=(3000, n_factors)) * 0.2
    items = (items * np.geomspace(3, 0.05, 3000)[:, None]).astype(F)
    listeners = (kinds[random.integers(0, 30, 600)] + random.normal(size=(600, n_factors))).astype(F)
    exclude = sparse.csr_array((random.random((600, 3000)) < 0.02).astype(F))
    expected_ids, expected = top_twin(listeners, items, exclude.toarray(), 40)
    ids, scores = in_clusters(monkeypatch, items, listeners).top(listeners, exclude, 40)
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)
    assert (ids == expected_ids).mean() > 0.99
    assert not exclude.toarray()[np.arange(600)[:, None], ids].any()


def test_clustered_search_does_not_depend_on_threads(monkeypatch):
    random = np.random.default_rng(5)
    listeners, items = (random.normal(size=(n, 24)).astype(F) for n in (900, 2000))
    index = in_clusters(monkeypatch, items, listeners)
    one, two = (index.top(listeners, None, 30, threads=threads) for threads in (1, 2))
    assert [part.tobytes() for part in one] == [part.tobytes() for part in two]


@pytest.mark.parametrize("like", [None, np.zeros((5, 3), F), np.zeros((0, 3), F)])
def test_listeners_and_songs_of_zeros_do_not_upset_the_balance(like):
    ids, scores = FactorIndex(np.zeros((9, 3), F), like=like).top(np.zeros((5, 3), F), None, 4)
    assert ids.tolist() == [[0, 1, 2, 3]] * 5
    assert not scores.any()


def test_clusters_of_zeros_are_harmless(monkeypatch):
    items = np.zeros((200, 3), F)
    ids, scores = in_clusters(monkeypatch, items, np.zeros((4, 3), F)).top(np.ones((4, 3), F), None, 3)
    assert ids.tolist() == [[0, 1, 2]] * 4
    assert not scores.any()


def test_no_listeners_and_no_songs():
    assert FactorIndex(np.ones((2, 3), F)).top(np.zeros((0, 3), F), None, 4)[0].shape == (0, 4)
    assert FactorIndex(np.zeros((0, 3), F)).top(np.ones((2, 3), F), None, 4)[0].tolist() == [[-1] * 4] * 2


def test_bad_factors_are_refused():
    good = np.ones((2, 3), F)
    with pytest.raises(ValueError, match="row 1 is not finite"):
        FactorIndex(good).top(np.array([[1, 1, 1], [1, np.nan, 1]], F), None, 1)
    with pytest.raises(ValueError, match="item factors: expected float32"):
        FactorIndex(good.astype(np.float64))
    with pytest.raises(ValueError, match="listeners have 2 factors, songs have 3"):
        FactorIndex(good).top(good[:, :2], None, 1)


def test_a_listener_alone_and_among_others_gets_the_same_bits():
    random = np.random.default_rng(5)
    items = random.standard_normal((3_000, 128)).astype(np.float32)
    items[100:110] = items[0]
    listeners = random.standard_normal((40, 128)).astype(np.float32)
    index = FactorIndex(items)
    together = index.top(listeners, None, 200)
    for row in range(len(listeners)):
        for some in (slice(row, row + 1), slice(max(row - 2, 0), row + 1)):
            alone = index.top(listeners[some], None, 200)
            assert alone[0][-1].tolist() == together[0][row].tolist()
            assert alone[1][-1].tolist() == together[1][row].tolist()
