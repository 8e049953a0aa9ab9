import numpy as np
import pytest
import scipy.sparse as sp

from earmark.errors import NotLearnedError, TooLittleError
from earmark.signals.culture.tag_completion import TagCompletion, TagCompletionConfig

PLAIN = TagCompletionConfig(pull=1, evening=0)


def counts(rows: list[list[float]]) -> sp.csr_array:
    return sp.csr_array(np.array(rows, np.float32))


def ridge_without(rows: np.ndarray, tag: int, pull: float) -> np.ndarray:
    """Ridge regression of one tag on all others, by its normal equations."""
    others = np.delete(np.arange(rows.shape[1]), tag)
    features = rows[:, others]
    solved = np.linalg.solve(features.T @ features + pull * np.eye(len(others)), features.T @ rows[:, tag])
    return np.insert(solved, tag, 0)


def test_each_tag_is_regressed_on_all_others() -> None:
    given = np.random.default_rng(1).poisson(0.7, (40, 6)).astype(np.float32)
    learned = TagCompletion(TagCompletionConfig(pull=0.5, evening=0)).fit(sp.csr_array(given))
    rows = np.log1p(given)
    pull = 0.5 * (rows**2).sum() / len(rows)
    for tag in range(6):
        np.testing.assert_allclose(learned.weights[:, tag], ridge_without(rows, tag, pull), atol=1e-5)


def test_whether_an_artist_has_a_tag_does_not_count_for_it() -> None:
    learned = TagCompletion().fit(counts([[3, 2, 0], [1, 4, 0], [0, 0, 5], [2, 0, 1]]))
    with_it, without = counts([[5, 2, 0]]), counts([[0, 2, 0]])
    plain = TagCompletion(PLAIN).fit(counts([[3, 2, 0], [1, 4, 0], [0, 0, 5], [2, 0, 1]]))
    assert plain.complete(with_it)[0, 0] == plain.complete(without)[0, 0]
    assert np.all(np.diag(learned.weights) == 0)


def test_tags_that_go_together_follow_from_each_other() -> None:
    together = counts([[1, 1, 0, 0]] * 9 + [[0, 0, 1, 1]] * 9)
    found = TagCompletion().fit(together).complete(counts([[1, 0, 0, 0]]))[0]
    assert found.argmax() == 1
    assert found[1] > 10 * abs(found[2])


def test_asked_columns_are_those_of_all() -> None:
    given = sp.csr_array(np.random.default_rng(2).poisson(0.5, (30, 8)).astype(np.float32))
    learned = TagCompletion().fit(given)
    np.testing.assert_array_equal(
        learned.complete(given, np.array([5, 1])), learned.complete(given)[:, [5, 1]]
    )


def test_a_much_tagged_artist_is_evened() -> None:
    rows = TagCompletion(TagCompletionConfig(evening=1)).rows(counts([[9, 40, 3], [0, 0, 0], [1, 0, 0]]))
    np.testing.assert_allclose(np.linalg.norm(rows.toarray(), axis=1), [1, 0, 1], rtol=1e-6)


def test_what_was_given_is_left_as_it_is() -> None:
    given = counts([[3, 0], [1, 2]])
    before = given.toarray()
    TagCompletion().fit(given).complete(given)
    np.testing.assert_array_equal(given.toarray(), before)


def test_bad_input_is_named() -> None:
    with pytest.raises(NotLearnedError):
        TagCompletion().complete(counts([[1, 2]]))
    with pytest.raises(TooLittleError):
        TagCompletion().fit(counts([[0, 0]]))
    with pytest.raises(ValueError, match="not finite"):
        TagCompletion().fit(counts([[1, np.nan]]))
    with pytest.raises(ValueError, match="negative"):
        TagCompletion().fit(counts([[1, -1]]))
    with pytest.raises(ValueError, match="3 tags, but 2"):
        TagCompletion().fit(counts([[1, 2]])).complete(counts([[1, 2, 3]]))
