from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, P, Qrel, R, Rprec, ScoredDoc, nDCG

from earmark.evaluation import metrics
from earmark.evaluation.metrics import Truth

N_ITEMS = 40
K = 20


def random_run(seed: int) -> tuple[np.ndarray, Truth]:
    """Lists of up to ``K`` items, some of them short, and truth for each listener, never none."""
    random = np.random.default_rng(seed)
    lists = np.array([random.permutation(N_ITEMS)[:K] for _ in range(60)])
    for row in lists:
        row[random.integers(1, K + 1) :] = -1
    sets = [random.choice(N_ITEMS, random.integers(1, 30), replace=False).tolist() for _ in range(60)]
    return lists, Truth.of(sets)


OURS = {
    R @ 5: lambda lists, truth: metrics.recall(lists, truth, 5),
    R @ 20: lambda lists, truth: metrics.recall(lists, truth, 20),
    P @ 5: lambda lists, truth: metrics.precision(lists, truth, 5),
    P @ 20: lambda lists, truth: metrics.precision(lists, truth, 20),
    nDCG @ 5: lambda lists, truth: metrics.ndcg(lists, truth, 5),
    nDCG @ 20: lambda lists, truth: metrics.ndcg(lists, truth, 20),
    RR @ 5: lambda lists, truth: metrics.reciprocal_rank(lists, truth, 5),
    RR @ 20: lambda lists, truth: metrics.reciprocal_rank(lists, truth, 20),
    Rprec: metrics.r_precision,
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_as_ir_measures_has_it(seed: int) -> None:
    lists, truth = random_run(seed)
    run = [
        ScoredDoc(str(listener), str(item), float(K - rank))
        for listener, row in enumerate(lists)
        for rank, item in enumerate(row)
        if item >= 0
    ]
    listener_of = np.repeat(np.arange(len(lists)), truth.sizes)
    relevant = [
        Qrel(str(listener), str(item), 1) for listener, item in zip(listener_of, truth.items, strict=True)
    ]
    theirs = {measure: np.full(len(lists), -1.0) for measure in OURS}
    for found in ir_measures.iter_calc(list(OURS), relevant, run):
        theirs[found.measure][int(found.query_id)] = found.value
    for measure, ours in OURS.items():
        assert ours(lists, truth) == pytest.approx(theirs[measure], abs=1e-12), str(measure)


LISTS = np.array([[3, 1, 4, 0], [2, 5, -1, -1], [-1, -1, -1, -1], [6, 7, 8, 9]])
TRUTH = Truth.of([{1, 0, 9}, {7}, {1}, set()])


def test_by_hand() -> None:
    assert metrics.hits(LISTS, TRUTH).tolist() == [
        [False, True, False, True],
        [False] * 4,
        [False] * 4,
        [False] * 4,
    ]
    np.testing.assert_allclose(metrics.recall(LISTS, TRUTH, 2), [1 / 3, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.precision(LISTS, TRUTH, 4), [1 / 2, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.hit_rate(LISTS, TRUTH, 4), [1, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.hit_rate(LISTS, TRUTH, 1), [0, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.reciprocal_rank(LISTS, TRUTH, 4), [1 / 2, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.r_precision(LISTS, TRUTH), [1 / 3, 0, 0, np.nan])
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    gained = 1 / np.log2(3) + 1 / np.log2(5)
    np.testing.assert_allclose(metrics.ndcg(LISTS, TRUTH, 4), [gained / ideal, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.clicks(LISTS, TRUTH), [0, 51, 51, np.nan])


@pytest.mark.parametrize(
    ("rank", "clicks"), [(1, 0), (10, 0), (11, 1), (20, 1), (21, 2), (500, 49), (501, 51)]
)
def test_clicks(rank: int, clicks: int) -> None:
    lists = np.arange(1, 601)[None, :]
    assert metrics.clicks(lists, Truth.of([{rank}])).tolist() == [clicks]


def test_the_mean_leaves_out_who_has_no_truth() -> None:
    assert metrics.mean(metrics.hit_rate(LISTS, TRUTH, 4)) == pytest.approx(1 / 3)
    assert np.isnan(metrics.mean(np.array([np.nan])))


def test_coverage_counts_each_item_once() -> None:
    assert metrics.coverage(LISTS, 20, 4) == 10 / 20
    assert metrics.coverage(LISTS, 20, 1) == 3 / 20
    assert metrics.coverage(LISTS[2:3], 20, 4) == 0


def test_novelty_is_in_bits() -> None:
    holders = np.array([8, 4, 2, 1, 0])
    lists = np.array([[0, 1], [2, -1], [3, 4], [-1, -1]])
    np.testing.assert_allclose(metrics.novelty(lists, holders, 8, 2), [0.5, 2, 3, np.nan])


def test_concentration_of_recommendations() -> None:
    everyone_alike = np.tile([[0, 1]], (5, 1))
    assert metrics.popularity_concentration(everyone_alike, 4, 1) == pytest.approx(3 / 4)
    assert metrics.popularity_concentration(everyone_alike, 4, 2) == pytest.approx(1 / 2)
    assert metrics.popularity_concentration(np.arange(8).reshape(4, 2), 8, 2) == pytest.approx(0)
    assert metrics.popularity_concentration(np.full((3, 2), -1), 8, 2) == 0


def test_lists_and_truth_must_speak_of_the_same_listeners() -> None:
    with pytest.raises(ValueError, match="2 lists, but truth for 4 listeners"):
        metrics.recall(LISTS[:2], TRUTH, 4)


def test_nobody_and_nothing() -> None:
    assert metrics.recall(np.empty((0, 5), int), Truth.of([]), 5).shape == (0,)
    assert np.isnan(metrics.recall(LISTS, Truth.of([[], [], [], []]), 4)).all()
    no_places = np.empty((4, 0), int)
    np.testing.assert_allclose(metrics.reciprocal_rank(no_places, TRUTH, 4), [0, 0, 0, np.nan])
    np.testing.assert_allclose(metrics.ndcg(no_places, TRUTH, 4), [0, 0, 0, np.nan])


RUNS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 12), unique=True, min_size=0, max_size=8),
        st.sets(st.integers(0, 12), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=6,
)


def as_arrays(run: list[tuple[list[int], set[int]]]) -> tuple[np.ndarray, Truth]:
    return np.array([row + [-1] * (8 - len(row)) for row, _ in run]), Truth.of([truth for _, truth in run])


@given(run=RUNS, k=st.integers(1, 10))
def test_all_lie_between_none_and_all(run: list[tuple[list[int], set[int]]], k: int) -> None:
    lists, truth = as_arrays(run)
    for metric in (
        metrics.recall,
        metrics.precision,
        metrics.hit_rate,
        metrics.ndcg,
        metrics.reciprocal_rank,
    ):
        values = metric(lists, truth, k)
        assert ((values >= 0) & (values <= 1 + 1e-12)).all()
        assert ((values > 0) == (metrics.hit_rate(lists, truth, k) > 0)).all()


@given(run=RUNS, k=st.integers(1, 10))
def test_deeper_never_recalls_less(run: list[tuple[list[int], set[int]]], k: int) -> None:
    lists, truth = as_arrays(run)
    assert (metrics.recall(lists, truth, k + 1) >= metrics.recall(lists, truth, k)).all()
    assert (metrics.reciprocal_rank(lists, truth, k + 1) >= metrics.reciprocal_rank(lists, truth, k)).all()
    assert metrics.coverage(lists, 13, k + 1) >= metrics.coverage(lists, 13, k)


@given(run=RUNS)
def test_a_perfect_list_scores_one(run: list[tuple[list[int], set[int]]]) -> None:
    truth = Truth.of([items for _, items in run])
    lists = np.array([sorted(items) + [-1] * (8 - len(items)) for _, items in run])
    for values in (
        metrics.recall(lists, truth, 8),
        metrics.ndcg(lists, truth, 8),
        metrics.r_precision(lists, truth),
    ):
        assert values == pytest.approx(np.ones(len(run)))


@given(run=RUNS, swap=st.integers(0, 6))
def test_a_hit_moved_up_never_scores_less(run: list[tuple[list[int], set[int]]], swap: int) -> None:
    lists, truth = as_arrays(run)
    found = metrics.hits(lists, truth)
    better = lists.copy()
    moves = found[:, swap + 1] & ~found[:, swap]
    better[moves, swap], better[moves, swap + 1] = lists[moves, swap + 1], lists[moves, swap]
    assert (metrics.ndcg(better, truth, 8) >= metrics.ndcg(lists, truth, 8) - 1e-12).all()
    assert (metrics.clicks(better, truth) <= metrics.clicks(lists, truth)).all()
