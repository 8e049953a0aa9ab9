from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.kernels.neighbours import find_neighbours, score_neighbours
from earmark.kernels.pairs import dot_pairs, score_pairs
from earmark.kernels.sparse import Rows

F = np.float32


def made(seed: int, n_rows: int, n_songs: int, density: float) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    held = random.random((n_rows, n_songs)) < density
    return sparse.csr_array(np.where(held, random.random(held.shape) + 0.1, 0).astype(F))


def some_pairs(seed: int, n_rows: int, n_songs: int, density: float) -> tuple[np.ndarray, np.ndarray]:
    asked = made(seed, n_rows, n_songs, density)
    return asked.indptr, asked.indices


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([1, 63, 64, 65, 200]),
    density=st.sampled_from([0.0, 0.05, 0.5]),
    asked=st.sampled_from([0.0, 0.1, 1.0]),
)
def test_scores_of_pairs_equal_their_numpy_twin_to_the_last_bit(seed, n_songs, density, asked):
    lists = find_neighbours(made(seed, 15, n_songs, 0.2), 6, shrink=1.0)
    history = made(seed + 1, 7, n_songs, density)
    history.data *= np.random.default_rng(seed).choice([-1, 1, 1], history.nnz).astype(F)
    indptr, songs = some_pairs(seed + 2, 7, n_songs, asked)
    found = score_pairs(history, lists, indptr, songs)
    for row, weights in enumerate(history.toarray()):
        said = np.zeros((n_songs, n_songs), F)  # by the song that speaks, of the song spoken of
        for song in np.flatnonzero(weights):
            listed = slice(lists.starts[song], lists.starts[song + 1])
            said[song, lists.ids[listed]] = weights[song] * lists.similarities[listed]
        sums = np.zeros(n_songs, F)
        for line in said:
            sums += line
        mine = slice(indptr[row], indptr[row + 1])
        np.testing.assert_array_equal(found.sums[mine], sums[songs[mine]])
        np.testing.assert_array_equal(found.greatest[mine], np.maximum(said.max(0), 0)[songs[mine]])
        np.testing.assert_array_equal(found.counts[mine], (said > 0).sum(0)[songs[mine]])


def test_scores_of_pairs_are_those_of_the_best_songs():
    lists = find_neighbours(made(1, 50, 300, 0.1), 10)
    history = made(2, 90, 300, 0.05)
    ids, scores = score_neighbours(history, lists, 20)
    order = np.argsort(ids, axis=1)
    pairs = np.take_along_axis(ids, order, 1)
    assert (pairs >= 0).all()
    found = score_pairs(history, lists, np.arange(91) * 20, pairs.ravel())
    np.testing.assert_array_equal(found.sums.reshape(90, 20), np.take_along_axis(scores, order, 1))


def test_scores_of_pairs_by_rows_of_songs():
    rows, voices = made(3, 12, 30, 0.3), made(4, 5, 12, 0.4)
    found = score_pairs(voices, Rows.of(rows, "rows"), np.arange(6) * 30, np.tile(np.arange(30), 5))
    expected = voices.toarray() @ rows.toarray()
    np.testing.assert_allclose(found.sums.reshape(5, 30), expected, rtol=1e-5)
    held = (voices.toarray() > 0).astype(int) @ (rows.toarray() > 0).astype(int)
    np.testing.assert_array_equal(found.counts.reshape(5, 30), held)


def test_pairs_do_not_depend_on_threads():
    lists = find_neighbours(made(1, 50, 300, 0.1), 10)
    history, (indptr, songs) = made(2, 700, 300, 0.05), some_pairs(3, 700, 300, 0.1)
    one, two = (score_pairs(history, lists, indptr, songs, threads=threads) for threads in (1, 2))
    assert [part.tobytes() for part in one] == [part.tobytes() for part in two]
    vectors, items = (np.random.default_rng(4).normal(size=(n, 33)).astype(F) for n in (700, 300))
    one, two = (dot_pairs(vectors, items, indptr, songs, threads=threads) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


def dot_twin(a: np.ndarray, b: np.ndarray) -> np.float32:
    lanes, rest = np.zeros(16, F), F(0)
    whole = len(a) // 16 * 16
    for k in range(0, whole, 16):
        lanes += a[k : k + 16] * b[k : k + 16]
    for k in range(whole, len(a)):
        rest += a[k] * b[k]
    lanes = lanes[:8] + lanes[8:]
    lanes = lanes[:4] + lanes[4:]
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + rest


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), n_factors=st.sampled_from([0, 1, 15, 16, 17, 64, 100]))
def test_inner_products_equal_their_numpy_twin_to_the_last_bit(seed, n_factors):
    random = np.random.default_rng(seed)
    vectors, items = (random.normal(size=(n, n_factors)).astype(F) for n in (4, 20))
    indptr, songs = some_pairs(seed, 4, 20, 0.5)
    random.shuffle(songs)
    rows = np.repeat(np.arange(4), np.diff(indptr))
    expected = [dot_twin(vectors[row], items[song]) for row, song in zip(rows, songs, strict=True)]
    np.testing.assert_array_equal(dot_pairs(vectors, items, indptr, songs), np.array(expected, F))


def test_bad_pairs_are_refused():
    lists = find_neighbours(made(1, 5, 10, 0.5), 3)
    history, vectors, items = made(2, 2, 10, 0.5), np.ones((2, 3), F), np.ones((10, 3), F)

    def both(indptr: list[int], songs: list[int], message: str) -> None:
        pairs = np.array(indptr), np.array(songs)
        with pytest.raises(ValueError, match=message):
            score_pairs(history, lists, *pairs)
        with pytest.raises(ValueError, match=message):
            dot_pairs(vectors, items, *pairs)

    assert len(score_pairs(history, lists, np.array([0, 1, 3]), np.array([4, 1, 2])).sums) == 3
    for out_of_order in ([4, 2, 1], [4, 2, 2]):
        with pytest.raises(ValueError, match="ascending"):
            score_pairs(history, lists, np.array([0, 1, 3]), np.array(out_of_order))
    both([0, 1, 3], [4, 2, 10], "pairs: ids must be from 0 to 9")
    both([0, 1, 2], [4, 2, 3], "does not divide 3 songs among 2 rows")
    both([0, 3], [1, 2, 3], "does not divide")
    both([0, 4, 3], [1, 2, 3], "does not divide")
    with pytest.raises(ValueError, match="history has 9 columns, but there are 10 lists"):
        score_pairs(history[:, :9], lists, np.array([0, 0, 0]), np.array([], np.int64))
    with pytest.raises(ValueError, match="no factors in common"):
        dot_pairs(vectors, items[:, :2], np.array([0, 0, 0]), np.array([], np.int64))
    with pytest.raises(ValueError, match="expected float32"):
        dot_pairs(vectors.astype(np.float64), items, np.array([0, 0, 0]), np.array([], np.int64))
