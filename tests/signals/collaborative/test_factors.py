from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from pydantic import ValidationError
from scipy import sparse

from earmark.errors import EarmarkError, NotLearnedError
from earmark.signals.collaborative.factors import FactorConfig, Factors

F = np.float32
SMALL = FactorConfig(factors=4, regularization=0.5, iterations=8, alpha=5.0, seed=3)
TWO = FactorConfig(factors=2, regularization=0.5, iterations=8, alpha=5.0)


def two_tastes(seed: int = 0) -> sparse.csr_array:
    """Listeners 0-19 hold songs 0-14, listeners 20-39 songs 15-29, each about half of them."""
    random = np.random.default_rng(seed)
    block = np.kron(np.eye(2), np.ones((20, 15)))
    return sparse.csr_array((block * (random.random(block.shape) < 0.5)).astype(F))


def fold_in_twin(factors: Factors, history: np.ndarray) -> np.ndarray:
    items, config = factors.item_factors.astype(np.float64), factors.config
    vectors = []
    for weights in history:
        left = items.T @ items + config.regularization * np.eye(items.shape[1])
        right = np.zeros(items.shape[1])
        for song in np.flatnonzero(weights):
            confidence = float(weights[song]) * config.alpha
            left += (abs(confidence) - 1) * np.outer(items[song], items[song])
            right += max(confidence, 0) * items[song]
        vectors.append(np.linalg.solve(left, right))
    return np.array(vectors)


def test_planted_tastes_are_found():
    matrix = two_tastes()
    factors = Factors(TWO).fit(matrix)
    ids, scores = factors.score(factors.fold_in(matrix), matrix, 3)
    assert (ids[:20] < 15).all()
    assert (ids[20:] >= 15).all()
    assert (np.diff(scores, axis=1) <= 0).all()


def test_fold_in_equals_its_naive_twin_with_likes_dislikes_and_doubts():
    factors = Factors(SMALL).fit(two_tastes())
    random = np.random.default_rng(1)
    history = np.where(random.random((300, 30)) < 0.3, random.normal(0.2, 1, (300, 30)), 0).astype(F)
    history[7] = 0
    vectors = factors.fold_in(sparse.csr_array(history), threads=2)
    np.testing.assert_allclose(vectors, fold_in_twin(factors, history), rtol=1e-5, atol=1e-6)
    assert not vectors[7].any()


def test_fold_in_follows_what_the_library_solves():
    matrix = two_tastes()
    matrix.data[::9] *= -1
    factors = Factors(FactorConfig(factors=4, regularization=0.5, iterations=60, alpha=5.0)).fit(matrix)
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=4, regularization=0.5)
        model.item_factors = factors.item_factors
        theirs = model.recalculate_user(np.arange(40), sparse.csr_matrix(matrix * F(5.0)))
    np.testing.assert_allclose(factors.fold_in(matrix), theirs, rtol=1e-3, atol=1e-4)


def test_a_dislike_lowers_the_score_of_what_is_like_it():
    factors = Factors(TWO).fit(two_tastes())
    history = np.zeros((2, 30), F)
    history[:, [0, 1, 16]] = 1
    history[1, 17] = -2
    scores = factors.fold_in(sparse.csr_array(history)) @ factors.item_factors[18:].T
    assert (scores[1] < scores[0]).all()


@pytest.mark.parametrize("threads", [2, 5])
def test_the_same_seed_gives_the_same_bytes_at_any_thread_count(threads):
    random = np.random.default_rng(5)
    matrix = sparse.csr_array((random.random((300, 400)) < 0.05).astype(F))
    config = FactorConfig(factors=33, iterations=3)
    one, many = Factors(config).fit(matrix, threads=1), Factors(config).fit(matrix, threads=threads)
    assert one.item_factors.tobytes() == many.item_factors.tobytes()
    folded = [factors.fold_in(matrix, threads=n) for factors, n in ((one, 1), (many, threads))]
    assert folded[0].tobytes() == folded[1].tobytes()
    other = Factors(FactorConfig(factors=33, iterations=3, seed=1)).fit(matrix)
    assert other.item_factors.tobytes() != one.item_factors.tobytes()


def test_more_factors_than_the_matrix_can_bear_are_reduced_and_noted():
    matrix = np.zeros((3, 10), F)
    matrix[0, :6] = matrix[2, :2] = 1
    factors = Factors(FactorConfig(factors=64)).fit(sparse.csr_array(matrix))
    assert factors.item_factors.shape == (10, 2)
    assert factors.note == "2 factors instead of 64: only 2 rows and 6 songs hold anything."
    assert Factors(SMALL).fit(two_tastes()).note is None


def test_one_listener_alone_can_be_learned():
    factors = Factors(SMALL).fit(sparse.csr_array(np.array([[1, 2, 0]], F)))
    assert factors.item_factors.shape == (3, 1)
    assert np.isfinite(factors.fold_in(sparse.csr_array(np.array([[1, 2, 0]], F)))).all()


@pytest.mark.parametrize("matrix", [np.zeros((3, 4), F), -np.eye(3, dtype=F), np.zeros((0, 0), F)])
def test_nothing_to_learn_from_is_said(matrix):
    with pytest.raises(EarmarkError, match="nothing to learn from"):
        Factors(SMALL).fit(sparse.csr_array(matrix))


def test_weights_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="row 1 holds a weight"):
        Factors(SMALL).fit(sparse.csr_array(np.array([[1, 0], [0, np.nan]], F)))


def test_weights_too_large_to_solve_are_refused():
    with pytest.raises(ValueError, match="too large for float32"):
        Factors(SMALL).fit(sparse.csr_array(np.array([[1, 0], [0, 3e38]], F)))
    with pytest.raises(EarmarkError, match="cannot be solved"):
        Factors(SMALL).fit(sparse.csr_array(np.full((3, 4), 1e37, F)))


def test_a_listener_of_whom_nothing_is_known_gets_no_songs():
    factors = Factors(SMALL).fit(two_tastes())
    history = sparse.csr_array(np.vstack([np.zeros(30), np.eye(30)[0]]).astype(F))
    ids, _ = factors.score(factors.fold_in(history), history, 3)
    assert ids[0].tolist() == [-1, -1, -1]
    assert (ids[1] > 0).all()


def test_history_over_other_songs_is_refused():
    with pytest.raises(ValueError, match="history has 31 songs, the factors have 30"):
        Factors(SMALL).fit(two_tastes()).fold_in(sparse.csr_array((1, 31), dtype=F))


def test_saved_factors_come_back(tmp_path):
    matrix = two_tastes()
    factors = Factors(SMALL).fit(matrix)
    factors.save(tmp_path)
    loaded = Factors.load(tmp_path)
    assert loaded.config == SMALL
    assert loaded.item_factors.tobytes() == factors.item_factors.tobytes()
    np.testing.assert_array_equal(loaded.fold_in(matrix), factors.fold_in(matrix))
    np.save(tmp_path / "item_factors.npy", np.full((30, 4), np.nan, F))
    with pytest.raises(NotLearnedError, match=r"item_factors\.npy"):
        Factors.load(tmp_path)
    (tmp_path / "item_factors.npy").unlink()
    with pytest.raises(NotLearnedError, match=r"item_factors\.npy"):
        Factors.load(tmp_path)


def test_fitting_again_forgets_what_was_prepared_before():
    factors = Factors(SMALL).fit(two_tastes())
    matrix = two_tastes(1)
    factors.score(factors.fold_in(matrix), None, 2)
    factors.fit(matrix)
    fresh = Factors(SMALL).fit(matrix)
    np.testing.assert_array_equal(factors.fold_in(matrix), fresh.fold_in(matrix))
    vectors = fresh.fold_in(matrix)
    np.testing.assert_array_equal(factors.score(vectors, None, 4)[1], fresh.score(vectors, None, 4)[1])


def test_the_module_does_not_load_the_library():
    code = "import sys, earmark.signals.collaborative.factors; sys.exit('implicit' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code], check=False).returncode == 0


def test_settings_are_checked():
    with pytest.raises(ValidationError):
        FactorConfig(regularization=0)
    with pytest.raises(NotLearnedError):
        _ = Factors().item_factors
