from __future__ import annotations

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


def fold_in_twin(factors: Factors, history: np.ndarray, mean_entries: float) -> np.ndarray:
    items, config = factors.item_factors.astype(np.float64), factors.config
    vectors = []
    for weights in history:
        share = (np.count_nonzero(weights) + mean_entries) / (2 * mean_entries)
        pull = config.regularization * share**config.exponent
        left = items.T @ items + pull * np.eye(items.shape[1])
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


@pytest.mark.parametrize("exponent", [0.0, 0.75, 2.0])
def test_fold_in_equals_its_naive_twin_with_likes_dislikes_and_doubts(exponent):
    matrix = two_tastes()
    factors = Factors(SMALL.model_copy(update={"exponent": exponent})).fit(matrix)
    random = np.random.default_rng(1)
    history = np.where(random.random((300, 30)) < 0.3, random.normal(0.2, 1, (300, 30)), 0).astype(F)
    history[7] = 0
    vectors = factors.fold_in(sparse.csr_array(history), threads=2)
    expected = fold_in_twin(factors, history, matrix.nnz / 40)
    np.testing.assert_allclose(vectors, expected, rtol=1e-5, atol=1e-6)
    assert not vectors[7].any()


def test_fold_in_follows_what_the_library_implicit_solves():
    matrix = two_tastes()
    matrix.data[::9] *= -1
    config = FactorConfig(factors=4, regularization=0.5, exponent=0, iterations=60, alpha=5.0)
    factors = Factors(config).fit(matrix)
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=4, regularization=0.5)
        model.item_factors = factors.item_factors
        theirs = model.recalculate_user(np.arange(40), sparse.csr_matrix(matrix * F(5.0)))
    np.testing.assert_allclose(factors.fold_in(matrix), theirs, rtol=1e-3, atol=1e-4)


def test_the_exponent_draws_in_who_holds_much_and_lets_out_who_holds_little():
    matrix = np.zeros((60, 40), F)
    matrix[:, :3] = 1
    matrix[0] = 1
    lengths = {}
    for exponent in (0.0, 1.0):
        config = FactorConfig(factors=2, regularization=5.0, exponent=exponent, alpha=5.0)
        factors = Factors(config).fit(sparse.csr_array(matrix))
        lengths[exponent] = np.linalg.norm(factors.fold_in(sparse.csr_array(matrix[:2])), axis=1)
    plain, scaled = lengths[0.0], lengths[1.0]
    assert scaled[0] / scaled[1] < plain[0] / plain[1]


def test_explicit_zeros_say_nothing():
    matrix = two_tastes()
    padded = matrix.copy()
    padded.data[::5] = 0
    bare = padded.copy()
    bare.eliminate_zeros()
    assert padded.nnz > bare.nnz
    one, other = Factors(SMALL).fit(padded), Factors(SMALL).fit(bare)
    assert one.item_factors.tobytes() == other.item_factors.tobytes()
    np.testing.assert_array_equal(one.fold_in(padded), other.fold_in(bare))


def test_a_warm_start_is_as_good_in_fewer_iterations():
    matrix = two_tastes()
    cold = Factors(SMALL).fit(matrix)
    config = SMALL.model_copy(update={"warm_iterations": 1, "iterations": 1})
    warm, anew = Factors(config).fit(matrix, start=cold.item_factors), Factors(config).fit(matrix)
    # The basis is free: compare what listeners and songs make of each other.
    scores = [factors.fold_in(matrix) @ factors.item_factors.T for factors in (cold, warm, anew)]
    assert np.abs(scores[1] - scores[0]).max() < 0.3 * np.abs(scores[2] - scores[0]).max()
    assert warm.note is None


def test_songs_new_since_the_start_get_vectors():
    matrix = two_tastes()
    start = Factors(SMALL).fit(matrix).item_factors.copy()
    start[[3, 20]] = 0
    warm = Factors(SMALL).fit(matrix, start=start)
    likeness = warm.item_factors[[3, 20]] @ warm.item_factors[[4, 21]].T
    assert (np.diag(likeness) > 0).all()
    assert likeness[0, 0] > likeness[0, 1]
    assert likeness[1, 1] > likeness[1, 0]


@pytest.mark.parametrize(
    ("start", "cause"),
    [(np.ones((30, 7), F), "they have 7 factors, now there are 4"), (np.zeros((30, 4), F), "all are 0")],
)
def test_a_start_that_cannot_be_used_is_left_aside_and_noted(start, cause):
    factors = Factors(SMALL).fit(two_tastes(), start=start)
    assert factors.note == f"Learned anew, not from the vectors given: {cause}."
    assert factors.item_factors.tobytes() == Factors(SMALL).fit(two_tastes()).item_factors.tobytes()


def test_a_start_for_other_songs_is_refused():
    with pytest.raises(ValueError, match="start: expected vectors of 30 songs"):
        Factors(SMALL).fit(two_tastes(), start=np.ones((31, 4), F))
    with pytest.raises(ValueError, match="start: a vector is not finite"):
        Factors(SMALL).fit(two_tastes(), start=np.full((30, 4), np.nan, F))
    with pytest.raises(ValueError, match="n_songs: 31 of 30 columns"):
        Factors(SMALL).fit(two_tastes(), n_songs=31)


def test_columns_beside_the_songs_help_but_are_never_recommended():
    tastes = np.kron(np.eye(2, dtype=F), np.ones((20, 1), F))
    wide = sparse.csr_array(sparse.hstack([two_tastes(), tastes], format="csr"))
    factors = Factors(SMALL).fit(wide, n_songs=30)
    assert factors.item_factors.shape == (30, 4)
    assert factors.side_factors.shape == (2, 4)
    newcomer = sparse.csr_array(np.eye(32, dtype=F)[[31]])
    ids, _ = factors.score(factors.fold_in(newcomer), None, 5)
    assert ((ids >= 15) & (ids < 30)).all()
    again = Factors(SMALL).fit(wide, n_songs=30, start=factors.item_factors)
    assert again.note is None
    assert again.side_factors.any(axis=1).all()


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
    with pytest.raises(ValueError, match="history has 31 columns, the factors have 30"):
        Factors(SMALL).fit(two_tastes()).fold_in(sparse.csr_array((1, 31), dtype=F))


def test_saved_factors_come_back(tmp_path):
    matrix = two_tastes()
    factors = Factors(SMALL).fit(matrix)
    factors.save(tmp_path)
    loaded = Factors.load(tmp_path)
    assert loaded.config == SMALL
    assert loaded.item_factors.tobytes() == factors.item_factors.tobytes()
    np.testing.assert_array_equal(loaded.fold_in(matrix), factors.fold_in(matrix))
    np.testing.assert_array_equal(
        loaded.score(loaded.fold_in(matrix), None, 3)[0], factors.score(factors.fold_in(matrix), None, 3)[0]
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("column_factors", np.full((30, 4), np.nan, F)),
        ("column_factors", np.ones((30, 4))),
        ("n_songs", np.zeros(2)),
        ("mean_entries", np.zeros(1)),
    ],
)
def test_a_damaged_part_is_named(tmp_path, name, content):
    Factors(SMALL).fit(two_tastes()).save(tmp_path)
    np.save(tmp_path / f"{name}.npy", content)
    with pytest.raises(NotLearnedError, match=str(tmp_path)):
        Factors.load(tmp_path)
    (tmp_path / f"{name}.npy").unlink()
    with pytest.raises(NotLearnedError, match=rf"{name}\.npy"):
        Factors.load(tmp_path)


def test_a_failed_fit_leaves_what_was_learned_before():
    matrix = two_tastes()
    factors = Factors(SMALL).fit(matrix)
    before = factors.fold_in(matrix)
    with pytest.raises(EarmarkError):
        factors.fit(sparse.csr_array(np.full((3, 4), 1e37, F)))
    np.testing.assert_array_equal(factors.fold_in(matrix), before)


def test_a_history_too_heavy_to_solve_is_refused():
    factors = Factors(SMALL).fit(two_tastes())
    history = np.zeros((2, 30), F)
    history[1, 0] = 1e30
    with pytest.raises(EarmarkError, match="row 1 cannot be folded in"):
        factors.fold_in(sparse.csr_array(history))


def test_fitting_again_forgets_what_was_prepared_before():
    factors = Factors(SMALL).fit(two_tastes())
    matrix = two_tastes(1)
    factors.score(factors.fold_in(matrix), None, 2)
    factors.fit(matrix)
    fresh = Factors(SMALL).fit(matrix)
    np.testing.assert_array_equal(factors.fold_in(matrix), fresh.fold_in(matrix))
    vectors = fresh.fold_in(matrix)
    np.testing.assert_array_equal(factors.score(vectors, None, 4)[1], fresh.score(vectors, None, 4)[1])


def test_settings_are_checked():
    with pytest.raises(ValidationError):
        FactorConfig(regularization=0)
    with pytest.raises(NotLearnedError):
        _ = Factors().item_factors


# --- songs whose vectors come from elsewhere ---


def with_an_unheld_song() -> tuple[sparse.csr_array, Factors]:
    """Two tastes, and songs 30 and 31 that nobody holds."""
    matrix = sparse.csr_array(sparse.hstack([two_tastes(), sparse.csr_array((40, 2), dtype=F)]))
    return matrix, Factors(TWO).fit(matrix)


def test_a_placed_song_is_scored_and_moves_nobody():
    matrix, factors = with_an_unheld_song()
    before = factors.fold_in(matrix)
    of_first_taste = factors.item_factors[:15].mean(0)
    factors.place(np.array([31]), 3 * of_first_taste[None])
    assert factors.placed.tolist() == [31]
    np.testing.assert_allclose(factors.fold_in(matrix), before, atol=1e-5)
    ids, _ = factors.score(before, matrix, 3)
    assert (ids[:20] == 31).any(axis=1).all()
    assert not (ids[20:] == 31).any()


def test_placed_songs_are_remembered_on_disk_and_forgotten_by_learning(tmp_path):
    matrix, factors = with_an_unheld_song()
    vectors = factors.item_factors[:2].copy()
    factors.place(np.array([30, 31]), vectors)
    factors.save(tmp_path)
    again = Factors.load(tmp_path)
    assert again.placed.tolist() == [30, 31]
    np.testing.assert_array_equal(again.item_factors[30:], vectors)
    np.testing.assert_array_equal(again.fold_in(matrix), factors.fold_in(matrix))
    assert len(factors.fit(matrix).placed) == 0
    np.save(tmp_path / "placed.npy", np.array([30, 32]))
    with pytest.raises(NotLearnedError, match="placed"):
        Factors.load(tmp_path)


@pytest.mark.parametrize(
    ("songs", "vectors"),
    [
        ([30], np.zeros((1, 3), F)),
        ([30, 31], np.zeros((1, 2), F)),
        ([31, 30], np.zeros((2, 2), F)),
        ([32], np.zeros((1, 2), F)),
        ([-1], np.zeros((1, 2), F)),
        ([30], np.full((1, 2), np.nan, F)),
    ],
)
def test_what_cannot_be_placed_is_refused(songs, vectors):
    _, factors = with_an_unheld_song()
    with pytest.raises(ValueError, match="place"):
        factors.place(np.array(songs), vectors)
