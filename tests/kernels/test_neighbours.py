from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.kernels.neighbours import NeighbourLists, find_neighbours, score_neighbours

F = np.float32


def made(seed: int, n_rows: int, n_songs: int, density: float, *, whole: bool = False) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    held = random.random((n_rows, n_songs)) < density
    weights = random.integers(1, 4, held.shape) if whole else random.random(held.shape) + 0.1
    return sparse.csr_array(np.where(held, weights, 0).astype(F))


def best(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The n greatest positive scores, by score descending, then id ascending."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    order = order[scores[order] > 0][:n]
    pad = n - len(order)
    return np.pad(order, (0, pad), constant_values=-1), np.pad(scores[order], (0, pad))


def neighbours_twin(matrix: sparse.csr_array, k: int, shrink: float, asymmetry: float):
    dense = matrix.toarray()
    squares = (dense.astype(np.float64) ** 2).sum(0)
    left, right = (squares**asymmetry).astype(F), (squares ** (1 - asymmetry)).astype(F)
    ids, similarities = [], []
    for song in range(dense.shape[1]):
        dots = np.zeros(dense.shape[1], F)
        for row in dense:
            if row[song]:
                dots += row[song] * row
        dots[song] = 0
        with np.errstate(invalid="ignore"):
            values = np.nan_to_num(dots / (left[song] * right + F(shrink)))
        chosen, value = best(values, k)
        ids.append(chosen)
        similarities.append(value)
    return np.array(ids), np.array(similarities)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([1, 2, 63, 64, 65, 130]),
    density=st.sampled_from([0.0, 0.02, 0.3]),
    whole=st.booleans(),
    k=st.sampled_from([1, 3, 200]),
    shrink=st.sampled_from([0.0, 15.0]),
    asymmetry=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_neighbours_equal_their_numpy_twin_to_the_last_bit(
    seed, n_songs, density, whole, k, shrink, asymmetry
):
    matrix = made(seed, 12, n_songs, density, whole=whole)
    found = find_neighbours(matrix, k, shrink=shrink, asymmetry=asymmetry, threads=1)
    ids, similarities = neighbours_twin(matrix, k, shrink, asymmetry)
    np.testing.assert_array_equal(found.ids, ids)
    np.testing.assert_array_equal(found.similarities, similarities)


def test_songs_with_few_products_take_the_list_of_touched_songs_and_equal_the_twin():
    matrix = made(3, 40, 900, 0.004)
    found = find_neighbours(matrix, 4, shrink=1.0)
    ids, similarities = neighbours_twin(matrix, 4, 1.0, 0.5)
    np.testing.assert_array_equal(found.ids, ids)
    np.testing.assert_array_equal(found.similarities, similarities)
    assert (found.ids >= 0).any()


def test_many_candidates_pass_through_the_buffer_more_than_once():
    matrix = made(4, 30, 2000, 0.4)
    found = find_neighbours(matrix, 2, shrink=5.0)
    ids, _ = neighbours_twin(matrix[:, :], 2, 5.0, 0.5)
    np.testing.assert_array_equal(found.ids, ids)


def test_neighbours_do_not_depend_on_threads():
    matrix = made(5, 200, 1500, 0.05)
    one, two = (find_neighbours(matrix, 20, shrink=3.0, threads=threads) for threads in (1, 2))
    assert one.ids.tobytes() == two.ids.tobytes()
    assert one.similarities.tobytes() == two.similarities.tobytes()


def test_songs_that_always_stand_together_have_cosine_one_and_shrinkage_halves_it():
    matrix = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], F))
    assert find_neighbours(matrix, 1).ids.tolist() == [[1], [0], [-1]]
    assert find_neighbours(matrix, 1).similarities[:, 0] == pytest.approx([1, 1, 0])
    assert find_neighbours(matrix, 1, shrink=2.0).similarities[:, 0] == pytest.approx([0.5, 0.5, 0])


def test_repeated_entries_are_summed():
    repeated = sparse.csr_array((np.ones(3, F), np.array([1, 0, 1]), np.array([0, 3])), shape=(1, 2))
    plain = sparse.csr_array(np.array([[1, 2]], F))
    np.testing.assert_array_equal(
        find_neighbours(repeated, 1, shrink=1).similarities, find_neighbours(plain, 1, shrink=1).similarities
    )
    assert repeated.nnz == 3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0, 1e20])
def test_bad_weights_are_refused(bad):
    matrix = sparse.csr_array(np.array([[1, bad], [1, 1]], F))
    with pytest.raises(ValueError, match="interactions"):
        find_neighbours(matrix, 2)


def scores_twin(history: np.ndarray, lists: NeighbourLists, n: int, exclude: np.ndarray):
    ids, scores = [], []
    for weights, hidden in zip(history, exclude, strict=True):
        sums = np.zeros(lists.n_songs, F)
        for song in np.flatnonzero(weights):
            for other, similarity in zip(lists.ids[song], lists.similarities[song], strict=True):
                if other >= 0:
                    sums[other] += weights[song] * similarity
        sums[hidden != 0] = 0
        chosen, value = best(sums, n)
        ids.append(chosen)
        scores.append(value)
    return np.array(ids), np.array(scores)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([2, 64, 100, 700]),
    density=st.sampled_from([0.0, 0.01, 0.2]),
    n=st.sampled_from([1, 10, 800]),
)
def test_scores_equal_their_numpy_twin_to_the_last_bit(seed, n_songs, density, n):
    lists = find_neighbours(made(seed, 15, n_songs, 0.1), 8, shrink=1.0)
    history = made(seed + 1, 6, n_songs, density)
    history.data *= np.random.default_rng(seed).choice([-1, 1, 1], history.nnz).astype(F)
    exclude = made(seed + 2, 6, n_songs, 0.2)
    ids, scores = score_neighbours(history, lists, n, exclude=exclude)
    expected_ids, expected_scores = scores_twin(history.toarray(), lists, n, exclude.toarray())
    np.testing.assert_array_equal(ids, expected_ids)
    np.testing.assert_array_equal(scores, expected_scores)


def test_scores_do_not_depend_on_threads():
    lists = find_neighbours(made(1, 50, 300, 0.1), 10)
    history = made(2, 700, 300, 0.05)
    one = score_neighbours(history, lists, 20, exclude=history, threads=1)
    two = score_neighbours(history, lists, 20, exclude=history, threads=2)
    assert [part.tobytes() for part in one] == [part.tobytes() for part in two]
    assert not history.toarray()[np.arange(700)[:, None], one[0]][one[0] >= 0].any()


def test_misshapen_input_is_refused():
    lists = find_neighbours(made(1, 5, 10, 0.5), 3)
    with pytest.raises(ValueError, match="history has 11 songs"):
        score_neighbours(made(1, 2, 11, 0.5), lists, 3)
    with pytest.raises(ValueError, match="expected 2 rows by 10 songs"):
        score_neighbours(made(1, 2, 10, 0.5), lists, 3, exclude=made(1, 3, 10, 0.5))
    with pytest.raises(ValueError, match="n must be from 1"):
        score_neighbours(made(1, 2, 10, 0.5), lists, 0)
    with pytest.raises(ValueError, match="k must be from 1"):
        find_neighbours(made(1, 2, 10, 0.5), 0)
    with pytest.raises(ValueError, match="shrink"):
        find_neighbours(made(1, 2, 10, 0.5), 1, shrink=-1)


@pytest.mark.parametrize(
    ("ids", "message"),
    [([[2], [0]], "-1 to 1"), ([[-2], [0]], "-1 to 1"), ([[-1, 0], [0, -1]], "end of a row")],
)
def test_lists_that_would_reach_outside_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        NeighbourLists(np.array(ids, np.int32), np.zeros(np.shape(ids), F))
