from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import sparse

from earmark.errors import EarmarkError, NotLearnedError
from earmark.kernels import ials
from earmark.kernels.sparse import Rows
from earmark.ranking.cold import ITEMS_PER_BLOCK, ColdConfig, ColdFactors, fused
from earmark.ranking.content import Content

TO_THE_END = 2_000


def content(dense) -> Content:
    return Content.of({"tags": sparse.csr_array(np.asarray(dense, np.float32))})


def made(seed: int, n_rows: int = 12, n_items: int = 20, n_features: int = 6, n_factors: int = 3):
    """Features, confidences (some below 0, some items held by nobody, some without features) and rows' vectors."""
    random = np.random.default_rng(seed)
    features = random.random((n_items, n_features)) * (random.random((n_items, n_features)) < 0.4)
    confidences = np.round(random.normal(3, 3, (n_rows, n_items)), 2) * (
        random.random((n_rows, n_items)) < 0.3
    )
    confidences[:, random.permutation(n_items)[:3]] = 0
    features[0], confidences[0, 0] = 0, 2
    features[1], confidences[0, 1] = 1, 2
    return (
        features.astype(np.float32),
        confidences.astype(np.float32),
        random.normal(size=(n_rows, n_factors)).astype(np.float32),
    )


def learned(features, confidences, vectors, *, pull=2.0, steps=TO_THE_END, threads=None) -> ColdFactors:
    config = ColdConfig(pull=pull, steps=steps)
    return ColdFactors(config).fit(content(features), sparse.csr_array(confidences), vectors, threads=threads)


def closed_solution(features, confidences, vectors, pull) -> np.ndarray:
    """B by the normal equations, written out for all of its entries at once."""
    teaching = (confidences > 0).any(0) & (features != 0).any(1)
    n_features, n_factors = features.shape[1], vectors.shape[1]
    scale = (features[teaching].astype(float) ** 2).sum() / teaching.sum()
    left = pull * scale * np.eye(n_features * n_factors)
    right = np.zeros(n_features * n_factors)
    for item in np.flatnonzero(teaching):
        for row, x in enumerate(vectors.astype(float)):
            c = float(confidences[row, item])
            both = np.outer(features[item].astype(float), x).ravel()
            left += (abs(c) if c else 1.0) * np.outer(both, both)
            right += max(c, 0) * both
    return np.linalg.solve(left, right).reshape(n_features, n_factors)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.3, 2.0, 50.0]))
def test_ridge_equals_the_closed_solution(seed, pull):
    features, confidences, vectors = made(seed)
    model = learned(features, confidences, vectors, pull=pull)
    aim = closed_solution(features, confidences, vectors, pull)
    np.testing.assert_allclose(model.feature_factors, aim, atol=2e-3 * np.abs(aim).max())
    placed = model.factors(content(features))
    assert placed.dtype == np.float32
    np.testing.assert_allclose(placed, features @ model.feature_factors, rtol=1e-5, atol=1e-6)


def test_with_a_feature_of_its_own_each_item_solves_the_factorisations_equation():
    _, confidences, vectors = made(3)
    model = learned(np.eye(20), np.abs(confidences), vectors, pull=4.0)
    held = sparse.csr_array(np.abs(confidences).T)
    solved = ials.fold_in(Rows.of(held, "items"), vectors, ials.gram(vectors), np.full(20, 4.0))
    np.testing.assert_allclose(model.feature_factors, solved, atol=1e-4)


def test_a_cold_item_lands_where_a_held_one_of_the_same_features_does():
    features, confidences, vectors = made(1)
    confidences[:, 5] = 0
    features[5] = features[1]
    placed = learned(features, confidences, vectors).factors(content(features))
    np.testing.assert_array_equal(placed[5], placed[1])


def test_a_cold_item_lies_with_those_whom_it_is_described_like():
    # Two camps of rows, items and tags; of the last item of either camp nobody knows but the tags.
    camp = np.arange(40) % 2
    vectors = np.stack([1 - camp, camp], 1).astype(np.float32)
    items = np.arange(12) % 2
    confidences = 5.0 * (camp[:, None] == items)
    confidences[:, 10:] = 0
    placed = learned(np.eye(2)[items], confidences, vectors, pull=1.0).factors(content(np.eye(2)[items]))
    fits = vectors @ placed[10:].T
    assert fits[camp == 0, 0].min() > 0.8 > 0.1 > fits[camp == 1, 0].max()
    assert fits[camp == 1, 1].min() > 0.8 > 0.1 > fits[camp == 0, 1].max()


def test_items_that_nobody_holds_teach_nothing():
    features, confidences, vectors = made(2)
    confidences[:, 7] = 0
    before = learned(features, confidences, vectors).feature_factors
    features[7] = 9
    np.testing.assert_array_equal(learned(features, confidences, vectors).feature_factors, before)


def test_the_scale_of_features_does_not_matter():
    features, confidences, vectors = made(4)
    plain, loud = (
        learned(times * features, confidences, vectors).factors(content(times * features)) for times in (1, 8)
    )
    np.testing.assert_allclose(loud, plain, rtol=1e-3, atol=1e-5)


def test_more_pull_gives_shorter_vectors_and_no_features_none():
    features, confidences, vectors = made(5)
    lengths = [
        np.linalg.norm(learned(features, confidences, vectors, pull=pull).factors(content(features)), axis=1)
        for pull in (0.5, 5, 500)
    ]
    assert lengths[0].sum() > lengths[1].sum() > lengths[2].sum() > 0
    assert all(one[0] == 0 for one in lengths)


def test_threads_change_no_byte():
    features, confidences, vectors = made(6, n_rows=30, n_items=3 * ITEMS_PER_BLOCK + 7)
    one, two, five = (
        learned(features, confidences, vectors, steps=15, threads=threads).feature_factors
        for threads in (1, 2, 5)
    )
    assert one.tobytes() == two.tobytes() == five.tobytes()


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_is_refused(wrong):
    features, confidences, vectors = made(7)
    for at, name in enumerate(("content", "confidences", "row_factors")):
        given_ = [features.copy(), confidences.copy(), vectors.copy()]
        given_[at][2, 1] = wrong
        with pytest.raises(ValueError, match=rf"{name}: .*not.* finite"):
            learned(*given_)
    model = learned(features, confidences, vectors)
    broken = content(features)
    broken.features.data[0] = wrong
    with pytest.raises(ValueError, match=r"content: row 1 holds a weight that is not a finite"):
        model.factors(broken)


def test_shapes_that_do_not_fit_are_refused():
    features, confidences, vectors = made(8)
    for wrong in (confidences[:, 1:], confidences[1:]):
        with pytest.raises(ValueError, match="expected 12 rows by 20 items"):
            learned(features, wrong, vectors)
    with pytest.raises(ValueError, match="5 features, but 6 were learned from"):
        learned(features, confidences, vectors).factors(content(features[:, 1:]))


def test_nothing_to_learn_from_is_said():
    features, confidences, vectors = made(9)
    for few, held in ((features, -np.abs(confidences)), (0 * features, confidences)):
        with pytest.raises(EarmarkError, match="no item that somebody likes has any feature"):
            learned(few, held, vectors)
    with pytest.raises(NotLearnedError, match="Call fit first"):
        ColdFactors().factors(content(features))


@pytest.mark.parametrize("wrong", [{"pull": 0}, {"pull": float("inf")}, {"steps": 0}, {"exponent": 1}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        ColdConfig(**wrong)


# --- both scores ---


def test_both_scores_count_alike_whatever_their_scale():
    fits = np.array([[3.0, 1.0, 2.0]], np.float32)
    likenesses = np.array([[0.1, 0.3, 0.0]], np.float32)
    both = fused(fits, likenesses)
    np.testing.assert_allclose(both, fused(100 * fits + 7, 0.01 * likenesses - 1), atol=1e-4)
    # Golden: (1, −1, 0) · √1.5 and (−1, 5, −4) / √14.
    aim = np.array([1, -1, 0]) * 1.5**0.5 + np.array([-1, 5, -4]) / 14**0.5
    np.testing.assert_allclose(both[0], aim, rtol=1e-4)


def test_a_row_of_equal_scores_leaves_the_other_to_decide():
    fits = np.full((2, 3), 0.5, np.float32)
    likenesses = np.array([[0.1, 0.3, 0.0], [0, 0, 0]], np.float32)
    both = fused(fits, likenesses)
    assert np.argsort(-both[0]).tolist() == [1, 0, 2]
    assert both[1].tolist() == [0, 0, 0]
