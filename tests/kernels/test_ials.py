from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from earmark.errors import EarmarkError
from earmark.kernels import _core
from earmark.kernels.ials import STEPS, Alternation, fold_in, gram
from earmark.kernels.sparse import Rows

F = np.float32


def made(seed: int, n_rows: int, n_columns: int, density: float, scale: float = 8.0) -> np.ndarray:
    """Confidences: likes, dislikes, and doubts below 1."""
    random = np.random.default_rng(seed)
    held = random.random((n_rows, n_columns)) < density
    return np.where(
        held, scale * random.choice([-0.4, 0.05, 0.5, 1, 1], held.shape) * random.random(held.shape), 0
    ).astype(F)


def pulls(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 3.0, n)


def vectors(seed: int, n: int, n_factors: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.3, (n, n_factors)).astype(F)


def alternation(confidences: np.ndarray, start: np.ndarray, row_pulls=None, column_pulls=None) -> Alternation:
    rows = Rows.of(sparse.csr_array(confidences), "confidences")
    row_pulls = pulls(1, rows.n_rows) if row_pulls is None else row_pulls
    column_pulls = pulls(2, rows.n_columns) if column_pulls is None else column_pulls
    return Alternation(rows, rows.transposed(), row_pulls, column_pulls, start)


def normal_equations(
    confidences: np.ndarray, fixed: np.ndarray, pull: float
) -> tuple[np.ndarray, np.ndarray]:
    excess = np.where(confidences != 0, np.abs(confidences.astype(np.float64)) - 1, 0)
    left = fixed.T @ fixed + (fixed.T * excess) @ fixed + pull * np.eye(fixed.shape[1])
    return left, np.maximum(confidences, 0).astype(np.float64) @ fixed


def improved(confidences: np.ndarray, fixed: np.ndarray, pull: np.ndarray, solved: np.ndarray) -> np.ndarray:
    """Preconditioned conjugate gradients on each row's normal equations, in the basis given, in float64."""
    values, basis = np.linalg.eigh(fixed.T @ fixed)
    found = []
    for weights, p, last in zip(confidences, pull, solved, strict=True):
        x = last if weights.any() else np.zeros_like(last)
        left, right = normal_equations(weights, fixed, p)
        conditioner = basis / (values + p) @ basis.T
        residual = right - left @ x
        direction = conditioned = conditioner @ residual
        for _ in range(STEPS if weights.any() else 0):
            error = conditioned @ residual
            if error < 1e-30:
                break
            stride = error / (direction @ left @ direction)
            x = x + stride * direction
            residual = residual - stride * (left @ direction)
            conditioned = conditioner @ residual
            direction = conditioned + (conditioned @ residual) / error * direction
        found.append(x)
    return np.array(found)


def loss(confidences: np.ndarray, rows: np.ndarray, columns: np.ndarray, row_pulls, column_pulls) -> float:
    rows, columns = rows.astype(np.float64), columns.astype(np.float64)
    weight = np.where(confidences != 0, np.abs(confidences), 1).astype(np.float64)
    missed = (weight * ((confidences > 0) - rows @ columns.T) ** 2).sum()
    return float(missed + row_pulls @ (rows**2).sum(1) + column_pulls @ (columns**2).sum(1))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from([(1, 1), (1, 40), (7, 3), (40, 16), (33, 65)]),
    n_factors=st.sampled_from([1, 2, 15, 16, 17, 64, 80]),
    density=st.sampled_from([0.02, 0.3, 1.0]),
)
def test_an_iteration_equals_its_numpy_twin(seed, shape, n_factors, density):
    confidences = made(seed, *shape, density)
    start = vectors(seed + 1, shape[1], n_factors)
    tested = alternation(confidences, start)
    rows, columns = np.zeros((shape[0], n_factors)), start.astype(np.float64)
    for _ in range(2):
        tested.iterate()
        rows = improved(confidences, columns, pulls(1, shape[0]), rows)
        columns = improved(confidences.T, rows, pulls(2, shape[1]), columns)
    # The basis is free: only inner products say anything.
    np.testing.assert_allclose(
        tested.row_factors @ tested.column_factors.T, rows @ columns.T, rtol=2e-3, atol=2e-4
    )


@pytest.mark.parametrize(("n_columns", "n_factors"), [(2100, 64), (2047, 65), (9000, 3)])
def test_a_row_too_long_to_be_gathered_equals_the_twin(n_columns, n_factors):
    confidences = made(3, 4, n_columns, 0.02)
    confidences[1] = made(4, 1, n_columns, 1.0)
    start = vectors(5, n_columns, n_factors)
    tested = alternation(confidences, start)
    tested.iterate()
    rows = improved(confidences, start.astype(np.float64), pulls(1, 4), np.zeros((4, n_factors)))
    columns = improved(confidences.T, rows, pulls(2, n_columns), start.astype(np.float64))
    np.testing.assert_allclose(
        tested.row_factors @ tested.column_factors.T, rows @ columns.T, rtol=2e-3, atol=2e-4
    )


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    n_factors=st.sampled_from([1, 5, 16, 40]),
    density=st.sampled_from([0.05, 0.4]),
)
def test_the_loss_falls_in_every_iteration(seed, n_factors, density):
    confidences = made(seed, 50, 70, density, scale=30.0)
    tested = alternation(confidences, vectors(seed + 1, 70, n_factors))
    losses = []
    for _ in range(6):
        tested.iterate()
        losses.append(
            loss(confidences, tested.row_factors, tested.column_factors, pulls(1, 50), pulls(2, 70))
        )
    assert (np.diff(losses) <= 1e-5 * losses[0]).all()
    assert losses[-1] < loss(confidences, np.zeros((50, 1)), np.zeros((70, 1)), pulls(1, 50), pulls(2, 70))


def test_the_loss_agrees_with_that_of_the_library_implicit():
    from implicit.cpu._als import calculate_loss
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    random = np.random.default_rng(1)
    tastes = random.random((300, 6)) ** 4 @ random.random((6, 200)) ** 4
    confidences = np.where(random.random((300, 200)) < tastes, 20 * random.random((300, 200)), 0).astype(F)
    matrix, start = sparse.csr_matrix(confidences), random.random((200, 32), F) * F(0.01)
    tested = alternation(confidences, start, np.full(300, 5.0), np.full(200, 5.0))
    with threadpool_limits(1, "blas"):
        peer = AlternatingLeastSquares(factors=32, regularization=5.0, iterations=1, use_cg=True)
        peer.user_factors, peer.item_factors = random.random((300, 32), F) * F(0.01), start.copy()
        for _ in range(8):
            peer.fit(matrix, show_progress=False)
            tested.iterate()
            theirs = calculate_loss(matrix, peer.user_factors, peer.item_factors, 5.0)
            ours = calculate_loss(matrix, tested.row_factors.copy(), tested.column_factors.copy(), 5.0)
            assert ours < theirs * 1.01
    assert ours == pytest.approx(theirs, rel=0.01)


@pytest.mark.parametrize("threads", [2, 7])
def test_threads_change_no_byte(threads):
    confidences, start = made(6, 700, 900, 0.05), vectors(7, 900, 33)
    one, many = alternation(confidences, start), alternation(confidences, start)
    for _ in range(2):
        one.iterate(1)
        many.iterate(threads)
    assert one.row_factors.tobytes() == many.row_factors.tobytes()
    assert one.column_factors.tobytes() == many.column_factors.tobytes()
    rows, items = Rows.of(sparse.csr_array(confidences), "confidences"), vectors(8, 900, 33)
    folded = [fold_in(rows, items, gram(items, n), pulls(9, 700), n) for n in (1, threads)]
    assert folded[0].tobytes() == folded[1].tobytes()


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_songs=st.sampled_from([1, 63, 64, 65, 300]),
    n_factors=st.sampled_from([1, 7, 8, 9, 64, 100]),
    density=st.sampled_from([0.0, 0.05, 1.0]),
)
def test_fold_in_equals_numpys_solution(seed, n_songs, n_factors, density):
    confidences, items = made(seed, 5, n_songs, density), vectors(seed + 1, n_songs, n_factors)
    rows = Rows.of(sparse.csr_array(confidences), "history")
    folded = fold_in(rows, items, gram(items), pulls(1, 5))
    for weights, pull, vector in zip(confidences, pulls(1, 5), folded, strict=True):
        expected = np.linalg.solve(*normal_equations(weights, items.astype(np.float64), pull))
        np.testing.assert_allclose(vector, expected, rtol=1e-5, atol=1e-6)
        assert weights.any() or not vector.any()


def test_a_listener_of_100_000_songs_is_learned_and_folded_in():
    n_songs, n_factors = 100_000, 24
    confidences = made(1, 3, n_songs, 0.001)
    confidences[1] = made(2, 1, n_songs, 1.0)
    items = vectors(3, n_songs, n_factors)
    rows = Rows.of(sparse.csr_array(confidences), "history")
    expected = np.array(
        [
            np.linalg.solve(*normal_equations(weights, items.astype(np.float64), pull))
            for weights, pull in zip(confidences, pulls(4, 3), strict=True)
        ]
    )
    folded = fold_in(rows, items, gram(items), pulls(4, 3))
    np.testing.assert_allclose(folded, expected, rtol=1e-4, atol=1e-6)
    learned = Alternation(rows, rows.transposed(), pulls(4, 3), np.ones(n_songs), items)
    learned.iterate()
    rows_twin = improved(confidences, items.astype(np.float64), pulls(4, 3), np.zeros((3, n_factors)))
    np.testing.assert_allclose(
        np.linalg.norm(learned.row_factors, axis=1), np.linalg.norm(rows_twin, axis=1), rtol=1e-3
    )
    assert np.isfinite(learned.column_factors).all()


@pytest.mark.parametrize("power", range(0, 38, 2))
def test_huge_confidences_are_solved_or_refused(power):
    confidences = made(1, 40, 50, 0.2)
    confidences[3, 5] = 10.0**power
    tested = alternation(confidences, vectors(2, 50, 8))
    before = loss(confidences, np.zeros((40, 1)), np.zeros((50, 1)), pulls(1, 40), pulls(2, 50))
    try:
        for _ in range(10):
            tested.iterate()
    except EarmarkError as error:
        assert power > 12
        assert "cannot be solved" in error.what
    else:
        after = loss(confidences, tested.row_factors, tested.column_factors, pulls(1, 40), pulls(2, 50))
        assert after < 0.9 * before
    items = vectors(3, 50, 8)
    try:
        folded = fold_in(Rows.of(sparse.csr_array(confidences), "h"), items, gram(items), pulls(1, 40))
    except EarmarkError as error:
        assert power > 11
        assert "row 3 cannot be folded in" in error.what
    else:
        liked = folded[3] @ items[5]
        assert power == 0 or liked == pytest.approx(1, abs=20 / 10**power + 1e-3)


def test_gram_is_exact_at_any_length():
    items = vectors(1, 5000, 9)
    np.testing.assert_allclose(
        gram(items, 2), items.astype(np.float64).T @ items.astype(np.float64), rtol=1e-12
    )
    assert gram(np.empty((0, 3), F)).tolist() == np.zeros((3, 3)).tolist()


def test_what_does_not_fit_is_refused():
    confidences, start = made(1, 4, 6, 0.5), vectors(1, 6, 3)
    with pytest.raises(ValueError, match="for 4 by 6"):
        alternation(confidences, start[1:])
    with pytest.raises(ValueError, match="for 4 by 6"):
        alternation(confidences, start, pulls(1, 5))
    rows = Rows.of(sparse.csr_array(confidences), "h")
    ready = (rows.starts, rows.indices, rows.weights)
    with pytest.raises(ValueError, match="no multiple of 16"):
        _core.improve_factors(0, 4, 4, 6, 3, 2, *ready, start, start, start, start)
    with pytest.raises(ValueError, match="fixed holds"):
        _core.improve_factors(0, 4, 4, 6, 16, 2, *ready, start, start, start, start)
    with pytest.raises(ValueError, match="rows 0 to 5"):
        _core.fold_in(0, 5, 4, 6, 3, *ready, start, np.eye(3), np.ones(4), np.empty((4, 3), F))
    with pytest.raises(ValueError, match="gram holds"):
        _core.fold_in(0, 4, 4, 6, 3, *ready, start, np.eye(2), np.ones(4), np.empty((4, 3), F))
