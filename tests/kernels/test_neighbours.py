from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.kernels.neighbours import NeighbourLists, find_nearest, find_neighbours, score_neighbours
from earmark.kernels.sparse import Rows

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
    return order, scores[order]


def ragged(lists: list[tuple[np.ndarray, np.ndarray]], n_ids: int) -> NeighbourLists:
    starts = np.cumsum([0, *(len(ids) for ids, _ in lists)], dtype=np.int64)
    ids, values = (np.concatenate(parts) for parts in zip(*lists, strict=True))
    return NeighbourLists(starts, ids.astype(np.int32), values.astype(F), n_ids)


def assert_same(one: NeighbourLists, other: NeighbourLists) -> None:
    for name in ("starts", "ids", "similarities"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert one.n_ids == other.n_ids


def neighbours_twin(matrix: sparse.csr_array, k: int, shrink: float, asymmetry: float) -> NeighbourLists:
    dense = matrix.toarray()
    squares = (dense.astype(np.float64) ** 2).sum(0)
    left, right = (squares**asymmetry).astype(F), (squares ** (1 - asymmetry)).astype(F)
    lists = []
    for song in range(dense.shape[1]):
        dots = np.zeros(dense.shape[1], F)
        for row in dense:
            if row[song]:
                dots += row[song] * row
        dots[song] = 0
        with np.errstate(invalid="ignore"):
            values = np.nan_to_num(dots / (left[song] * right + F(shrink)))
        lists.append(best(values, k))
    return ragged(lists, dense.shape[1])


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
    assert_same(found, neighbours_twin(matrix, k, shrink, asymmetry))


def test_songs_with_few_products_take_the_list_of_touched_songs_and_equal_the_twin():
    matrix = made(3, 40, 900, 0.004)
    found = find_neighbours(matrix, 4, shrink=1.0)
    assert_same(found, neighbours_twin(matrix, 4, 1.0, 0.5))
    assert len(found.ids)


def test_many_candidates_pass_through_the_buffer_more_than_once():
    matrix = made(4, 30, 2000, 0.4)
    assert_same(find_neighbours(matrix, 2, shrink=5.0), neighbours_twin(matrix, 2, 5.0, 0.5))


def test_neighbours_do_not_depend_on_threads():
    matrix = made(5, 200, 1500, 0.05)
    one, two = (find_neighbours(matrix, 20, shrink=3.0, threads=threads) for threads in (1, 2))
    for name in ("starts", "ids", "similarities"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_songs_that_always_stand_together_have_cosine_one_and_shrinkage_halves_it():
    matrix = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], F))
    assert find_neighbours(matrix, 1).starts.tolist() == [0, 1, 2, 2]
    assert find_neighbours(matrix, 1).ids.tolist() == [1, 0]
    assert find_neighbours(matrix, 1).similarities == pytest.approx([1, 1])
    assert find_neighbours(matrix, 1, shrink=2.0).similarities == pytest.approx([0.5, 0.5])


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


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    n_between=st.sampled_from([1, 40]),
    density=st.sampled_from([0.0, 0.03, 0.4]),
    k=st.sampled_from([1, 5, 500]),
    shrink=st.sampled_from([0.0, 2.0]),
)
def test_nearest_of_two_matrices_equal_their_numpy_twin_to_the_last_bit(seed, n_between, density, k, shrink):
    left, right = made(seed, 9, n_between, density), made(seed + 1, n_between, 70, density)
    random = np.random.default_rng(seed)
    left_norms, right_norms = random.random(9).astype(F), random.random(70).astype(F)
    own = random.integers(-1, 70, 9).astype(np.int32)
    found = find_nearest(
        Rows.of(left, "l"), Rows.of(right, "r"), left_norms, right_norms, k, shrink=shrink, own=own
    )
    lists = []
    for row in range(9):
        sums = np.zeros(70, F)
        for between in np.flatnonzero(left.toarray()[row]):
            sums += left.toarray()[row, between] * right.toarray()[between]
        if own[row] >= 0:
            sums[own[row]] = 0
        lists.append(best(sums / (left_norms[row] * right_norms + F(shrink)), k))
    assert_same(found, ragged(lists, 70))


def test_nearest_of_nothing_is_nothing():
    none, right = Rows.empty(0, 4), Rows.of(made(1, 4, 5, 0.5), "r")
    own = np.zeros(0, np.int32)
    lists = find_nearest(none, right, np.zeros(0, F), np.ones(5, F), 3, shrink=0.0, own=own)
    assert (len(lists), lists.n_ids, lists.starts.tolist()) == (0, 5, [0])


def test_nearest_refuses_what_does_not_fit():
    left, right = Rows.of(made(1, 3, 4, 0.5), "l"), Rows.of(made(1, 4, 5, 0.5), "r")
    norms, own = (np.ones(3, F), np.ones(5, F)), np.full(3, -1, np.int32)
    with pytest.raises(ValueError, match="do not fit together"):
        find_nearest(right, left, *norms, 2, shrink=0.0, own=own)
    with pytest.raises(ValueError, match="do not fit together"):
        find_nearest(left, right, *norms, 2, shrink=0.0, own=own[1:])
    with pytest.raises(ValueError, match="own: ids must be from 0 to 4"):
        find_nearest(left, right, *norms, 2, shrink=0.0, own=np.array([-1, 5, 0], np.int32))


def padded(chosen: np.ndarray, value: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    pad = n - len(chosen)
    return np.pad(chosen, (0, pad), constant_values=-1), np.pad(value, (0, pad))


def scores_twin(history: np.ndarray, lists: NeighbourLists, n: int, exclude: np.ndarray):
    ids, scores = [], []
    for weights, hidden in zip(history, exclude, strict=True):
        sums = np.zeros(lists.n_ids, F)
        for song in np.flatnonzero(weights):
            listed = slice(lists.starts[song], lists.starts[song + 1])
            sums[lists.ids[listed]] += weights[song] * lists.similarities[listed]
        sums[hidden != 0] = 0
        chosen, value = padded(*best(sums, n), n)
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


def test_rows_of_songs_are_lists_as_well():
    rows = made(3, 12, 30, 0.3)
    voices = made(4, 5, 12, 0.4)
    ids, scores = score_neighbours(voices, Rows.of(rows, "rows"), 30)
    expected = voices.toarray() @ rows.toarray()
    for row in range(5):
        found = ids[row][ids[row] >= 0]
        assert set(found) == set(np.flatnonzero(expected[row]))
        np.testing.assert_allclose(scores[row][: len(found)], expected[row][found], rtol=1e-5)


def test_misshapen_input_is_refused():
    lists = find_neighbours(made(1, 5, 10, 0.5), 3)
    with pytest.raises(ValueError, match="history has 11 columns, but there are 10 lists"):
        score_neighbours(made(1, 2, 11, 0.5), lists, 3)
    with pytest.raises(ValueError, match="expected 2 rows by 10 songs"):
        score_neighbours(made(1, 2, 10, 0.5), lists, 3, exclude=made(1, 3, 10, 0.5))
    with pytest.raises(ValueError, match="n must be from 1"):
        score_neighbours(made(1, 2, 10, 0.5), lists, 0)
    with pytest.raises(ValueError, match="k must be from 1"):
        find_neighbours(made(1, 2, 10, 0.5), 0)
    with pytest.raises(ValueError, match="shrink"):
        find_neighbours(made(1, 2, 10, 0.5), 1, shrink=-1)


def whole_lists(**parts: np.ndarray) -> NeighbourLists:
    good = {
        "starts": np.array([0, 1, 3], np.int64),
        "ids": np.array([1, 0, 1], np.int32),
        "similarities": np.ones(3, F),
    }
    return NeighbourLists(**(good | parts), n_ids=2)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"ids": np.array([2, 0, 1], np.int32)}, "ids must be from 0 to 1, found 0 to 2"),
        ({"ids": np.array([-1, 0, 1], np.int32)}, "found -1 to 1"),
        ({"ids": np.array([1, 0], np.int32)}, "as many similarities as ids"),
        ({"ids": np.array([1, 0, 1])}, "expected int64, int32 and float32"),
        ({"starts": np.array([0, 1, 4], np.int64)}, "do not divide 3 entries"),
        ({"starts": np.array([1, 1, 3], np.int64)}, "do not divide 3 entries"),
        ({"starts": np.array([0, 4, 3], np.int64)}, "do not divide 3 entries"),
        ({"starts": np.array([], np.int64)}, "do not divide 3 entries"),
        ({"starts": np.array(3, np.int64)}, "one dimension"),
        ({"similarities": np.array([1, np.nan, 1], F)}, "not finite"),
    ],
)
def test_lists_that_would_reach_outside_are_refused(parts, message):
    assert len(whole_lists()) == 2
    with pytest.raises(ValueError, match=message):
        whole_lists(**parts)
